/**
 * The code of products: tiles of the result stay in registers while k runs upward, and the elementwise nodes that follow
 * are computed on the tile before it is stored (tile-cells.ts).
 *
 * Every shape and distance is a constant of the plan, so operands need no packing: their elements lie at constant
 * displacements from pointers that move by constants. The last one to three columns of a result would leave most of a
 * vector empty; where the elements of a row of A are adjacent, four rows fill it instead.
 */
import { f32x4, i32, v128, type Code, type Local } from '../../wasm/index.ts';
import { emitTileStep } from '../backends/wasm/tile-product.ts';
import { sizeOfShape } from '../shape.ts';
import { countDown, increase, moveUpTo, repeat, setSum } from '../backends/wasm/loops.ts';
import { accessOf, type EmitContext } from './loop-code.ts';
import { pushStart, type KernelLocals } from './nest.ts';
import { productWalk } from './product-walk.ts';
import type { LoopKernel } from './schedule.ts';
import { columnCell, followersOf, rowCell, type Cell } from './tile-cells.ts';
import type { View } from './views.ts';

/** Rows of a tile, tallest first. */
const ROW_HEIGHTS = [4, 2, 1];
/** Steps of k written out in one turn of the loop. */
const UNROLL = 4;

/** Columns j of a panel: vectors of four, of which the last may have fewer lanes that count. */
interface Panel {
  readonly vectors: number;
  readonly lastLanes: number;
}

/**
 * Walk the panels of n columns: eight at a time, then what is left.
 *
 * A panel that comes once is a loop, too: with a column that it knows, V8 loads the whole right side ahead of the products
 * and runs out of registers.
 */
export function emitPanels(code: Code, n: number, write: (panel: Panel, column: Local) => void): void {
  const column = code.local('i32');
  const last = code.local('i32');
  i32.const(code, 0);
  code.set(column);
  const upTo = (end: number, panel: Panel): void => {
    i32.const(code, 4 * end);
    code.set(last);
    moveUpTo(code, column, last, () => {
      write(panel, column);
      increase(code, column, 32);
    });
  };
  const full = 8 * Math.floor(n / 8);
  const rest = n - full;
  if (full > 0) upTo(full, { vectors: 2, lastLanes: 4 });
  if (rest > 0) upTo(full + 8, { vectors: Math.ceil(rest / 4), lastLanes: rest % 4 || 4 });
}

/** Registers of a tile, shared by all tiles of a kernel. */
export interface TileLocals {
  readonly accumulators: readonly (readonly Local[])[];
  readonly right: readonly Local[];
  readonly left: Local;
}

/** Take the locals of the largest tile. */
export function tileLocals(code: Code): TileLocals {
  const vectors = (): Local[] => Array.from({ length: 4 }, () => code.local('v128'));
  return { accumulators: Array.from({ length: ROW_HEIGHTS[0]! }, vectors), right: vectors(), left: code.local('v128') };
}

/** The part of a tile's locals for so many rows and vectors. */
export function partOf(tile: TileLocals, rows: number, vectors: number): TileLocals {
  return {
    accumulators: tile.accumulators.slice(0, rows).map((row) => row.slice(0, vectors)),
    right: tile.right.slice(0, vectors),
    left: tile.left,
  };
}

/** Set accumulators to zero. */
export function emitZero(code: Code, accumulators: readonly (readonly Local[])[]): void {
  for (const sum of accumulators.flat()) {
    v128.const(code, new Uint8Array(16));
    code.set(sum);
  }
}

/** Add the products of k = 0 … count − 1; b moves on behind them, a is used up. */
export function emitSteps(
  code: Code,
  tile: TileLocals & { readonly a: Local; readonly aRow: number; readonly b: Local },
  count: number,
  aStep: number,
  bStep: number,
): void {
  emitUnrolled(code, count, [tile.a, aStep], [tile.b, bStep], (k) => emitTileStep(code, tile, k * aStep, k * bStep));
}

/** Write steps k = 0 … count − 1 with pointers that move by so many bytes each; b ends behind the last step, a anywhere. */
function emitUnrolled(
  code: Code,
  count: number,
  [a, aStep]: readonly [Local, number],
  [b, bStep]: readonly [Local, number],
  step: (k: number) => void,
): void {
  const steps = (n: number): void => {
    for (let k = 0; k < n; k += 1) step(k);
  };
  if (count <= 2 * UNROLL) {
    steps(count);
    increase(code, b, count * bStep);
    return;
  }
  repeat(code, Math.floor(count / UNROLL), () => {
    steps(UNROLL);
    increase(code, a, UNROLL * aStep);
    increase(code, b, UNROLL * bStep);
  });
  steps(count % UNROLL);
  increase(code, b, (count % UNROLL) * bStep);
}

/** Interleave the 32-bit lanes of two vectors: the first two of each, or the last two. */
const LOW: readonly number[] = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const HIGH: readonly number[] = LOW.map((byte) => byte + 8);
/** The first halves of two vectors, or the last. */
const FIRST: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const LAST: readonly number[] = FIRST.map((byte) => byte + 8);

/** Where the operands of some vectors of four rows and a few columns lie: distances are in bytes. */
interface Columns {
  /** By vector of four rows, one sum per column. */
  readonly sums: readonly (readonly Local[])[];
  readonly a: Local;
  readonly aRow: number;
  readonly b: Local;
  readonly bStep: number;
}

/** Add the products of k = 0 … count − 1 for vectors of rows, whose elements are adjacent; b moves on behind them. */
function emitColumnSteps(code: Code, { sums, a, aRow, b, bStep }: Columns, count: number): void {
  const factor = code.local('v128');
  /** Add the products of one k; `elements` has a vector of rows each. */
  const step = (elements: readonly Local[], k: number): void => {
    for (let j = 0; j < sums[0]!.length; j += 1) {
      code.get(b);
      v128.load32Splat(code, k * bStep + 4 * j);
      code.set(factor);
      sums.forEach((columns, v) => {
        code.get(columns[j]!);
        code.get(elements[v]!);
        code.get(factor);
        f32x4.mul(code);
        f32x4.add(code);
        code.set(columns[j]!);
      });
    }
  };
  const vectors = (): Local[] => sums.map(() => code.local('v128'));
  if (aRow === 4) {
    // Rows are as near to each other as their elements: they need not be put in another order.
    const elements = vectors();
    emitUnrolled(code, count, [a, 4], [b, bStep], (k) => {
      elements.forEach((element, v) => {
        code.get(a);
        v128.load(code, 4 * k + 16 * v);
        code.set(element);
      });
      step(elements, k);
    });
    return;
  }
  const byK = Array.from({ length: 4 }, vectors);
  repeat(code, Math.floor(count / 4), () => {
    sums.forEach((_, v) =>
      emitTransposed(
        code,
        a,
        aRow,
        4 * v * aRow,
        byK.map((elements) => elements[v]!),
      ),
    );
    byK.forEach(step);
    increase(code, a, 16);
    increase(code, b, 4 * bStep);
  });
  for (let k = 0; k < count % 4; k += 1) {
    const elements = byK[k]!;
    elements.forEach((element, v) => {
      for (let r = 0; r < 4; r += 1) {
        const offset = (4 * v + r) * aRow + 4 * k;
        code.get(a);
        if (r === 0) v128.load32Zero(code, offset);
        else {
          code.get(element);
          v128.load32Lane(code, r, offset);
        }
        code.set(element);
      }
    });
    step(elements, k);
  }
  increase(code, b, (count % 4) * bStep);
}

/** Load four elements of four rows each, and make of them four vectors of four rows. */
function emitTransposed(code: Code, a: Local, aRow: number, offset: number, byK: readonly Local[]): void {
  const four = (): Local[] => Array.from({ length: 4 }, () => code.local('v128'));
  const [loaded, mixed] = [four(), four()];
  const shuffle = (target: Local, x: Local, y: Local, lanes: readonly number[]): void => {
    code.get(x);
    code.get(y);
    v128.shuffle(code, lanes);
    code.set(target);
  };
  loaded.forEach((vector, r) => {
    code.get(a);
    v128.load(code, offset + r * aRow);
    code.set(vector);
  });
  shuffle(mixed[0]!, loaded[0]!, loaded[1]!, LOW);
  shuffle(mixed[1]!, loaded[2]!, loaded[3]!, LOW);
  shuffle(mixed[2]!, loaded[0]!, loaded[1]!, HIGH);
  shuffle(mixed[3]!, loaded[2]!, loaded[3]!, HIGH);
  shuffle(byK[0]!, mixed[0]!, mixed[1]!, FIRST);
  shuffle(byK[1]!, mixed[0]!, mixed[1]!, LAST);
  shuffle(byK[2]!, mixed[2]!, mixed[3]!, FIRST);
  shuffle(byK[3]!, mixed[2]!, mixed[3]!, LAST);
}

/**
 * How many of the last columns are computed for four rows per vector. Bringing rows into that order costs about as much
 * as the empty lanes of a vector of three columns, and more than those of two vectors that are half full.
 */
const fewColumns = (columns: number, areAdjacent: boolean): number =>
  areAdjacent || columns % 8 <= 2 ? columns % 4 : 0;

/**
 * Rows of a tile of few columns, tallest first. Every sum waits for one addition after the other, so that several vectors of
 * rows go side by side.
 */
const columnHeights = (few: number): readonly number[] =>
  few === 1 ? [16, 8, 4, 2, 1] : few === 2 ? [8, 4, 2, 1] : [4, 2, 1];

/** Write a loop kernel that starts with a product. */
export function emitProduct(code: Code, locals: KernelLocals, kernel: LoopKernel, context: EmitContext): void {
  const node = kernel.product!;
  const [a, b] = node.inputs.map((input) => context.viewOf(input)) as [View, View];
  const columns = kernel.dims.at(-1)!;
  const walk = productWalk(node, a, sizeOfShape(kernel.dims.slice(0, -1)));
  const aRow = walk.lines.at(-1)!.step;
  // Kernels of convolutions are dense: their rows are those of a matrix [cells · channels, filters].
  const bStep = 4 * (node.operation === 'convolve' ? columns : b.dims[0] === 1 ? 0 : b.strides[0]!);
  const few = walk.step === 4 ? fewColumns(columns, aRow === 4) : 0;
  const { placeTile, follow } = followersOf(code, locals, kernel, context);
  const tile = tileLocals(code);
  const [aBase, aStart, aPointer, bStart, bPointer, row] = Array.from({ length: 6 }, () => code.local('i32')) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const aAccess = accessOf(a, context);
  pushStart(code, aAccess, locals);
  i32.const(code, aAccess.address);
  i32.add(code);
  code.set(aBase);
  const sums = kernel.sums.map(() => [code.local('v128'), code.local('v128')]);

  /** Run the body for every run of k, with the pointers at its start. */
  const overRuns = (body: (count: number) => void): void => {
    setSum(code, bPointer, bStart, 0);
    for (const { offset, count } of walk.runs) {
      setSum(code, aPointer, aStart, offset);
      body(count);
    }
  };
  const rowTile = (rows: number, { vectors, lastLanes }: Panel): readonly Cell[] => {
    const part = partOf(tile, rows, vectors);
    emitZero(code, part.accumulators);
    overRuns((count) => emitSteps(code, { ...part, a: aPointer, aRow, b: bPointer }, count, walk.step, bStep));
    return part.accumulators.flatMap((line, r) =>
      line.map((local, v) => rowCell(code, local, r, v, v === vectors - 1 ? lastLanes : 4)),
    );
  };
  const columnTile = (rows: number): readonly Cell[] => {
    const own = tile.accumulators.slice(0, rows / 4).map((line) => line.slice(0, few));
    emitZero(code, own);
    overRuns((count) => emitColumnSteps(code, { sums: own, a: aPointer, aRow, b: bPointer, bStep }, count));
    return own.flatMap((line, v) => line.map((local, j) => columnCell(code, local, 4 * v, j)));
  };

  /** All lines of a panel. @param heights of tiles @param tileOf writes the products of so many lines */
  const writePanel = (
    panel: Panel,
    column: Local,
    heights: readonly number[],
    tileOf: (rows: number) => readonly Cell[],
  ): void => {
    const bAccess = accessOf({ ...b, rowStride: 0 }, context);
    pushStart(code, bAccess, locals);
    i32.const(code, bAccess.address);
    i32.add(code);
    code.get(column);
    i32.add(code);
    code.set(bStart);
    i32.const(code, 0);
    code.set(row);
    movePartials(code, locals, column, panel, sums, kernel.sums.map(context.partialOf), 'load');
    const tilesOf = (rows: number): void => {
      const cells = tileOf(rows);
      placeTile(row, column);
      follow(cells, sums);
      increase(code, aStart, rows * aRow);
      increase(code, row, rows);
    };
    const line = (depth: number, start: Local): void => {
      const { extent, factor, step } = walk.lines[depth]!;
      if (depth < walk.lines.length - 1) {
        const own = code.local('i32');
        setSum(code, own, start, 0);
        overLines(code, locals, extent, factor, [1], () => {
          line(depth + 1, own);
          increase(code, own, step);
        });
        return;
      }
      setSum(code, aStart, start, 0);
      overLines(code, locals, extent, factor, heights, tilesOf);
    };
    line(0, aBase);
    movePartials(code, locals, column, panel, sums, kernel.sums.map(context.partialOf), 'store');
  };

  emitPanels(code, columns - few, (panel, column) =>
    writePanel(panel, column, ROW_HEIGHTS, (rows) => rowTile(rows, panel)),
  );
  if (few === 0) return;
  const column = code.local('i32');
  i32.const(code, 4 * (columns - few));
  code.set(column);
  const panel = { vectors: 1, lastLanes: few };
  writePanel(panel, column, columnHeights(few), (rows) => (rows < 4 ? rowTile(rows, panel) : columnTile(rows)));
}

/** Run the body over lines, as many at a time as it is told, tallest first; fewer than four that are left go at once. */
function overLines(
  code: Code,
  locals: KernelLocals,
  extent: number | null,
  factor: number,
  heights: readonly number[],
  body: (lines: number) => void,
): void {
  if (extent !== null) {
    let left = extent;
    for (const height of heights.filter((lines) => lines >= 4 || lines === heights[0])) {
      repeat(code, Math.floor(left / height), () => body(height));
      left %= height;
    }
    if (left > 0) body(left);
    return;
  }
  const counter = code.local('i32');
  code.get(locals.rows!.count);
  i32.const(code, factor);
  i32.mul(code);
  code.set(counter);
  for (const lines of heights) countDown(code, counter, lines, () => body(lines));
}

/** Load the partial sums of a panel's columns into locals, or store them. */
function movePartials(
  code: Code,
  locals: KernelLocals,
  column: Local,
  { vectors, lastLanes }: Panel,
  sums: readonly (readonly Local[])[],
  offsets: readonly number[],
  direction: 'load' | 'store',
): void {
  sums.forEach((list, k) =>
    list.slice(0, vectors).forEach((local, v) => {
      const lanes = v === vectors - 1 ? lastLanes : 4;
      const offset = offsets[k]! + 16 * v;
      const address = (): void => {
        code.get(locals.rows!.partial);
        code.get(column);
        i32.add(code);
      };
      if (direction === 'load') {
        address();
        v128.load(code, offset);
        code.set(local);
        return;
      }
      for (let lane = 0; lane < (lanes === 4 ? 1 : lanes); lane += 1) {
        address();
        code.get(local);
        if (lanes === 4) v128.store(code, offset);
        else v128.store32Lane(code, lane, offset + 4 * lane);
      }
    }),
  );
}
