/** Arbitrary shapes, tensors and views for the properties of this folder. */
import * as fc from 'fast-check';
import {
  flip,
  slice,
  tensor,
  transpose,
  broadcastTo,
  sizeOfShape,
  type SliceRange,
  type Tensor,
} from '../../src/tensor/index.ts';

/** Shapes of up to four axes of extents 1 … 4. */
export const shapes: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });

/** A number with a short mantissa, so that sums and products of a few are exact. */
export const simple: fc.Arbitrary<number> = fc.integer({ min: -64, max: 64 }).map((n) => n / 8);

/** A contiguous tensor of that shape. */
export function tensorOf(shape: readonly number[], element: fc.Arbitrary<number> = simple): fc.Arbitrary<Tensor> {
  const size = sizeOfShape(shape);
  return fc.array(element, { minLength: size, maxLength: size }).map((data) => tensor(data, shape));
}

/** A contiguous tensor of any small shape. */
export const tensors: fc.Arbitrary<Tensor> = shapes.chain((shape) => tensorOf(shape));

/** A view of a tensor by up to three steps of transposing, slicing, flipping and repeating. */
export const views: fc.Arbitrary<Tensor> = tensors.chain((start) => viewsOf(start, 3));

function viewsOf(t: Tensor, steps: number): fc.Arbitrary<Tensor> {
  const rank = t.shape.length;
  const step = fc.oneof(
    fc.constant(t),
    fc
      .shuffledSubarray(
        t.shape.map((_, i) => i),
        { minLength: rank, maxLength: rank },
      )
      .map((axes) => transpose(t, axes)),
    fc.tuple(...t.shape.map((extent) => rangeOf(extent))).map((ranges) => slice(t, ranges)),
    fc.subarray(t.shape.map((_, i) => i)).map((axes) => flip(t, axes)),
    fc.integer({ min: 1, max: 3 }).map((n) => broadcastTo(t, [n, ...t.shape])),
  );
  return steps === 0
    ? step
    : step.chain((next) => (next.shape.length > 5 ? fc.constant(next) : viewsOf(next, steps - 1)));
}

/** A range that keeps at least one element. */
function rangeOf(extent: number): fc.Arbitrary<SliceRange> {
  return fc
    .tuple(fc.nat({ max: extent - 1 }), fc.integer({ min: 1, max: extent }), fc.integer({ min: 1, max: 2 }))
    .map(([start, length, step]) => [start, Math.min(extent, start + length), step] as const);
}
