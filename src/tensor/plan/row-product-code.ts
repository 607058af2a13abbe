/**
 * The code of kernel gradients, Σ over rows of xᵀ·g: tiles of the partial sum stay in registers while the rows of the tile
 * go by. Where a row has several positions, their products are summed first and then added.
 */
import { f32x4, i32, v128, type Code, type Local } from '../../wasm/index.ts';
import { emitTileStep } from '../backends/wasm/tile-product.ts';
import { sizeOfShape } from '../shape.ts';
import { countDown, increase, repeat, setSum } from './counting.ts';
import type { PlanNode } from './graph.ts';
import { accessOf, type EmitContext } from './loop-code.ts';
import type { Access, KernelLocals } from './nest.ts';
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

/** Write the kernel; `first` is 1 for the first tile of a leaf, which starts from zero. */
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
  const xElement = walk.step;
  const { first: firstRow, count, partial } = locals.rows!;
  const tile = tileLocals(code);
  const sums = partial;
  const a = code.local('i32');
  const b = code.local('i32');
  const aRowStart = code.local('i32');
  const bRowStart = code.local('i32');
  const target = code.local('i32');
  const rows = code.local('i32');
  const start = (access: Access): void => {
    if (access.space === 'worker') code.get(locals.worker);
    else i32.const(code, 0);
    if (!access.tileLocal && access.rowStride !== 0) {
      code.get(firstRow);
      i32.const(code, 4 * access.rowStride);
      i32.mul(code);
      i32.add(code);
    }
    i32.const(code, access.address);
    i32.add(code);
  };
  const xStart = code.local('i32');
  start(accessOf(x, context));
  code.set(xStart);
  const gStart = code.local('i32');
  start(accessOf(g, context));
  code.set(gStart);
  const line = code.local('i32');

  emitPanels(code, width, ({ vectors, lastLanes }, column) => {
    const writeTile = (height: number, from: number): void => {
      const part = partOf(tile, height, vectors);
      const steps = { ...part, a, aRow: xElement, b };
      // Partial sums of this tile.
      code.get(sums);
      code.get(line);
      i32.const(code, 4 * width);
      i32.mul(code);
      i32.add(code);
      code.get(column);
      i32.add(code);
      code.set(target);
      const offset = context.partialOf(node);
      const eachVector = (write: (local: Local, at: number, lanes: number) => void): void =>
        part.accumulators.forEach((row, r) =>
          row.forEach((local, v) => write(local, offset + 4 * width * r + 16 * v, v === vectors - 1 ? lastLanes : 4)),
        );
      const load = (): void =>
        eachVector((local, at) => {
          code.get(target);
          v128.load(code, at);
          code.set(local);
        });
      const store = (): void =>
        eachVector((local, at, lanes) => {
          for (let lane = 0; lane < (lanes === 4 ? 1 : lanes); lane += 1) {
            code.get(target);
            code.get(local);
            if (lanes === 4) v128.store(code, at);
            else v128.store32Lane(code, lane, at + 4 * lane);
          }
        });
      const setRows = (): void => {
        code.get(count);
        code.set(rows);
      };
      // `line` counts all lines of the result, `from` is that of the run's first.
      code.get(xStart);
      code.get(line);
      i32.const(code, xElement);
      i32.mul(code);
      i32.add(code);
      i32.const(code, from);
      i32.add(code);
      code.set(aRowStart);
      code.get(gStart);
      code.get(column);
      i32.add(code);
      code.set(bRowStart);
      if (walk.positions.length === 0) {
        code.get(first);
        code.if(() => emitZero(code, part.accumulators), load);
        setSum(code, a, aRowStart, 0);
        setSum(code, b, bRowStart, 0);
        setRows();
        for (const unroll of [UNROLL, 1]) {
          countDown(code, rows, unroll, () => {
            for (let k = 0; k < unroll; k += 1) emitTileStep(code, steps, k * walk.xRow, k * walk.gRow);
            increase(code, a, unroll * walk.xRow);
            increase(code, b, unroll * walk.gRow);
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
      setRows();
      countDown(code, rows, 1, () => {
        emitZero(code, part.accumulators);
        const visit = (depth: number, xAt: Local, gAt: Local): void => {
          const { extent, x: xStep, g: gStep } = walk.positions[depth]!;
          if (depth === walk.positions.length - 1) {
            setSum(code, a, xAt, 0);
            setSum(code, b, gAt, 0);
            emitSteps(code, steps, extent, xStep, gStep);
            return;
          }
          const [xOwn, gOwn] = [code.local('i32'), code.local('i32')];
          setSum(code, xOwn, xAt, 0);
          setSum(code, gOwn, gAt, 0);
          repeat(code, extent, () => {
            visit(depth + 1, xOwn, gOwn);
            increase(code, xOwn, xStep);
            increase(code, gOwn, gStep);
          });
        };
        visit(0, aRowStart, bRowStart);
        eachVector((local, at) => {
          code.get(target);
          v128.load(code, at);
          code.get(local);
          f32x4.add(code);
          code.set(local);
        });
        store();
        increase(code, aRowStart, walk.xRow);
        increase(code, bRowStart, walk.gRow);
      });
    };
    i32.const(code, 0);
    code.set(line);
    let before = 0;
    for (const { offset, count: lines } of walk.runs) {
      const from = offset - before * xElement;
      repeat(code, Math.floor(lines / TILE_ROWS), () => {
        writeTile(TILE_ROWS, from);
        increase(code, line, TILE_ROWS);
      });
      if (lines % TILE_ROWS > 0) {
        writeTile(lines % TILE_ROWS, from);
        increase(code, line, lines % TILE_ROWS);
      }
      before += lines;
    }
  });
}
