/**
 * The code of kernel gradients, Σ over rows of xᵀ·g: tiles of the partial sum stay in registers while the rows of the tile
 * go by. Where a row has several positions, their products are summed first and then added.
 */
import { f32x4, i32, v128, type Code, type Local } from '../../wasm/index.ts';
import { emitTileStep } from '../backends/wasm/tile-product.ts';
import { sizeOfShape } from '../shape.ts';
import { countDown, increase, repeat, setSum } from '../backends/wasm/loops.ts';
import type { PlanNode } from './graph.ts';
import { accessOf, type EmitContext } from './loop-code.ts';
import { startOf, type KernelLocals } from './nest.ts';
import { emitPanels, emitSteps, emitZero, partOf, tileLocals } from './product-code.ts';
import type { View } from './views.ts';
import { cellRuns, windowsOver } from './windows.ts';

const TILE_ROWS = 4;
const UNROLL = 4;

/** How a kernel gradient walks its operands. Distances are in bytes. */
interface GradientWalk {
  /** Positions within a row, outermost axis first. */
  readonly positions: readonly { readonly extent: number; readonly x: number; readonly g: number }[];
  /** Lines of the result in runs: where their elements of x start. */
  readonly runs: readonly { readonly offset: number; readonly count: number }[];
  /** From line to line within a run, in x. */
  readonly step: number;
  /** From row to row. */
  readonly xRow: number;
  readonly gRow: number;
}

/** From position to position within a row. */
function positionStep({ dims, strides }: View): number {
  for (let axis = dims.length - 2; axis >= 0; axis -= 1) if (dims[axis] !== 1) return 4 * strides[axis]!;
  return 0;
}

function matrixWalk(x: View, g: View): GradientWalk {
  const extent = sizeOfShape(x.dims.slice(0, -1));
  return {
    positions: extent === 1 ? [] : [{ extent, x: positionStep(x), g: positionStep(g) }],
    runs: [{ offset: 0, count: x.dims.at(-1)! }],
    step: 4 * (x.dims.at(-1) === 1 ? 0 : x.strides.at(-1)!),
    xRow: 4 * x.rowStride,
    gRow: 4 * g.rowStride,
  };
}

function windowWalk(node: PlanNode, x: View, g: View): GradientWalk {
  const geometry = windowsOver(node.inputs[0]!, node, node.shape.slice(0, -2));
  const filters = node.shape.at(-1)!;
  const [height, width] = geometry.output;
  return {
    positions: [
      { extent: height, x: 4 * geometry.windowSteps[0], g: 4 * width * filters },
      { extent: width, x: 4 * geometry.windowSteps[1], g: 4 * filters },
    ],
    runs: cellRuns(geometry).map(({ offset, count }) => ({ offset: 4 * offset, count })),
    step: 4,
    xRow: 4 * x.rowStride,
    gRow: 4 * g.rowStride,
  };
}

/** One block of the result: elements of the splat operand by rows, vectors of the other by columns. */
interface Block {
  readonly rows: number;
  readonly vectors: number;
  /** Lanes of the last vector that count. */
  readonly lastLanes: number;
  readonly splat: Side;
  readonly vector: Side;
  /** Bytes from element to element of the result along the block's rows and along its vectors. */
  readonly rowPitch: number;
  readonly lanePitch: number;
}

/** An operand of a block: where it starts in the first row of the tile, and how it goes on. Distances are in bytes. */
interface Side {
  readonly start: Local;
  readonly rowStep: number;
  readonly positionSteps: readonly number[];
}

/**
 * Write the kernel; `first` is 1 for the first tile of a leaf, which starts from zero.
 *
 * Columns go by vectors of g and lines by elements of x. The last one to three columns, for which vectors of g would be
 * mostly empty, go the other way round where the elements of x lie side by side.
 */
export function emitRowProduct(
  code: Code,
  locals: KernelLocals,
  first: Local,
  node: PlanNode,
  context: EmitContext,
): void {
  const [x, g] = node.inputs.map((input) => context.viewOf(input)) as [View, View];
  const width = node.shape.at(-1)!;
  const walk = node.operation === 'rowProduct' ? matrixWalk(x, g) : windowWalk(node, x, g);
  const rest = walk.step === 4 ? width % 4 : 0;
  const extents = walk.positions.map(({ extent }) => extent);
  const tile = tileLocals(code);
  const xStart = startOf(code, locals, accessOf(x, context));
  const gStart = startOf(code, locals, accessOf(g, context));
  const [xAt, gAt, target, line] = Array.from({ length: 4 }, () => code.local('i32')) as [Local, Local, Local, Local];
  const sideX: Side = { start: xAt, rowStep: walk.xRow, positionSteps: walk.positions.map(({ x: step }) => step) };
  const sideG: Side = { start: gAt, rowStep: walk.gRow, positionSteps: walk.positions.map(({ g: step }) => step) };

  /** Set the pointers of the block at `line` (of all lines) and a column, and write it. */
  const writeBlock = (
    block: Omit<Block, 'splat' | 'vector'>,
    from: number,
    column: () => void,
    across: boolean,
  ): void => {
    // `from` is where the run's first line starts in x, less what the lines before it would take.
    pushSum(code, xStart, () => pushProduct(code, line, walk.step), from);
    code.set(xAt);
    pushSum(code, gStart, column, 0);
    code.set(gAt);
    pushSum(code, locals.rows!.partial, () => pushProduct(code, line, 4 * width), 0);
    column();
    i32.add(code);
    code.set(target);
    const sides = across ? { splat: sideG, vector: sideX } : { splat: sideX, vector: sideG };
    const aRow = across ? 4 : walk.step;
    emitBlock(
      code,
      { ...block, ...sides },
      { tile, aRow, target, offset: context.partialOf(node), extents, first, count: locals.rows!.count },
    );
  };
  /** Walk the lines of all runs, so many at a time. */
  const overLines = (most: number, write: (lines: number, from: number) => void): void => {
    i32.const(code, 0);
    code.set(line);
    let before = 0;
    for (const { offset, count } of walk.runs) {
      const from = offset - before * walk.step;
      const part = (lines: number): void => {
        write(lines, from);
        increase(code, line, lines);
      };
      repeat(code, Math.floor(count / most), () => part(most));
      if (count % most > 0) part(count % most);
      before += count;
    }
  };

  emitPanels(code, width - rest, ({ vectors, lastLanes }, column) => {
    const pitches = { rowPitch: 4 * width, lanePitch: 4 };
    overLines(TILE_ROWS, (rows, from) => {
      writeBlock({ rows, vectors, lastLanes, ...pitches }, from, () => code.get(column), false);
    });
  });
  if (rest === 0) return;
  // As many vectors as leave room for all sums of the block in registers.
  const most = rest === 1 ? 4 : rest === 2 ? 3 : 2;
  const pitches = { rowPitch: 4, lanePitch: 4 * width };
  overLines(4 * most, (lines, from) => {
    const block = { rows: rest, vectors: Math.ceil(lines / 4), lastLanes: lines % 4 || 4, ...pitches };
    writeBlock(block, from, () => i32.const(code, 4 * (width - rest)), true);
  });
}

function pushProduct(code: Code, local: Local, factor: number): void {
  code.get(local);
  i32.const(code, factor);
  i32.mul(code);
}

/** Push local + what `push` pushes + constant. */
function pushSum(code: Code, local: Local, push: () => void, constant: number): void {
  code.get(local);
  push();
  i32.add(code);
  if (constant === 0) return;
  i32.const(code, constant);
  i32.add(code);
}

interface BlockParts {
  readonly tile: ReturnType<typeof tileLocals>;
  /** Bytes from row to row of the block in the splat operand. */
  readonly aRow: number;
  /** Address of the block in the partial sums, and what is added to it. */
  readonly target: Local;
  readonly offset: number;
  /** Positions within a row, by axis. */
  readonly extents: readonly number[];
  readonly first: Local;
  readonly count: Local;
}

/** Add the rows of a tile to a block of partial sums. */
function emitBlock(code: Code, block: Block, parts: BlockParts): void {
  const { splat, vector, rowPitch, lanePitch } = block;
  const { target, offset, extents, first, count } = parts;
  const part = partOf(parts.tile, block.rows, block.vectors);
  const [a, b, rows] = Array.from({ length: 3 }, () => code.local('i32')) as [Local, Local, Local];
  const steps = { ...part, a, aRow: parts.aRow, b };
  const dense = lanePitch === 4;
  /** Visit the accumulators with their place and the lanes that count. */
  const each = (visit: (local: Local, at: number, lanes: number) => void): void =>
    part.accumulators.forEach((row, r) =>
      row.forEach((local, v) => {
        const lanes = v === block.vectors - 1 ? block.lastLanes : 4;
        visit(local, offset + rowPitch * r + 4 * lanePitch * v, lanes);
      }),
    );
  const pushStored = (at: number, lanes: number): void => {
    code.get(target);
    if (dense) {
      // Lanes that do not count may have anything.
      v128.load(code, at);
      return;
    }
    v128.load32Zero(code, at);
    const loaded = code.local('v128');
    code.set(loaded);
    for (let lane = 1; lane < lanes; lane += 1) {
      code.get(target);
      code.get(loaded);
      v128.load32Lane(code, lane, at + lanePitch * lane);
      code.set(loaded);
    }
    code.get(loaded);
  };
  const store = (): void =>
    each((local, at, lanes) => {
      const whole = dense && lanes === 4;
      for (let lane = 0; lane < (whole ? 1 : lanes); lane += 1) {
        code.get(target);
        code.get(local);
        if (whole) v128.store(code, at);
        else v128.store32Lane(code, lane, at + lanePitch * lane);
      }
    });
  code.get(count);
  code.set(rows);
  if (extents.length === 0) {
    code.get(first);
    code.if(
      () => emitZero(code, part.accumulators),
      () =>
        each((local, at, lanes) => {
          pushStored(at, lanes);
          code.set(local);
        }),
    );
    setSum(code, a, splat.start, 0);
    setSum(code, b, vector.start, 0);
    for (const unroll of [UNROLL, 1]) {
      countDown(code, rows, unroll, () => {
        for (let k = 0; k < unroll; k += 1) emitTileStep(code, steps, k * splat.rowStep, k * vector.rowStep);
        increase(code, a, unroll * splat.rowStep);
        increase(code, b, unroll * vector.rowStep);
      });
    }
    store();
    return;
  }
  code.get(first);
  code.if(() => {
    emitZero(code, part.accumulators);
    store();
  });
  const [aRowAt, bRowAt] = [code.local('i32'), code.local('i32')];
  setSum(code, aRowAt, splat.start, 0);
  setSum(code, bRowAt, vector.start, 0);
  countDown(code, rows, 1, () => {
    emitZero(code, part.accumulators);
    const visit = (depth: number, aAt: Local, bAt: Local): void => {
      const [aStep, bStep] = [splat.positionSteps[depth]!, vector.positionSteps[depth]!];
      if (depth === extents.length - 1) {
        setSum(code, a, aAt, 0);
        setSum(code, b, bAt, 0);
        emitSteps(code, steps, extents[depth]!, aStep, bStep);
        return;
      }
      const [aOwn, bOwn] = [code.local('i32'), code.local('i32')];
      setSum(code, aOwn, aAt, 0);
      setSum(code, bOwn, bAt, 0);
      repeat(code, extents[depth]!, () => {
        visit(depth + 1, aOwn, bOwn);
        increase(code, aOwn, aStep);
        increase(code, bOwn, bStep);
      });
    };
    visit(0, aRowAt, bRowAt);
    each((local, at, lanes) => {
      pushStored(at, lanes);
      code.get(local);
      f32x4.add(code);
      code.set(local);
    });
    store();
    increase(code, aRowAt, splat.rowStep);
    increase(code, bRowAt, vector.rowStep);
  });
}
