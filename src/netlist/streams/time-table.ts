/**
 * What happens at each time of a sample: whether a beat comes, whether a patch stands then, and of which class.
 *
 * The list of times is long (one per pixel) and regular: rows of the raster are of few kinds, and so are columns. Three
 * small tables take the place of a long one: kind of the row, kind of the column, and what happens by both kinds. They are
 * read one time ahead, so that facts of the present time come from registers.
 */
import { bitsOf, constantOf, counter, increment, isAt, looked, stepped } from './control.ts';
import type { ModuleBuilder } from '../module-builder.ts';
import type { Net } from '../netlist.ts';

/** What is known about the present time; constants where it is always the same. */
export interface TimeFacts {
  /** One bit: a patch stands when this time is over. */
  readonly gives: Net;
  /** One bit: no beat belongs to this time. */
  readonly isFlush: Net;
  /** Class of the patch, of `classWidth` bits; undefined where there is one class. */
  readonly which: Net | undefined;
}

/** A table over rows and columns as kinds of both. */
export interface KindTable {
  readonly rowKinds: readonly number[];
  readonly columnKinds: readonly number[];
  /** facts[rowKind][columnKind] */
  readonly facts: readonly (readonly bigint[])[];
}

/** Group equal rows, and equal columns, of a matrix. */
export function kindTable(matrix: readonly (readonly bigint[])[]): KindTable {
  const rows = kindsOf(matrix.map((row) => row.join()));
  const columns = kindsOf(matrix[0]!.map((_, c) => matrix.map((row) => row[c]!).join()));
  return {
    rowKinds: rows.kinds,
    columnKinds: columns.kinds,
    facts: rows.first.map((r) => columns.first.map((c) => matrix[r]![c]!)),
  };
}

function kindsOf(keys: readonly string[]): { readonly kinds: readonly number[]; readonly first: readonly number[] } {
  const known = new Map<string, number>();
  const first: number[] = [];
  const kinds = keys.map((key, k) => {
    if (!known.has(key)) first[known.size] = k;
    if (!known.has(key)) known.set(key, known.size);
    return known.get(key)!;
  });
  return { kinds, first };
}

/**
 * Build the counters and tables.
 *
 * @param classes per time the class of the patch, −1 for none
 * @param beats times with a beat, the first ones
 * @param columns times per row
 * @param classWidth bits of a class; 0 for one class
 * @returns the facts, and `advanceAt`, which is told the net at whose 1 the present time ends
 */
export function timeFacts(
  builder: ModuleBuilder,
  classes: readonly number[],
  beats: number,
  columns: number,
  classWidth: number,
): TimeFacts & { advanceAt(advance: Net): void } {
  const facts = classes.map((which, time) => {
    const flags = (which >= 0 ? 1 : 0) + (time >= beats ? 2 : 0);
    return (BigInt(Math.max(which, 0)) << 2n) | BigInt(flags);
  });
  const width = 2 + classWidth;
  const split = (word: Net): TimeFacts => ({
    gives: builder.slice(word, 0, 1),
    isFlush: builder.slice(word, 1, 1),
    which: classWidth === 0 ? undefined : builder.slice(word, 2, classWidth),
  });
  if (facts.every((fact) => fact === facts[0])) {
    return { ...split(builder.constant(facts[0]!, width)), advanceAt: () => undefined };
  }
  const next = nextTime(builder, facts, columns, width);
  const now = stepped(builder, width, facts[0]!, 'time_facts', () => next.facts);
  return {
    ...split(now.value),
    advanceAt: (advance) => {
      now.stepAt(advance);
      next.advanceAt(advance);
    },
  };
}

/** Facts of the time after the present one. */
function nextTime(
  builder: ModuleBuilder,
  facts: readonly bigint[],
  columns: number,
  width: number,
): { readonly facts: Net; advanceAt(advance: Net): void } {
  const count = facts.length;
  const rows = Math.ceil(count / columns);
  if (rows === 1 || columns === 1) {
    const time = counter(builder, count, 'next_time', 1);
    return { facts: looked(builder, 'facts_by_time', time.value, width, facts), advanceAt: time.stepAt };
  }
  // What stands behind the last time is never read; it repeats the time above it, so that rows stay alike.
  const matrix = Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => facts[r * columns + c] ?? facts[(r - 1) * columns + c]!),
  );
  const table = kindTable(matrix);
  const kind = (name: string, index: Net, kinds: readonly number[]): Net =>
    looked(builder, name, index, bitsOf(Math.max(...kinds) + 1), kinds.map(BigInt));
  const { column, row, advanceAt } = raster(builder, count, columns);
  const rowKind = kind('row_kinds', row, table.rowKinds);
  const columnKind = kind('column_kinds', column, table.columnKinds);
  const columnSize = 2 ** builder.widthOf(columnKind);
  const words = table.facts.flatMap((line) => Array.from({ length: columnSize }, (_, c) => line[c] ?? 0n));
  return { facts: looked(builder, 'facts_by_kind', builder.concat([rowKind, columnKind]), width, words), advanceAt };
}

/** Column and row of the time after the present one; both start over after the last time. */
function raster(
  builder: ModuleBuilder,
  count: number,
  columns: number,
): { readonly column: Net; readonly row: Net; advanceAt(advance: Net): void } {
  const rows = Math.ceil(count / columns);
  const zero = (net: Net): Net => constantOf(builder, 0, builder.widthOf(net));
  // The time after the first is in the first row: there are two columns at least.
  const column = stepped(builder, bitsOf(columns), 1n, 'next_column', (value) =>
    builder.mux(builder.or(isAt(builder, value, columns - 1), isLast()), zero(value), increment(builder, value)),
  );
  const row = stepped(builder, bitsOf(rows), 0n, 'next_row', (value) => {
    const isEndOfRow = isAt(builder, column.value, columns - 1);
    return builder.mux(isLast(), zero(value), builder.mux(isEndOfRow, increment(builder, value), value));
  });
  const isLast = (): Net =>
    builder.and(isAt(builder, row.value, rows - 1), isAt(builder, column.value, (count - 1) % columns));
  return {
    column: column.value,
    row: row.value,
    advanceAt: (advance) => {
      column.stepAt(advance);
      row.stepAt(advance);
    },
  };
}
