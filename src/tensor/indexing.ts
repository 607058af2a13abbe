/** Reading and adding by index. Indices are i32 tensors; one out of range is an error, never a wrap-around. */
import { ShapeError, ValueError } from '../errors.ts';
import { toFlat, toFloats } from './access.ts';
import { wrap } from './create.ts';
import { contiguousStrides, normalizeAxis, sameShape, shapeText, sizeOfShape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { traced } from './trace.ts';
import { slice } from './views.ts';

function indicesOf(index: Tensor, extent: number, operation: string): Int32Array {
  if (index.dtype !== 'i32') throw new ValueError(`${operation} needs an i32 index, but got ${index.dtype}.`);
  const flat = toFlat(index) as Int32Array;
  for (const value of flat) {
    if (value < 0 || value >= extent)
      throw new ValueError(`${operation} needs indices of [0, ${extent}), but got ${value}.`);
  }
  return flat;
}

function like(t: Tensor, count: number): Float32Array | Int32Array {
  return t.dtype === 'f32' ? new Float32Array(count) : new Int32Array(count);
}

/**
 * Take whole slices along an axis: the index axes replace it. `indexSelect(table, index, 0)` is an embedding.
 *
 * @param index i32 of any shape.
 */
export function indexSelect(t: Tensor, index: Tensor, axis = 0): Tensor {
  const at = normalizeAxis(axis, t.shape.length, 'indexSelect');
  const extent = t.shape[at]!;
  const shape = [...t.shape.slice(0, at), ...index.shape, ...t.shape.slice(at + 1)];
  const symbolic = traced('indexSelect', [t, index], { axis: at }, shape, t.dtype);
  if (symbolic !== null) return symbolic;
  const indices = indicesOf(index, extent, 'indexSelect');
  const source = toFlat(t);
  const outer = sizeOfShape(t.shape.slice(0, at));
  const inner = sizeOfShape(t.shape.slice(at + 1));
  const out = like(t, outer * indices.length * inner);
  for (let o = 0; o < outer; o += 1) {
    for (let i = 0; i < indices.length; i += 1) {
      const from = (o * extent + indices[i]!) * inner;
      out.set(source.subarray(from, from + inner), (o * indices.length + i) * inner);
    }
  }
  return wrap(out, shape);
}

/**
 * Add slices along an axis into a copy: the transpose of `indexSelect`; repeated indices add up in ascending order.
 *
 * @param source Shaped as `indexSelect(t, index, axis)`.
 */
export function indexAdd(t: Tensor, index: Tensor, source: Tensor, axis = 0): Tensor {
  const at = normalizeAxis(axis, t.shape.length, 'indexAdd');
  const extent = t.shape[at]!;
  const expected = [...t.shape.slice(0, at), ...index.shape, ...t.shape.slice(at + 1)];
  if (!sameShape(source.shape, expected)) {
    throw new ShapeError(
      `indexAdd needs a source of the shape ${shapeText(expected)}, but got ${shapeText(source.shape)}.`,
    );
  }
  const symbolic = traced('indexAdd', [t, index, source], { axis: at }, t.shape);
  if (symbolic !== null) return symbolic;
  const indices = indicesOf(index, extent, 'indexAdd');
  const out = Float32Array.from(toFloats(t));
  const values = toFloats(source);
  const outer = sizeOfShape(t.shape.slice(0, at));
  const inner = sizeOfShape(t.shape.slice(at + 1));
  let p = 0;
  for (let o = 0; o < outer; o += 1) {
    for (const i of indices) {
      const to = (o * extent + i) * inner;
      for (let j = to; j < to + inner; j += 1) {
        out[j] = out[j]! + values[p]!;
        p += 1;
      }
    }
  }
  return wrap(out, t.shape);
}

/** For each element of an index tensor its flat position in a tensor, with the index in place of one coordinate. */
function positions(shape: readonly number[], index: Tensor, axis: number, operation: string): Int32Array {
  const fits = index.shape.length === shape.length && index.shape.every((n, i) => i === axis || n <= shape[i]!);
  if (!fits) {
    throw new ShapeError(
      `${operation} needs an index that fits ${shapeText(shape)} but for axis ${axis}, but got ${shapeText(index.shape)}.`,
    );
  }
  const indices = indicesOf(index, shape[axis]!, operation);
  const strides = contiguousStrides(shape);
  const own = contiguousStrides(index.shape);
  return indices.map((value, flat) => {
    let position = value * strides[axis]!;
    let rest = flat;
    for (let i = 0; i < shape.length; i += 1) {
      const coordinate = Math.floor(rest / own[i]!);
      rest -= coordinate * own[i]!;
      if (i !== axis) position += coordinate * strides[i]!;
    }
    return position;
  });
}

/** Take single elements: out[…, i, …] = t[…, index[…, i, …], …], index in place of the coordinate of one axis. */
export function gather(t: Tensor, index: Tensor, axis: number): Tensor {
  const at = normalizeAxis(axis, t.shape.length, 'gather');
  const source = toFlat(t);
  const places = positions(t.shape, index, at, 'gather');
  const out = like(t, places.length);
  for (let i = 0; i < places.length; i += 1) out[i] = source[places[i]!]!;
  return wrap(out, index.shape);
}

/** Add single elements into a copy: the transpose of `gather`; repeated indices add up in row-major order. */
export function scatterAdd(t: Tensor, index: Tensor, source: Tensor, axis: number): Tensor {
  const at = normalizeAxis(axis, t.shape.length, 'scatterAdd');
  const places = positions(t.shape, index, at, 'scatterAdd');
  const covers = source.shape.length === index.shape.length && index.shape.every((n, i) => n <= source.shape[i]!);
  if (!covers) {
    throw new ShapeError(
      `scatterAdd needs a source that covers the index ${shapeText(index.shape)}, but got ${shapeText(source.shape)}.`,
    );
  }
  const values = toFloats(
    slice(
      source,
      index.shape.map((n) => [0, n] as const),
    ),
  );
  const out = Float32Array.from(toFloats(t));
  for (let i = 0; i < places.length; i += 1) out[places[i]!] = out[places[i]!]! + values[i]!;
  return wrap(out, t.shape);
}

/** Mark one class per index: shape of the index plus [depth], 1 at the index and 0 elsewhere (f32). */
export function oneHot(index: Tensor, depth: number): Tensor {
  const indices = indicesOf(index, depth, 'oneHot');
  const out = new Float32Array(indices.length * depth);
  indices.forEach((value, i) => (out[i * depth + value] = 1));
  return wrap(out, [...index.shape, depth]);
}

/**
 * Find the k greatest (or smallest) elements along an axis, in order; of equal ones the first comes first.
 *
 * @param axis @defaultValue the last
 * @param largest @defaultValue true
 * @returns values (f32) and their indices (i32), with k in place of the axis.
 */
export function topk(t: Tensor, k: number, axis = -1, largest = true): { values: Tensor; indices: Tensor } {
  const at = normalizeAxis(axis, t.shape.length, 'topk');
  const extent = t.shape[at]!;
  if (!(Number.isInteger(k) && k >= 0 && k <= extent))
    throw new ValueError(`topk needs k of [0, ${extent}], but got ${k}.`);
  const source = toFloats(t);
  const outer = sizeOfShape(t.shape.slice(0, at));
  const inner = sizeOfShape(t.shape.slice(at + 1));
  const values = new Float32Array(outer * k * inner);
  const indices = new Int32Array(outer * k * inner);
  const order = new Int32Array(extent);
  for (let o = 0; o < outer; o += 1) {
    for (let j = 0; j < inner; j += 1) {
      const start = o * extent * inner + j;
      for (let i = 0; i < extent; i += 1) order[i] = i;
      order.sort((a, b) => {
        const difference = source[start + a * inner]! - source[start + b * inner]!;
        return (largest ? -difference : difference) || a - b;
      });
      for (let i = 0; i < k; i += 1) {
        indices[(o * k + i) * inner + j] = order[i]!;
        values[(o * k + i) * inner + j] = source[start + order[i]! * inner]!;
      }
    }
  }
  const shape = t.shape.toSpliced(at, 1, k);
  return { values: wrap(values, shape), indices: wrap(indices, shape) };
}
