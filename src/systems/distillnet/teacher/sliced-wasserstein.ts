/**
 * The sliced Wasserstein distance of a weighted cloud of points from another one, and how it changes with the weights.
 *
 * A point w·f of the first cloud and a point f of the second are projected to a number per direction; in one dimension the
 * best transport pairs both in ascending order, so the Wasserstein distance of the projections is the mean of |a₍ᵣ₎ − b₍ᵣ₎|
 * over ranks. Clouds are filled up with points at the origin to equal numbers, and a point of weight 0 lies there too: to
 * remove a point and to give it weight 0 are the same. The distance is the mean over the directions.
 *
 * Points may be of several kinds, each with coordinates of its own: the space is the sum of one space per kind, and a point
 * has zeros in those of the other kinds, which are not stored.
 *
 * The pairing is a constant almost everywhere, so the derivative by a weight is the mean over directions of
 * sign(a − b)·(direction·f)/n; at ties it is one of the subgradients. It is computed here in plain arrays, beside any tape:
 * sorting has no gradient rule, and 64 sorts of 2,000 numbers take far less time than the network's pass.
 */
import { ShapeError } from '../../../errors.ts';

/** Points. */
export interface Cloud {
  readonly count: number;
  /** Kind of each point, from 0. */
  readonly kinds: Uint8Array;
  /** Coordinates in the space of the own kind, row-major [count, dimensions]. */
  readonly points: Float32Array;
}

/** Directions in the spaces of all kinds, row-major [slices, kinds, dimensions]. */
export interface Directions {
  readonly slices: number;
  readonly kinds: number;
  readonly dimensions: number;
  readonly values: Float64Array;
}

/** A distance and its derivatives by the weights. */
export interface WeightedDistance {
  /** At least 0, in the unit of the points. */
  readonly distance: number;
  readonly slopes: Float64Array;
}

/**
 * Measure how far a weighted cloud is from another one.
 *
 * @param weights - one per point of `cloud`
 * @returns distance 0 and no slopes if both clouds are empty
 * @throws ShapeError if there is no direction, or the numbers of weights and points differ
 */
export function slicedWasserstein(
  weights: ArrayLike<number>,
  cloud: Cloud,
  other: Cloud,
  directions: Directions,
): WeightedDistance {
  const { slices } = directions;
  if (slices < 1)
    throw new ShapeError(`A sliced Wasserstein distance has ${slices} directions; it needs at least one.`);
  if (weights.length !== cloud.count)
    throw new ShapeError(`There are ${weights.length} weights for ${cloud.count} points; the numbers must be equal.`);
  const count = Math.max(cloud.count, other.count);
  const slopes = new Float64Array(cloud.count);
  const along = new Float64Array(cloud.count);
  // Rounded to f32, whose bits can be sorted; points beyond those of a cloud stay at the origin.
  const first = new Float32Array(count);
  const second = new Float32Array(count);
  const [firstSorter, secondSorter] = [sorterOf(count), sorterOf(count)];
  const scale = 1 / (slices * count);
  let sum = 0;
  for (let s = 0; s < slices; s++) {
    for (let i = 0; i < cloud.count; i++) {
      along[i] = projection(cloud, i, directions, s);
      first[i] = weights[i]! * along[i]!;
    }
    for (let j = 0; j < other.count; j++) second[j] = projection(other, j, directions, s);
    const firstRanks = ranked(first, firstSorter);
    const secondRanks = ranked(second, secondSorter);
    for (let rank = 0; rank < count; rank++) {
      const i = firstRanks[rank]!;
      const difference = first[i]! - second[secondRanks[rank]!]!;
      sum += Math.abs(difference);
      if (i < cloud.count) slopes[i]! += Math.sign(difference) * along[i]! * scale;
    }
  }
  return { distance: count === 0 ? 0 : sum * scale, slopes };
}

function projection(
  { kinds, points }: Cloud,
  i: number,
  { kinds: all, dimensions, values }: Directions,
  s: number,
): number {
  const direction = (s * all + kinds[i]!) * dimensions;
  const point = i * dimensions;
  let sum = 0;
  for (let d = 0; d < dimensions; d++) sum += values[direction + d]! * points[point + d]!;
  return sum;
}

/** Bits that are sorted at a time: four passes over 32 bits. */
const digitBits = 8;
const digits = 2 ** digitBits;

/** Working space of a sort. */
interface Sorter {
  readonly keys: Uint32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly starts: Int32Array;
}

const sorterOf = (count: number): Sorter => ({
  keys: new Uint32Array(count),
  from: new Int32Array(count),
  to: new Int32Array(count),
  starts: new Int32Array(digits),
});

/**
 * Give the indices of numbers in ascending order, ties by index; the next sort overwrites them.
 *
 * A radix sort, lowest digit first: faster than the sort of the language on numbers, and it gives indices.
 */
function ranked(values: Float32Array, { keys, starts, ...lists }: Sorter): Int32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let { from, to } = lists;
  for (let i = 0; i < keys.length; i++) {
    // The bits of floats as integers of the same order: negative ones come first, and the larger their bits the earlier.
    // Both zeros have the same place.
    const b = bits[i]!;
    keys[i] = b > 0x80000000 ? ~b : b | 0x80000000;
    from[i] = i;
  }
  for (let shift = 0; shift < 32; shift += digitBits) {
    starts.fill(0);
    for (let i = 0; i < keys.length; i++) starts[(keys[i]! >>> shift) & (digits - 1)]!++;
    let start = 0;
    for (let d = 0; d < digits; d++) {
      const many = starts[d]!;
      starts[d] = start;
      start += many;
    }
    for (let r = 0; r < from.length; r++) {
      const i = from[r]!;
      const digit = (keys[i]! >>> shift) & (digits - 1);
      to[starts[digit]!] = i;
      starts[digit]!++;
    }
    [from, to] = [to, from];
  }
  return from;
}
