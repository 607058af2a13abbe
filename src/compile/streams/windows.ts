/**
 * The windows of convolutions and poolings as patches of a tap line, and what of each patch lies inside the image.
 *
 * Beats are pixels of an image of R rows and Q columns in raster order, or its columns (then R = 1 here: rows lie within
 * a beat). The window with output position (ro, co) is complete at time
 * T = (ro·sr + (kr − 1)·dr − pt)·Q + co·sc + (kq − 1)·dq − pl, when cell (i, j) is (kr − 1 − i)·dr·Q + (kq − 1 − j)·dq
 * beats old: T minus the age is the beat of row ro·sr + i·dr − pt and column co·sc + j·dq − pl wherever that lies inside
 * the image, and another pixel or none where it does not. At the right and lower edge T runs into the next row and
 * beyond the last beat.
 *
 * T is never negative, since a window begins at most (cells − 1)·dilation before an axis, and it grows strictly in raster
 * order: along a row by the stride, and from row to row by sr·Q − (windows per row − 1)·sc ≥ Q − (Q − 1).
 */
import type { TapLine } from '../../circuit/index.ts';
import { slidingWindows, type WindowGeometry, windowPlacement } from '../../network/index.ts';
import type { HardwareLayer } from '../hardware-layer.ts';
import type { BeatLayout } from './schedules.ts';

/** The windows that a patch holds: one for pixels, one per output row for columns, all of them for a whole image. */
export interface Patches {
  readonly taps: TapLine;
  /** windows[r][cell]: the position in the patch, or −1 where the cell lies in the padding in every patch. */
  readonly windows: readonly (readonly number[])[];
  readonly classes: number;
  /** Whether a cell lies inside the image in patches of a class. */
  readonly isInside: (which: number, window: number, cell: number) => boolean;
}

/** One patch per beat, which is read as it comes, as some windows. */
export function beatPatches(beats: number, windows: readonly (readonly number[])[]): Patches {
  return {
    taps: { ages: [0], classes: new Array<number>(beats).fill(0), columns: beats },
    windows,
    classes: 1,
    isInside: (_which, window, cell) => windows[window]![cell]! >= 0,
  };
}

/** The patches of a convolution or pooling over one or two spatial axes. */
export function windowPatches(layer: HardwareLayer, layout: BeatLayout): Patches {
  const spatial = layer.inputShapes[0]!.slice(0, -1);
  const geometry = layer.attributes as unknown as WindowGeometry;
  if (layout === 'whole') return beatPatches(1, slidingWindows(spatial, geometry).cells);
  const { shape, pads } = windowPlacement(spatial, geometry);
  const axes = spatial.map((length, axis): Axis => ({
    length,
    windows: shape[axis]!,
    cells: geometry.size[axis]!,
    stride: geometry.strides[axis]!,
    dilation: geometry.dilation?.[axis] ?? 1,
    before: pads[axis]![0],
  }));
  const columns = axes.at(-1)!;
  const rows = axes.length === 1 ? onlyRow : axes[0]!;
  return layout === 'pixels' || axes.length === 1 ? pixelPatches(rows, columns) : columnPatches(rows, columns);
}

/** How windows lie along one axis. */
interface Axis {
  readonly length: number;
  readonly windows: number;
  readonly cells: number;
  readonly stride: number;
  readonly dilation: number;
  /** Cells of padding before the first. */
  readonly before: number;
}

const onlyRow: Axis = { length: 1, windows: 1, cells: 1, stride: 1, dilation: 1, before: 0 };

function pixelPatches(rows: Axis, columns: Axis): Patches {
  const ages = agesOf(rows).flatMap((high) => agesOf(columns).map((low) => high * columns.length + low));
  const byRow = situations(rows);
  const byColumn = situations(columns);
  const times = lastTime(rows) * columns.length + lastTime(columns) + 1;
  const classes = new Array<number>(Math.max(rows.length * columns.length, times)).fill(-1);
  const pairs = new Map<number, number>();
  const members: { readonly row: readonly boolean[]; readonly column: readonly boolean[] }[] = [];
  byRow.of.forEach((row, ro) => {
    byColumn.of.forEach((column, co) => {
      const pair = row * byColumn.inside.length + column;
      if (!pairs.has(pair)) {
        pairs.set(pair, members.push({ row: byRow.inside[row]!, column: byColumn.inside[column]! }) - 1);
      }
      classes[timeOf(rows, ro) * columns.length + timeOf(columns, co)] = pairs.get(pair)!;
    });
  });
  return {
    taps: { ages, classes, columns: columns.length },
    windows: [ages.map((_, cell) => cell)],
    classes: members.length,
    isInside: (which, _window, cell) => {
      const { row, column } = members[which]!;
      return row[Math.floor(cell / columns.cells)]! && column[cell % columns.cells]!;
    },
  };
}

/** Rows within a beat: their padding is the same in every patch, and one patch holds a window per output row. */
function columnPatches(rows: Axis, columns: Axis): Patches {
  const { of, inside } = situations(columns);
  const classes = new Array<number>(Math.max(columns.length, lastTime(columns) + 1)).fill(-1);
  of.forEach((situation, co) => (classes[timeOf(columns, co)] = situation));
  const windows = Array.from({ length: rows.windows }, (_, ro) =>
    cellsOf(rows, ro).flatMap((row) =>
      Array.from({ length: columns.cells }, (_cell, j) => (row < 0 ? -1 : j * rows.length + row)),
    ),
  );
  return {
    taps: { ages: agesOf(columns), classes, columns: columns.length },
    windows,
    classes: inside.length,
    isInside: (which, window, cell) => windows[window]![cell]! >= 0 && inside[which]![cell % columns.cells]!,
  };
}

function agesOf({ cells, dilation }: Axis): number[] {
  return Array.from({ length: cells }, (_, cell) => (cells - 1 - cell) * dilation);
}

/** Where along the axis the last cell of a window lies; beyond its end in the padding. */
function timeOf({ cells, stride, dilation, before }: Axis, window: number): number {
  return window * stride + (cells - 1) * dilation - before;
}

function lastTime(axis: Axis): number {
  return timeOf(axis, axis.windows - 1);
}

/** Places of the cells of a window along the axis, −1 in the padding. */
function cellsOf({ length, cells, stride, dilation, before }: Axis, window: number): number[] {
  return Array.from({ length: cells }, (_, cell) => {
    const at = window * stride + cell * dilation - before;
    return at >= 0 && at < length ? at : -1;
  });
}

/** Windows along an axis grouped by which of their cells lie inside. */
function situations(axis: Axis): { readonly of: readonly number[]; readonly inside: readonly (readonly boolean[])[] } {
  const known = new Map<string, number>();
  const inside: boolean[][] = [];
  const of = Array.from({ length: axis.windows }, (_, window) => {
    const cells = cellsOf(axis, window).map((at) => at >= 0);
    const key = cells.join();
    if (!known.has(key)) known.set(key, inside.push(cells) - 1);
    return known.get(key)!;
  });
  return { of, inside };
}
