/**
 * The code of products: tiles of the result stay in registers while k runs upward, and the elementwise nodes that follow
 * are computed on the tile before it is stored.
 *
 * Every shape and distance is a constant of the plan, so operands need no packing: their elements lie at constant
 * displacements from pointers that move by constants.
 */
import { f32, f32x4, i32, v128, type Code, type Local } from '../../wasm/index.ts';
import { emitTileStep } from '../backends/wasm/tile-product.ts';
import { sizeOfShape } from '../shape.ts';
import { countDown, increase, repeat, setSum } from './counting.ts';
import { emitElementwise } from './elementwise-code.ts';
import { isRowWise, type PlanNode } from './graph.ts';
import { isBatchSum } from './legalise.ts';
import { accessOf, emitTree, numberOf, type EmitContext } from './loop-code.ts';
import type { Access, KernelLocals } from './nest.ts';
import type { LoopKernel } from './schedule.ts';
import { own, readAs, type View } from './views.ts';
import { cellRuns, windowsOver } from './windows.ts';

/** Rows of a tile. */
const TILE_ROWS = 4;
/** Steps of k written out in one turn of the loop. */
const UNROLL = 4;

/** Columns j of a panel: vectors of four, of which the last may have fewer lanes that count. */
interface Panel {
  readonly vectors: number;
  readonly lastLanes: number;
}

/** Walk the panels of n columns: eight at a time, then what is left. */
export function emitPanels(code: Code, n: number, write: (panel: Panel, column: Local) => void): void {
  const column = code.local('i32');
  i32.const(code, 0);
  code.set(column);
  const full = Math.floor(n / 8);
  repeat(code, full, () => {
    write({ vectors: 2, lastLanes: 4 }, column);
    increase(code, column, 32);
  });
  const rest = n % 8;
  if (rest > 0) write({ vectors: Math.ceil(rest / 4), lastLanes: rest % 4 || 4 }, column);
}

/** The distance of neighbouring rows of a view whose leading axes collapse to one, batch included. */
function rowStep(view: View): number {
  for (let axis = view.dims.length - 2; axis >= 0; axis -= 1) if (view.dims[axis] !== 1) return view.strides[axis]!;
  return view.rowStride;
}

const lastStride = (view: View): number => (view.dims.at(-1) === 1 ? 0 : (view.strides.at(-1) ?? 0));

/** Registers of a tile, shared by all tiles of a kernel. */
export interface TileLocals {
  readonly accumulators: readonly (readonly Local[])[];
  readonly right: readonly Local[];
  readonly left: Local;
}

/** Take the locals of the largest tile. */
export function tileLocals(code: Code): TileLocals {
  const vectors = (): Local[] => Array.from({ length: 4 }, () => code.local('v128'));
  return { accumulators: Array.from({ length: TILE_ROWS }, vectors), right: vectors(), left: code.local('v128') };
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
  const steps = (n: number): void => {
    for (let k = 0; k < n; k += 1) emitTileStep(code, tile, k * aStep, k * bStep);
  };
  if (count <= 2 * UNROLL) {
    steps(count);
    increase(code, tile.b, count * bStep);
    return;
  }
  repeat(code, Math.floor(count / UNROLL), () => {
    steps(UNROLL);
    increase(code, tile.a, UNROLL * aStep);
    increase(code, tile.b, UNROLL * bStep);
  });
  steps(count % UNROLL);
  increase(code, tile.b, (count % UNROLL) * bStep);
}

/** How the left operand is walked: over the lines of the result, and over k for one line. Distances are in bytes. */
interface Walk {
  /** Axes of the lines, outermost first; an extent of null is the number of rows times `factor`. */
  readonly lines: readonly { readonly extent: number | null; readonly factor: number; readonly step: number }[];
  /** Runs of k at even distances. */
  readonly runs: readonly { readonly offset: number; readonly count: number }[];
  /** From k to k within a run. */
  readonly step: number;
}

/** Walk the left operand of a matrix product. */
function matrixWalk(view: View, depth: number, lead: number, rowWise: boolean): Walk {
  const step = 4 * rowStep(view);
  return {
    lines: [rowWise ? { extent: null, factor: lead, step } : { extent: lead, factor: 1, step }],
    runs: [{ offset: 0, count: depth }],
    step: 4 * (depth === 1 ? 0 : view.strides.at(-1)!),
  };
}

/** Walk the input of a convolution, window by window. */
function windowWalk(node: PlanNode, pitch: number): Walk {
  const [input, kernel] = node.inputs as [PlanNode, PlanNode];
  const geometry = windowsOver(input, node, kernel.shape.slice(0, -2));
  return {
    lines: [
      { extent: null, factor: 1, step: 4 * pitch },
      { extent: geometry.output[0], factor: 1, step: 4 * geometry.windowSteps[0] },
      { extent: geometry.output[1], factor: 1, step: 4 * geometry.windowSteps[1] },
    ],
    runs: cellRuns(geometry).map(({ offset, count }) => ({ offset: 4 * offset, count })),
    step: 4,
  };
}

/** Push the start of an access: its space, and row 0 of the tile. */
function pushStart(code: Code, access: Access, locals: KernelLocals): void {
  if (access.space === 'worker') code.get(locals.worker);
  else if (access.space === 'partial') code.get(locals.rows!.partial);
  else i32.const(code, 0);
  if (locals.rows === null || access.tileLocal || access.rowStride === 0) return;
  code.get(locals.rows.first);
  i32.const(code, 4 * access.rowStride);
  i32.mul(code);
  i32.add(code);
}

/** An operand or result of the nodes that follow the product. */
interface TileAccess {
  readonly access: Access;
  /** Elements from row to row of the tile, and from column to column (0 or 1). */
  readonly row: number;
  readonly column: number;
  /** Set at the start of each tile. */
  readonly pointer: Local;
  readonly start: Local;
}

/** Write a loop kernel that starts with a product. */
export function emitProduct(code: Code, locals: KernelLocals, kernel: LoopKernel, context: EmitContext): void {
  const node = kernel.product!;
  const [left, right] = node.inputs as [PlanNode, PlanNode];
  const a = context.viewOf(left);
  const b = context.viewOf(right);
  const columns = kernel.dims.at(-1)!;
  const lead = sizeOfShape(kernel.dims.slice(0, -1));
  const convolution = node.operation === 'convolve';
  const walk = convolution ? windowWalk(node, a.rowStride) : matrixWalk(a, left.shape.at(-1)!, lead, isRowWise(node));
  const aRow = walk.lines.at(-1)!.step;
  // Kernels of convolutions are dense: their rows are those of a matrix [cells · channels, filters].
  const bStep = 4 * (convolution ? columns : b.dims[0] === 1 ? 0 : b.strides[0]!);
  const aAccess = accessOf(a, context);
  const bAccess = accessOf({ ...b, rowStride: 0 }, context);

  const numbers = new Map<PlanNode, Local>();
  const reads = new Map<PlanNode, readonly TileAccess[]>();
  const stores = new Map<PlanNode, TileAccess>();

  const starts = new Map<string, { readonly start: Local; readonly pointer: Local }>();
  /** Accesses that move alike share a pointer. */
  const tileAccess = (access: Access, row: number, column: number): TileAccess => {
    const key = [access.space, access.tileLocal || access.rowStride === 0 ? 0 : access.rowStride, row, column].join();
    let shared = starts.get(key);
    if (shared === undefined) {
      shared = { start: code.local('i32'), pointer: code.local('i32') };
      pushStart(code, access, locals);
      code.set(shared.start);
      starts.set(key, shared);
    }
    return { access, row, column, ...shared };
  };
  const provide = (input: PlanNode, multiple: number): void => {
    if (input === node || kernel.members.includes(input) || numbers.has(input) || reads.has(input)) return;
    const view = context.viewOf(input);
    const value = numberOf(view);
    if (value !== undefined) {
      const local = code.local('v128');
      f32.const(code, value);
      f32x4.splat(code);
      code.set(local);
      numbers.set(input, local);
      return;
    }
    const read = readAs(view, input, kernel.dims, multiple);
    const list = isBatchSum(view.base)
      ? context.shardsOf(view.base).map((address): Access => ({
          space: 'shared',
          address: address + 4 * read.offset,
          tileLocal: false,
          rowStride: 0,
          strides: read.strides,
        }))
      : [accessOf(read, context)];
    reads.set(
      input,
      list.map((access) => tileAccess(access, rowStep(read), lastStride(read))),
    );
  };
  const multiple = isRowWise(node) ? node.multiple : 0;
  for (const member of kernel.members) for (const input of member.inputs) provide(input, multiple);
  for (const member of [node, ...kernel.members]) {
    if (!context.stored.has(member)) continue;
    const view = own(member);
    stores.set(member, tileAccess(accessOf(view, context), rowStep(view), 1));
  }
  for (const sum of kernel.sums) provide(sum.inputs[0]!, multiple);

  const tile = tileLocals(code);
  const aBase = code.local('i32');
  pushStart(code, aAccess, locals);
  i32.const(code, aAccess.address);
  i32.add(code);
  code.set(aBase);
  const aStart = code.local('i32');
  const aPointer = code.local('i32');
  const bStart = code.local('i32');
  const bPointer = code.local('i32');
  const row = code.local('i32');
  const totals = kernel.sums.map((sum) => ({ sum, locals: [code.local('v128'), code.local('v128')] }));

  /** One tile of results and what follows from it. */
  const emitTile = (rows: number, { vectors, lastLanes }: Panel, column: Local): void => {
    const part = partOf(tile, rows, vectors);
    emitZero(code, part.accumulators);
    setSum(code, bPointer, bStart, 0);
    for (const { offset, count } of walk.runs) {
      setSum(code, aPointer, aStart, offset);
      emitSteps(code, { ...part, a: aPointer, aRow, b: bPointer }, count, walk.step, bStep);
    }
    for (const { start, pointer, row: step, column: along } of uniquePointers(reads, stores)) {
      code.get(start);
      if (step !== 0) {
        code.get(row);
        i32.const(code, 4 * step);
        i32.mul(code);
        i32.add(code);
      }
      if (along === 1) {
        code.get(column);
        i32.add(code);
      }
      code.set(pointer);
    }
    const cache = new Map<string, Local>();
    const value = (input: PlanNode, r: number, v: number): Local => {
      if (input === node) return part.accumulators[r]![v]!;
      const known = numbers.get(input);
      if (known !== undefined) return known;
      const list = reads.get(input);
      const first = list?.[0];
      const key = `${input.id} ${first?.row === 0 ? 0 : r} ${first?.column === 0 ? 0 : v}`;
      const cached = cache.get(key);
      if (cached !== undefined) return cached;
      const local = code.local('v128');
      emitTree(code, list!.length, (k) => {
        const { access, row: step, column: along, pointer } = list![k]!;
        code.get(pointer);
        const offset = access.address + 4 * step * r;
        if (along === 0) v128.load32Splat(code, offset);
        else v128.load(code, offset + 16 * v);
      });
      if (context.viewOf(input).base.dtype === 'i32') f32x4.convertI32x4S(code);
      code.set(local);
      cache.set(key, local);
      return local;
    };
    const store = (target: TileAccess, local: Local, r: number, v: number): void => {
      const offset = target.access.address + 4 * target.row * r + 16 * v;
      const lanes = v === vectors - 1 ? lastLanes : 4;
      if (lanes === 4) {
        code.get(target.pointer);
        code.get(local);
        v128.store(code, offset);
      } else {
        for (let lane = 0; lane < lanes; lane += 1) {
          code.get(target.pointer);
          code.get(local);
          v128.store32Lane(code, lane, offset + 4 * lane);
        }
      }
    };
    for (let r = 0; r < rows; r += 1) {
      for (let v = 0; v < vectors; v += 1) {
        const own = stores.get(node);
        if (own !== undefined) store(own, part.accumulators[r]![v]!, r, v);
        for (const member of kernel.members) {
          const operands = member.inputs.map((input) => value(input, r, v));
          emitElementwise(member.operation, {
            code,
            operands,
            attributes: member.attributes,
            elementary: context.elementary,
            special: () => context.special(member),
          });
          const local = code.local('v128');
          code.set(local);
          cache.set(`${member.id} ${r} ${v}`, local);
          const target = stores.get(member);
          if (target !== undefined) store(target, local, r, v);
        }
        for (const { sum, locals: sumLocals } of totals) {
          code.get(sumLocals[v]!);
          code.get(value(sum.inputs[0]!, r, v));
          f32x4.add(code);
          code.set(sumLocals[v]!);
        }
      }
    }
  };

  emitPanels(code, columns, (panel, column) => {
    pushStart(code, bAccess, locals);
    i32.const(code, bAccess.address);
    i32.add(code);
    code.get(column);
    i32.add(code);
    code.set(bStart);
    i32.const(code, 0);
    code.set(row);
    for (const { sum, locals: sumLocals } of totals)
      sumLocals.slice(0, panel.vectors).forEach((local, v) => {
        code.get(locals.rows!.partial);
        code.get(column);
        i32.add(code);
        v128.load(code, context.partialOf(sum) + 16 * v);
        code.set(local);
      });
    const tilesOf = (rows: number): void => {
      emitTile(rows, panel, column);
      increase(code, aStart, rows * aRow);
      increase(code, row, rows);
    };
    const line = (depth: number, start: Local): void => {
      const { extent, factor, step } = walk.lines[depth]!;
      if (depth < walk.lines.length - 1) {
        const own = code.local('i32');
        setSum(code, own, start, 0);
        const turn = (): void => {
          line(depth + 1, own);
          increase(code, own, step);
        };
        if (extent !== null) repeat(code, extent, turn);
        else {
          const counter = code.local('i32');
          code.get(locals.rows!.count);
          code.set(counter);
          countDown(code, counter, 1, turn);
        }
        return;
      }
      setSum(code, aStart, start, 0);
      if (extent !== null) {
        repeat(code, Math.floor(extent / TILE_ROWS), () => tilesOf(TILE_ROWS));
        if (extent % TILE_ROWS > 0) tilesOf(extent % TILE_ROWS);
        return;
      }
      const counter = code.local('i32');
      code.get(locals.rows!.count);
      i32.const(code, factor);
      i32.mul(code);
      code.set(counter);
      for (const rows of [TILE_ROWS, 1]) countDown(code, counter, rows, () => tilesOf(rows));
    };
    line(0, aBase);
    for (const { sum, locals: sumLocals } of totals)
      sumLocals.slice(0, panel.vectors).forEach((local, v) => {
        const lanes = v === panel.vectors - 1 ? panel.lastLanes : 4;
        for (let lane = 0; lane < (lanes === 4 ? 1 : lanes); lane += 1) {
          code.get(locals.rows!.partial);
          code.get(column);
          i32.add(code);
          code.get(local);
          const offset = context.partialOf(sum) + 16 * v;
          if (lanes === 4) v128.store(code, offset);
          else v128.store32Lane(code, lane, offset + 4 * lane);
        }
      });
  });
}

/** The accesses that stand for each pointer. */
function uniquePointers(
  reads: ReadonlyMap<PlanNode, readonly TileAccess[]>,
  stores: ReadonlyMap<PlanNode, TileAccess>,
): readonly TileAccess[] {
  const all = [...[...reads.values()].flat(), ...stores.values()];
  return [...new Map(all.map((access) => [access.pointer, access])).values()];
}
