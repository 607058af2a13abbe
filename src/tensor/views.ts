/** Views: other shapes, orders and parts of the same storage. Only `reshape` of a non-contiguous tensor copies. */
import { ShapeError, ValueError } from '../errors.ts';
import { contiguous } from './access.ts';
import {
  broadcastShapes,
  broadcastStrides,
  checkShape,
  contiguousStrides,
  normalizeAxes,
  normalizeAxis,
  sameShape,
  shapeText,
  sizeOfShape,
  type Axes,
} from './shape.ts';
import type { Tensor } from './tensor.ts';
import { traced } from './trace.ts';

/**
 * Read the elements, in row-major order, as another shape of the same size; one extent may be −1 (what remains).
 *
 * @throws ShapeError if the sizes differ.
 */
export function reshape(t: Tensor, shape: readonly number[]): Tensor {
  const count = sizeOfShape(t.shape);
  const free = shape.indexOf(-1);
  const known = shape.reduce((product, extent, axis) => (axis === free ? product : product * extent), 1);
  const target = shape.map((extent, axis) => (axis === free ? (known === 0 ? 0 : count / known) : extent));
  if (!target.every((extent) => Number.isInteger(extent) && extent >= 0) || sizeOfShape(target) !== count) {
    throw new ShapeError(
      `reshape needs as many elements as ${shapeText(t.shape)} has, but got the shape ${shapeText(shape)}.`,
    );
  }
  const symbolic = traced('reshape', [t], {}, target, t.dtype);
  if (symbolic !== null) return symbolic;
  const source = contiguous(t);
  return { ...source, shape: target, strides: contiguousStrides(target) };
}

/**
 * Permute the axes: axis i of the result is axis `axes[i]` of the input.
 *
 * @param axes @defaultValue the axes reversed
 */
export function transpose(t: Tensor, axes?: readonly number[]): Tensor {
  const rank = t.shape.length;
  const order = axes ? axes.map((axis) => normalizeAxis(axis, rank, 'transpose')) : t.shape.map((_, i) => rank - 1 - i);
  if (order.length !== rank || new Set(order).size !== rank) {
    throw new ValueError(`transpose needs each of ${rank} axes once, but got [${order.join(', ')}].`);
  }
  const shape = order.map((axis) => t.shape[axis]!);
  const symbolic = traced('transpose', [t], { axes: order }, shape, t.dtype);
  return symbolic ?? { ...t, shape, strides: order.map((axis) => t.strides[axis]!) };
}

/** Swap the last two axes. */
export function transposeLast(t: Tensor): Tensor {
  const rank = t.shape.length;
  if (rank < 2) throw new ShapeError(`transposeLast needs two axes or more, but got the shape ${shapeText(t.shape)}.`);
  return transpose(t, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
}

/** What to take of one axis: `[start, end)` or `[start, end, step]`, negative bounds counted from the end; null is all. */
export type SliceRange = readonly [start: number, end: number, step?: number] | null;

/**
 * Take a range of each axis; absent trailing ranges take all. Bounds beyond the axis are clipped, as in NumPy.
 *
 * @throws ValueError if there are more ranges than axes, or a step is not a positive integer.
 */
export function slice(t: Tensor, ranges: readonly SliceRange[]): Tensor {
  if (ranges.length > t.shape.length) {
    throw new ValueError(
      `slice needs at most ${t.shape.length} ranges for the shape ${shapeText(t.shape)}, but got ${ranges.length}.`,
    );
  }
  let offset = t.offset;
  const shape = [...t.shape];
  const strides = [...t.strides];
  const starts = t.shape.map(() => 0);
  const steps = t.shape.map(() => 1);
  ranges.forEach((range, axis) => {
    if (range === null) return;
    const extent = t.shape[axis]!;
    const [start, end, step = 1] = range;
    if (!(Number.isInteger(start) && Number.isInteger(end) && Number.isInteger(step) && step > 0)) {
      throw new ValueError(
        `slice needs integer bounds and a step >= 1, but got [${range.join(', ')}] for axis ${axis}.`,
      );
    }
    const clip = (bound: number): number => Math.min(Math.max(bound < 0 ? bound + extent : bound, 0), extent);
    const from = clip(start);
    shape[axis] = Math.max(0, Math.ceil((clip(end) - from) / step));
    strides[axis] = strides[axis]! * step;
    if (shape[axis]! > 0) offset += from * t.strides[axis]!;
    starts[axis] = from;
    steps[axis] = step;
  });
  return traced('slice', [t], { starts, steps }, shape, t.dtype) ?? { ...t, shape, strides, offset };
}

/**
 * Repeat axes of extent 1 (and missing leading axes) up to a shape, without a copy.
 *
 * @throws ShapeError if the tensor does not broadcast to it.
 */
export function broadcastTo(t: Tensor, shape: readonly number[]): Tensor {
  checkShape(shape, 'broadcastTo');
  if (sameShape(t.shape, shape)) return t;
  if (!sameShape(broadcastShapes(t.shape, shape, 'broadcastTo'), shape)) {
    throw new ShapeError(`broadcastTo cannot repeat ${shapeText(t.shape)} to ${shapeText(shape)}.`);
  }
  const symbolic = traced('broadcastTo', [t], {}, [...shape], t.dtype);
  return symbolic ?? { ...t, shape: [...shape], strides: broadcastStrides(t.shape, t.strides, shape) };
}

/**
 * Drop axes of extent 1.
 *
 * @param axes @defaultValue all of extent 1
 * @throws ShapeError if a named axis has another extent.
 */
export function squeeze(t: Tensor, axes?: Axes): Tensor {
  const dropped =
    axes === undefined || axes === null
      ? t.shape.flatMap((extent, axis) => (extent === 1 ? [axis] : []))
      : normalizeAxes(axes, t.shape.length, 'squeeze');
  for (const axis of dropped) {
    if (t.shape[axis] !== 1)
      throw new ShapeError(`squeeze needs extent 1, but axis ${axis} of ${shapeText(t.shape)} has ${t.shape[axis]}.`);
  }
  const kept = t.shape.map((_, axis) => axis).filter((axis) => !dropped.includes(axis));
  const shape = kept.map((axis) => t.shape[axis]!);
  const symbolic = traced('reshape', [t], {}, shape, t.dtype);
  return symbolic ?? { ...t, shape, strides: kept.map((axis) => t.strides[axis]!) };
}

/** Insert an axis of extent 1 so that it becomes axis `axis` of the result (negative: from the back). */
export function expandDims(t: Tensor, axis: number): Tensor {
  const at = normalizeAxis(axis, t.shape.length + 1, 'expandDims');
  const shape = t.shape.toSpliced(at, 0, 1);
  return traced('reshape', [t], {}, shape, t.dtype) ?? { ...t, shape, strides: t.strides.toSpliced(at, 0, 0) };
}

/** Reverse the order along the given axes, as a view with negative strides. */
export function flip(t: Tensor, axes?: Axes): Tensor {
  const strides = [...t.strides];
  let offset = t.offset;
  const list = normalizeAxes(axes, t.shape.length, 'flip');
  const symbolic = traced('flip', [t], { axes: list }, t.shape, t.dtype);
  if (symbolic !== null) return symbolic;
  for (const axis of list) {
    offset += Math.max(0, t.shape[axis]! - 1) * strides[axis]!;
    strides[axis] = -strides[axis]!;
  }
  return { ...t, strides, offset };
}
