/**
 * The code of the kernel gradient of a depthwise convolution: for every cell of the window and every filter, the sum over
 * the windows of a row of x·g, which is then added to the sum over the rows.
 *
 * Vectors are of channels. The sums of the cells run side by side, so that an element of g is loaded once for all of them.
 */
import { f32x4, v128, type Code, type Local } from '../../wasm/index.ts';
import { countDown, increase, integers, repeat, setSum } from '../backends/wasm/loops.ts';
import type { PlanNode } from './graph.ts';
import { accessOf, emitClearSums, type EmitContext } from './loop-code.ts';
import { startOf, type KernelLocals } from './nest.ts';
import type { View } from './views.ts';
import { cellOffsets, windowsOver } from './windows.ts';

/** Sums that fit into registers beside a vector of g and one of x. */
const MOST_SUMS = 12;

/** Write the kernel; `first` is 1 for the first tile of a leaf, which starts from zero. */
export function emitDepthwiseGradient(
  code: Code,
  locals: KernelLocals,
  first: Local,
  node: PlanNode,
  context: EmitContext,
): void {
  const [x, g] = node.inputs.map((input) => context.viewOf(input)) as [View, View];
  const filters = node.shape.at(-1)!;
  const geometry = windowsOver(node.inputs[0]!, node, node.shape.slice(0, -2));
  const { channels } = geometry;
  const multiplier = filters / channels;
  const cells = cellOffsets(geometry);
  const { partial, count } = locals.rows!;
  code.get(first);
  code.if(() => emitClearSums(code, partial, [node], context));

  const { rows, xRow, gRow, xAt, gAt, target, xLine, gLine, xCell, gCell } = integers(
    code,
    ...(['rows', 'xRow', 'gRow', 'xAt', 'gAt', 'target', 'xLine', 'gLine', 'xCell', 'gCell'] as const),
  );
  const [gradient, total] = [code.local('v128'), code.local('v128')];
  const chunks = Math.ceil(cells.length / MOST_SUMS);
  const sums = Array.from({ length: Math.ceil(cells.length / chunks) }, () => code.local('v128'));

  /** Load elements of filters `multiplier` apart; where they are neighbours, lanes that do not count have anything. */
  const loadLanes = (vector: Local, pointer: Local, offset: number, lanes: number): void => {
    code.get(pointer);
    if (multiplier === 1) v128.load(code, offset);
    else v128.load32Zero(code, offset);
    code.set(vector);
    for (let lane = 1; lane < (multiplier === 1 ? 1 : lanes); lane += 1) {
      code.get(pointer);
      code.get(vector);
      v128.load32Lane(code, lane, offset + 4 * multiplier * lane);
      code.set(vector);
    }
  };
  /** The sums of some cells for a vector of channels, of which `lanes` count, and their filter number `k`. */
  const addWindows = (from: number, k: number, lanes: number): void => {
    const some = cells.slice(from, from + sums.length);
    some.forEach((_, i) => {
      v128.const(code, new Uint8Array(16));
      code.set(sums[i]!);
    });
    setSum(code, xLine, xAt, 0);
    setSum(code, gLine, gAt, 0);
    repeat(code, geometry.output[0], () => {
      setSum(code, xCell, xLine, 0);
      setSum(code, gCell, gLine, 0);
      repeat(code, geometry.output[1], () => {
        loadLanes(gradient, gCell, 4 * k, lanes);
        some.forEach((offset, i) => {
          code.get(sums[i]!);
          code.get(xCell);
          v128.load(code, offset);
          code.get(gradient);
          f32x4.mul(code);
          f32x4.add(code);
          code.set(sums[i]!);
        });
        increase(code, xCell, 4 * geometry.windowSteps[1]);
        increase(code, gCell, 4 * filters);
      });
      increase(code, xLine, 4 * geometry.windowSteps[0]);
      increase(code, gLine, 4 * filters * geometry.output[1]);
    });
    some.forEach((_, i) => {
      const offset = context.partialOf(node) + 4 * (filters * (from + i) + k);
      loadLanes(total, target, offset, lanes);
      code.get(total);
      code.get(sums[i]!);
      f32x4.add(code);
      code.set(total);
      const whole = multiplier === 1 && lanes === 4;
      for (let lane = 0; lane < (whole ? 1 : lanes); lane += 1) {
        code.get(target);
        code.get(total);
        if (whole) v128.store(code, offset);
        else v128.store32Lane(code, lane, offset + 4 * multiplier * lane);
      }
    });
  };
  const addVector = (lanes: number): void => {
    for (let k = 0; k < multiplier; k += 1)
      for (let from = 0; from < cells.length; from += sums.length) addWindows(from, k, lanes);
  };

  setSum(code, xRow, startOf(code, locals, accessOf(x, context)), 0);
  setSum(code, gRow, startOf(code, locals, accessOf(g, context)), 0);
  code.get(count);
  code.set(rows);
  countDown(code, rows, 1, () => {
    setSum(code, xAt, xRow, 0);
    setSum(code, gAt, gRow, 0);
    setSum(code, target, partial, 0);
    repeat(code, Math.floor(channels / 4), () => {
      addVector(4);
      increase(code, xAt, 16);
      increase(code, gAt, 16 * multiplier);
      increase(code, target, 16 * multiplier);
    });
    if (channels % 4 > 0) addVector(channels % 4);
    increase(code, xRow, 4 * x.rowStride);
    increase(code, gRow, 4 * g.rowStride);
  });
}
