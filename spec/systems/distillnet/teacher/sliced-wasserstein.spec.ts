/** The distance is that of the definition, and its slopes are those of the distance. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../../src/errors.ts';
import { stream } from '../../../../src/random/index.ts';
import {
  type Cloud,
  type Directions,
  slicedWasserstein,
} from '../../../../src/systems/distillnet/teacher/sliced-wasserstein.ts';

const kinds = 2;
const dimensions = 3;

const number = fc.double({ min: -8, max: 8, noNaN: true });
const cloudOf = (most: number): fc.Arbitrary<Cloud> =>
  fc
    .array(fc.tuple(fc.nat(kinds - 1), fc.array(number, { minLength: dimensions, maxLength: dimensions })), {
      maxLength: most,
    })
    .map((points) => ({
      count: points.length,
      kinds: Uint8Array.from(points, ([kind]) => kind),
      points: Float32Array.from(points.flatMap(([, point]) => point)),
    }));
const weightsOf = ({ count }: Cloud): Float64Array => {
  const random = stream('weights', String(count));
  return Float64Array.from({ length: count }, () => random.uniform());
};
const directionsOf = (slices: number, seed: number): Directions => {
  const random = stream(seed, 'directions');
  return {
    slices,
    kinds,
    dimensions,
    values: Float64Array.from({ length: slices * kinds * dimensions }, () => random.normal()),
  };
};
const ones = ({ count }: Cloud): Float64Array => new Float64Array(count).fill(1);

/** Projections of a cloud, with its weights. */
const projected = (
  { kinds: own, points, count }: Cloud,
  weights: ArrayLike<number>,
  { values }: Directions,
  slice: number,
) =>
  Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let d = 0; d < dimensions; d++)
      sum += values[(slice * kinds + own[i]!) * dimensions + d]! * points[i * dimensions + d]!;
    return sum * weights[i]!;
  });

/** ∫ |F − G| of the distribution functions of two lists of as many numbers, which needs no pairing. */
function transport(a: readonly number[], b: readonly number[]): number {
  const all = [...a, ...b].toSorted((x, y) => x - y);
  const below = (list: readonly number[], x: number): number => list.filter((y) => y <= x).length / list.length;
  let area = 0;
  for (let i = 1; i < all.length; i++)
    area += (all[i]! - all[i - 1]!) * Math.abs(below(a, all[i - 1]!) - below(b, all[i - 1]!));
  return area;
}

describe('slicedWasserstein', () => {
  it('is the mean over directions of the area between distribution functions', () => {
    fc.assert(
      fc.property(cloudOf(9), cloudOf(9), fc.nat(99), (cloud, other, seed) => {
        const directions = directionsOf(4, seed);
        const weights = weightsOf(cloud);

        const { distance } = slicedWasserstein(weights, cloud, other, directions);

        const count = Math.max(cloud.count, other.count);
        const filled = (list: number[]): number[] => [...list, ...Array.from({ length: count - list.length }, () => 0)];
        let expected = 0;
        for (let s = 0; s < 4; s++)
          expected +=
            transport(
              filled(projected(cloud, weights, directions, s)),
              filled(projected(other, ones(other), directions, s)),
            ) / 4;
        expect(distance).toBeCloseTo(expected, 4);
      }),
      { numRuns: 200 },
    );
  });

  it('has the slopes of its distance', () => {
    fc.assert(
      fc.property(cloudOf(12), cloudOf(12), fc.nat(99), (cloud, other, seed) => {
        const directions = directionsOf(3, seed);
        const weights = weightsOf(cloud);
        const { slopes } = slicedWasserstein(weights, cloud, other, directions);
        const at = (i: number, step: number): number =>
          slicedWasserstein(
            weights.map((w, j) => (j === i ? w + step : w)),
            cloud,
            other,
            directions,
          ).distance;

        for (let i = 0; i < cloud.count; i++) {
          const step = 2 ** -8;
          const [up, here, down] = [at(i, step), at(i, 0), at(i, -step)];
          const [right, left] = [(up - here) / step, (here - down) / step];
          // Beside a change of the pairing it lies between the slopes of both sides.
          const error = 2e-3;
          if (Math.abs(right - left) < error)
            expect(Math.abs(slopes[i]! - (up - down) / (2 * step))).toBeLessThan(error);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is 0 between equal clouds, and the same from either side', () => {
    fc.assert(
      fc.property(cloudOf(20), cloudOf(20), fc.nat(99), (cloud, other, seed) => {
        const directions = directionsOf(5, seed);

        const there = slicedWasserstein(ones(cloud), cloud, other, directions).distance;
        const back = slicedWasserstein(ones(other), other, cloud, directions).distance;

        expect(slicedWasserstein(ones(cloud), cloud, cloud, directions).distance).toBe(0);
        expect(there).toBeCloseTo(back, 12);
      }),
    );
  });

  it('does not depend on the order of points', () => {
    fc.assert(
      fc.property(cloudOf(20), cloudOf(20), fc.nat(99), (cloud, other, seed) => {
        const directions = directionsOf(5, seed);
        const order = stream(seed).permutation(cloud.count);
        const weights = weightsOf(cloud);
        const shuffled = {
          count: cloud.count,
          kinds: Uint8Array.from(order, (i) => cloud.kinds[i]!),
          points: Float32Array.from(
            [...order].flatMap((i) => [...cloud.points.subarray(i * dimensions, (i + 1) * dimensions)]),
          ),
        };

        const moved = slicedWasserstein(
          Float64Array.from(order, (i) => weights[i]!),
          shuffled,
          other,
          directions,
        );

        expect(moved.distance).toBeCloseTo(slicedWasserstein(weights, cloud, other, directions).distance, 12);
      }),
    );
  });

  it('takes a point of weight 0 as no point', () => {
    fc.assert(
      fc.property(cloudOf(20), fc.nat(99), (cloud, seed) => {
        const kept = Math.floor(cloud.count / 2);
        const half = { ...cloud, count: kept, points: cloud.points.subarray(0, kept * dimensions) };
        const weights = Float64Array.from({ length: cloud.count }, (_, i) => Number(i < kept));

        expect(slicedWasserstein(weights, cloud, half, directionsOf(5, seed)).distance).toBe(0);
      }),
    );
  });

  it('says what it needs', () => {
    const cloud = { count: 1, kinds: new Uint8Array(1), points: new Float32Array(dimensions) };

    expect(() => slicedWasserstein([1], cloud, cloud, directionsOf(0, 1))).toThrow(ShapeError);
    expect(() => slicedWasserstein([1], cloud, cloud, directionsOf(0, 1))).toThrow('has 0 directions');
    expect(() => slicedWasserstein([1, 2], cloud, cloud, directionsOf(1, 1))).toThrow('2 weights for 1 points');
  });
});
