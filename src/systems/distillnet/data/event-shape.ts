/** What an event file holds, found out from the shapes of its arrays alone, before any of them is read. */
import { FormatError, ShapeError } from '../../../errors.ts';
import {
  type ArrayName,
  eventAxis,
  eventLayout,
  type EventShape,
  generatedArrays,
  type ColumnAxis,
  requiredArrays,
} from './event-layout.ts';

/**
 * Check the shapes of the arrays of an event file.
 *
 * @param shapeOf - shape of an array; undefined if there is none of that name
 * @param source - name of the file, for messages
 * @throws FormatError for a missing array; ShapeError for a wrong rank, another number of rows, or lengths that differ
 */
export function eventShape(shapeOf: (name: ArrayName) => readonly number[] | undefined, source: string): EventShape {
  const shapes = new Map<ArrayName, readonly number[]>();
  for (const name of Object.keys(eventLayout) as ArrayName[]) {
    const shape = shapeOf(name);
    if (shape !== undefined) shapes.set(name, shape);
  }
  const missing = requiredArrays.find((name) => !shapes.has(name));
  if (missing !== undefined) {
    throw new FormatError(`${source} holds no array "${missing}"; an event file has ${requiredArrays.join(', ')}.`);
  }
  checkGenerated(shapes, source);
  let events: Length | undefined;
  const widths: Partial<Record<ColumnAxis, Length>> = {};
  for (const [name, shape] of shapes) {
    checkRows(name, shape, source);
    events = same(events, { name, length: shape[eventAxis(name)]! }, 'events', source);
    const { columns } = eventLayout[name];
    if (columns !== null) {
      widths[columns] = same(widths[columns], { name, length: shape.at(-1)! }, 'columns', source);
    }
  }
  const width = (axis: ColumnAxis): number => widths[axis]?.length ?? 0;
  return {
    names: new Set(shapes.keys()),
    events: events!.length,
    widths: {
      particles: width('particles'),
      generated: width('generated'),
      twin: width('twin'),
      pileup: width('pileup'),
    },
  };
}

/** Refuse a file that knows only a part of what a generated event knows. */
function checkGenerated(shapes: ReadonlyMap<ArrayName, unknown>, source: string): void {
  const absent = generatedArrays.filter((name) => !shapes.has(name));
  if (absent.length === 0 || absent.length === generatedArrays.length) return;
  const present = generatedArrays.filter((name) => shapes.has(name));
  throw new FormatError(
    `${source} holds ${present.join(', ')}, but not ${absent.join(', ')}; generated events need all of them.`,
  );
}

function checkRows(name: ArrayName, shape: readonly number[], source: string): void {
  const { rows, columns } = eventLayout[name];
  const axes = [...(rows === null ? [] : [`${rows.length}`]), 'events', ...(columns === null ? [] : ['columns'])];
  if (shape.length === axes.length && (rows === null || shape[0] === rows.length)) return;
  const what = rows === null ? '' : `; its rows are ${rows.join(', ')}`;
  throw new ShapeError(
    `Array "${name}" in ${source} has shape [${shape.join(', ')}]; it must be [${axes.join(', ')}]${what}.`,
  );
}

interface Length {
  readonly name: ArrayName;
  readonly length: number;
}

/** The first length of its kind, after checking that another one is equal. */
function same(first: Length | undefined, other: Length, what: string, source: string): Length {
  if (first === undefined || first.length === other.length) return first ?? other;
  throw new ShapeError(
    `Array "${other.name}" in ${source} has ${other.length} ${what}, but "${first.name}" has ${first.length}; the numbers must be equal.`,
  );
}
