/** Differentiable views, joins and indexed access, named as in `tensor`. */
import * as t from '../../tensor/index.ts';
import type { Axes, SliceRange, Tensor } from '../../tensor/index.ts';
import { asVariable, constant, recordCall, type Operand, type Variable } from '../variable.ts';

/** Read the elements as another shape; one extent may be −1. */
export function reshape(x: Operand, shape: readonly number[]): Variable {
  const input = asVariable(x);
  return recordCall('reshape', undefined, [input], t.reshape(input.value, shape));
}

/** Permute the axes. @param axes @defaultValue reversed */
export function transpose(x: Operand, axes?: readonly number[]): Variable {
  const input = asVariable(x);
  const rank = input.value.shape.length;
  const order = axes
    ? axes.map((axis) => t.normalizeAxis(axis, rank, 'transpose'))
    : input.value.shape.map((_, i) => rank - 1 - i);
  return recordCall('transpose', { axes: order }, [input], t.transpose(input.value, order));
}

/** Take a range of each axis (see `tensor`'s slice). */
export function slice(x: Operand, ranges: readonly SliceRange[]): Variable {
  const input = asVariable(x);
  return recordCall('slice', { ranges }, [input], t.slice(input.value, ranges));
}

/** Repeat axes of extent 1 up to a shape. */
export function broadcastTo(x: Operand, shape: readonly number[]): Variable {
  const input = asVariable(x);
  return recordCall('broadcastTo', undefined, [input], t.broadcastTo(input.value, shape));
}

/** Drop axes of extent 1. @param axes @defaultValue all of extent 1 */
export function squeeze(x: Operand, axes?: Axes): Variable {
  const input = asVariable(x);
  return recordCall('reshape', undefined, [input], t.squeeze(input.value, axes));
}

/** Insert an axis of extent 1. */
export function expandDims(x: Operand, axis: number): Variable {
  const input = asVariable(x);
  return recordCall('reshape', undefined, [input], t.expandDims(input.value, axis));
}

/** Reverse the order along axes. @param axes @defaultValue all */
export function flip(x: Operand, axes?: Axes): Variable {
  const input = asVariable(x);
  const list = t.normalizeAxes(axes, input.value.shape.length, 'flip');
  return recordCall('flip', { axes: list }, [input], t.flip(input.value, list));
}

/** Join along an axis. @param axis @defaultValue 0 */
export function concat(operands: readonly Operand[], axis = 0): Variable {
  const inputs = operands.map((operand) => asVariable(operand));
  const value = t.concat(
    inputs.map((input) => input.value),
    axis,
  );
  return recordCall('concat', { axis: t.normalizeAxis(axis, value.shape.length, 'concat') }, inputs, value);
}

/** Join along a new axis. @param axis @defaultValue 0 */
export function stack(operands: readonly Operand[], axis = 0): Variable {
  return concat(
    operands.map((operand) => expandDims(operand, axis)),
    axis,
  );
}

/** Surround with a value. @param value @defaultValue 0 */
export function pad(x: Operand, pads: readonly (readonly [number, number])[], value = 0): Variable {
  const input = asVariable(x);
  return recordCall('pad', { pads }, [input], t.pad(input.value, pads, value));
}

/** Repeat the whole tensor along each axis. */
export function tile(x: Operand, repeats: readonly number[]): Variable {
  const input = asVariable(x);
  const own = input.value.shape;
  const rank = Math.max(own.length, repeats.length);
  const shape = [...new Array<number>(rank - own.length).fill(1), ...own];
  const times = [...new Array<number>(rank - repeats.length).fill(1), ...repeats];
  const spread = reshape(
    input,
    shape.flatMap((n) => [1, n]),
  );
  const repeated = broadcastTo(
    spread,
    shape.flatMap((n, axis) => [times[axis]!, n]),
  );
  return reshape(
    repeated,
    shape.map((n, axis) => n * times[axis]!),
  );
}

/** Take single elements along an axis; a repeated index gathers the gradients of all its uses. */
export function gather(x: Operand, index: Tensor, axis: number): Variable {
  const input = asVariable(x);
  const at = t.normalizeAxis(axis, input.value.shape.length, 'gather');
  return recordCall('gather', { index, axis: at }, [input], t.gather(input.value, index, at));
}

/** Take whole slices along an axis. @param axis @defaultValue 0 */
export function indexSelect(x: Operand, index: Tensor, axis = 0): Variable {
  const input = asVariable(x);
  const at = t.normalizeAxis(axis, input.value.shape.length, 'indexSelect');
  return recordCall('indexSelect', { index, axis: at }, [input], t.indexSelect(input.value, index, at));
}

/** Add single elements along an axis. */
export function scatterAdd(x: Operand, index: Tensor, source: Operand, axis: number): Variable {
  const inputs = [asVariable(x), asVariable(source)];
  const at = t.normalizeAxis(axis, inputs[0]!.value.shape.length, 'scatterAdd');
  return recordCall(
    'scatterAdd',
    { index, axis: at },
    inputs,
    t.scatterAdd(inputs[0]!.value, index, inputs[1]!.value, at),
  );
}

/** Find the k greatest (or smallest) elements along an axis; the gradient flows through the values. */
export function topk(x: Operand, k: number, axis = -1, largest = true): { values: Variable; indices: Variable } {
  const input = asVariable(x);
  const { indices } = t.topk(input.value, k, axis, largest);
  return { values: gather(input, indices, axis), indices: constant(indices) };
}
