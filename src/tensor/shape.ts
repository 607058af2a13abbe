/** Shape arithmetic: sizes, strides, axes and NumPy's broadcasting rule, on plain lists of non-negative integers. */
import { ShapeError, ValueError } from '../errors.ts';

/** Count the elements of a shape; a scalar's `[]` has one. */
export function sizeOfShape(shape: readonly number[]): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** Give the row-major strides of a shape, in elements. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** Tell whether strides walk a shape in row-major order without gaps; the stride of an axis of extent 1 is free. */
export function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis]!;
  }
  return true;
}

/** Tell whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Write a shape for a message, such as `[3, 4]`. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/**
 * Check that a list is a shape.
 *
 * @throws ShapeError naming the operation if an extent is negative or not an integer.
 */
export function checkShape(shape: readonly number[], operation: string): void {
  for (const extent of shape) {
    if (!(Number.isSafeInteger(extent) && extent >= 0)) {
      throw new ShapeError(`${operation} needs extents that are integers >= 0, but got the shape ${shapeText(shape)}.`);
    }
  }
}

/**
 * Give the shape that two shapes broadcast to: aligned at the end, each pair of extents equal or one of them 1.
 *
 * @throws ShapeError naming the operation and both shapes.
 */
export function broadcastShapes(a: readonly number[], b: readonly number[], operation: string): number[] {
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let back = 1; back <= rank; back += 1) {
    const left = back <= a.length ? a[a.length - back]! : 1;
    const right = back <= b.length ? b[b.length - back]! : 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(
        `${operation} needs shapes that broadcast (equal extents or 1), but got ${shapeText(a)} and ${shapeText(b)}.`,
      );
    }
    shape[rank - back] = left === 1 ? right : left;
  }
  return shape;
}

/** Give the strides that read a tensor of one shape as another that it broadcasts to: 0 where it repeats. */
export function broadcastStrides(
  shape: readonly number[],
  strides: readonly number[],
  target: readonly number[],
): number[] {
  const missing = target.length - shape.length;
  return target.map((extent, axis) => {
    const own = axis - missing;
    return own < 0 || (shape[own] === 1 && extent !== 1) ? 0 : strides[own]!;
  });
}

/**
 * Turn an axis counted from the front (0 …) or the back (−1 …) into one counted from the front.
 *
 * @throws ValueError if it is outside [−rank, rank).
 */
export function normalizeAxis(axis: number, rank: number, operation: string): number {
  if (!(Number.isInteger(axis) && axis >= -rank && axis < rank)) {
    throw new ValueError(`${operation} needs an axis of [${-rank}, ${rank}), but got ${axis}.`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** One axis, several, or all of them (null or absent). */
export type Axes = number | readonly number[] | null;

/**
 * Turn an axes argument into ascending axes counted from the front.
 *
 * @throws ValueError if an axis is out of range or named twice.
 */
export function normalizeAxes(axes: Axes | undefined, rank: number, operation: string): number[] {
  if (axes === undefined || axes === null) return Array.from({ length: rank }, (_, axis) => axis);
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis(axis, rank, operation));
  const ascending = list.toSorted((a, b) => a - b);
  if (new Set(ascending).size !== ascending.length) {
    throw new ValueError(`${operation} needs different axes, but got [${String(axes)}].`);
  }
  return ascending;
}
