/** Putting tensors together: concatenation, stacking, padding and tiling. */
import { ShapeError, ValueError } from '../errors.ts';
import { copyStrided } from './backends/js/copy.ts';
import { full, wrap } from './create.ts';
import { contiguousStrides, normalizeAxis, shapeText, sizeOfShape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { traced } from './trace.ts';
import { broadcastTo, expandDims, reshape } from './views.ts';

/**
 * Join tensors along an axis in which alone their shapes may differ.
 *
 * @throws ShapeError if another extent or the dtype differs; ValueError for an empty list.
 */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = tensors[0];
  if (!first) throw new ValueError('concat needs at least one tensor, but the list is empty.');
  const at = normalizeAxis(axis, first.shape.length, 'concat');
  for (const t of tensors) {
    const fits = t.dtype === first.dtype && t.shape.length === first.shape.length;
    if (!fits || !t.shape.every((n, i) => i === at || n === first.shape[i])) {
      throw new ShapeError(
        `concat along axis ${at} needs one dtype and shapes that differ only there, but got ${first.dtype}${shapeText(first.shape)} and ${t.dtype}${shapeText(t.shape)}.`,
      );
    }
  }
  const extent = tensors.reduce((total, t) => total + t.shape[at]!, 0);
  const shape = first.shape.toSpliced(at, 1, extent);
  const symbolic = traced('concat', tensors, { axis: at }, shape, first.dtype);
  if (symbolic !== null) return symbolic;
  const count = sizeOfShape(shape);
  const out = first.dtype === 'f32' ? new Float32Array(count) : new Int32Array(count);
  const strides = contiguousStrides(shape);
  let offset = 0;
  for (const t of tensors) {
    copyStrided(out, offset, strides, t.data, t.offset, t.strides, t.shape);
    offset += t.shape[at]! * strides[at]!;
  }
  return wrap(out, shape);
}

/** Join tensors of one shape along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  return concat(
    tensors.map((t) => expandDims(t, axis)),
    axis,
  );
}

/**
 * Surround with a value.
 *
 * @param pads [before, after] per axis, each ≥ 0.
 * @param value @defaultValue 0
 */
export function pad(t: Tensor, pads: readonly (readonly [number, number])[], value = 0): Tensor {
  if (pads.length !== t.shape.length || !pads.flat().every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ValueError(
      `pad needs [before, after] >= 0 for each of ${t.shape.length} axes, but got ${JSON.stringify(pads)}.`,
    );
  }
  const shape = t.shape.map((n, axis) => n + pads[axis]![0] + pads[axis]![1]);
  const symbolic = traced('pad', [t], { pads, value }, shape, t.dtype);
  if (symbolic !== null) return symbolic;
  const out = full(shape, value, t.dtype);
  const offset = out.strides.reduce((sum, step, axis) => sum + step * pads[axis]![0], 0);
  copyStrided(out.data, offset, out.strides, t.data, t.offset, t.strides, t.shape);
  return out;
}

/** Repeat the whole tensor `repeats[axis]` times along each axis; missing leading axes count as extent 1. */
export function tile(t: Tensor, repeats: readonly number[]): Tensor {
  const rank = Math.max(t.shape.length, repeats.length);
  const shape = [...new Array<number>(rank - t.shape.length).fill(1), ...t.shape];
  const times = [...new Array<number>(rank - repeats.length).fill(1), ...repeats];
  const spread = reshape(
    t,
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
