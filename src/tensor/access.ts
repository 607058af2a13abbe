/** Reading a tensor's elements in row-major order, whatever its strides. */
import { ShapeError } from '../errors.ts';
import { copyStrided } from './backends/js/copy.ts';
import { integers, wrap, type Nested } from './create.ts';
import { contiguousStrides, isRowMajor, shapeText, sizeOfShape } from './shape.ts';
import type { Dtype, Tensor } from './tensor.ts';
import { isSymbolic } from './trace.ts';

/** Count the elements. */
export function size(t: Tensor): number {
  return sizeOfShape(t.shape);
}

/** Tell whether the elements lie in row-major order without gaps. */
export function isContiguous(t: Tensor): boolean {
  return isRowMajor(t.shape, t.strides);
}

/**
 * Give the elements flat in row-major order. The array is the tensor's own storage where that has the order already
 * (do not write to it), a copy otherwise.
 */
export function toFlat(t: Tensor): Float32Array | Int32Array {
  const count = size(t);
  if (isContiguous(t)) {
    return t.offset === 0 && t.data.length === count ? t.data : t.data.subarray(t.offset, t.offset + count);
  }
  const out = t.dtype === 'f32' ? new Float32Array(count) : new Int32Array(count);
  copyStrided(out, 0, contiguousStrides(t.shape), t.data, t.offset, t.strides, t.shape);
  return out;
}

/** Give the elements flat as f32, converting an i32 tensor (exact below 2^24). */
export function toFloats(t: Tensor): Float32Array {
  const flat = toFlat(t);
  return flat instanceof Float32Array ? flat : Float32Array.from(flat);
}

/** Give the same values with row-major strides, without a copy where they have them already. */
export function contiguous(t: Tensor): Tensor {
  return isSymbolic(t) || isContiguous(t) ? t : wrap(toFlat(t), t.shape);
}

/**
 * Convert to another dtype; to 'i32' by truncation towards zero.
 *
 * @throws ValueError if a truncated element is outside the 32-bit range or not a number.
 */
export function cast(t: Tensor, dtype: Dtype): Tensor {
  if (t.dtype === dtype) return t;
  return wrap(dtype === 'f32' ? toFloats(t) : integers(Array.from(toFlat(t), Math.trunc)), t.shape);
}

/**
 * Read the only element.
 *
 * @throws ShapeError if there is not exactly one.
 */
export function item(t: Tensor): number {
  if (size(t) !== 1)
    throw new ShapeError(`item needs a tensor of one element, but got the shape ${shapeText(t.shape)}.`);
  return t.data[t.offset]!;
}

/** Give the elements as nested lists; a scalar gives a number. */
export function toNested(t: Tensor): Nested {
  const visit = (axis: number, offset: number): Nested =>
    axis === t.shape.length
      ? t.data[offset]!
      : Array.from({ length: t.shape[axis]! }, (_, i) => visit(axis + 1, offset + i * t.strides[axis]!));
  return visit(0, t.offset);
}
