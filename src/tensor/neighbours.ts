/**
 * The nearest neighbours of every point of a cloud, which make the edges of a graph network.
 *
 * All distances are compared, n² of them; a cloud of some thousand points is what this is for. Which points are
 * neighbours is a choice and has no gradient, and it depends on values, so that it cannot be traced.
 */
import { ShapeError, ValueError } from '../errors.ts';
import { toFloats } from './access.ts';
import { wrap } from './create.ts';
import { shapeText } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** Options of `nearestNeighbours`. */
export interface NeighbourOptions {
  /** Whether a point is no neighbour of its own. @defaultValue true */
  readonly excludeSelf?: boolean;
}

/**
 * List the k nearest points of every point by squared Euclidean distance, the nearest first; of equally near ones the
 * one of lower index comes first.
 *
 * Distances are sums in double precision over the coordinates in ascending order; one that is not a number counts as
 * infinite.
 *
 * @param x [n, coordinates]
 * @param k of [0, n], or [0, n − 1] without the point itself
 * @returns i32 [n, k]
 * @throws ShapeError for another number of axes; ValueError if k is out of range
 */
export function nearestNeighbours(x: Tensor, k: number, options: NeighbourOptions = {}): Tensor {
  const { excludeSelf = true } = options;
  if (x.shape.length !== 2) {
    throw new ShapeError(`nearestNeighbours needs points [n, coordinates], but got the shape ${shapeText(x.shape)}.`);
  }
  const [n, width] = x.shape as [number, number];
  const most = Math.max(0, excludeSelf ? n - 1 : n);
  if (!(Number.isInteger(k) && k >= 0 && k <= most)) {
    throw new ValueError(`nearestNeighbours needs k of [0, ${most}], but got ${k}.`);
  }
  const points = toFloats(x);
  const out = new Int32Array(n * k);
  if (k === 0) return wrap(out, [n, k]);
  const nearest = new Float64Array(k);
  for (let i = 0; i < n; i += 1) {
    const row = i * k;
    let found = 0;
    for (let j = 0; j < n; j += 1) {
      if (excludeSelf && i === j) continue;
      const distance = squaredDistance(points, i * width, j * width, width);
      if (found === k && !(distance < nearest[k - 1]!)) continue;
      // Insertion from the far end; an equally near point that was there before stays before.
      let at = found < k ? found : k - 1;
      for (; at > 0 && nearest[at - 1]! > distance; at -= 1) {
        nearest[at] = nearest[at - 1]!;
        out[row + at] = out[row + at - 1]!;
      }
      nearest[at] = distance;
      out[row + at] = j;
      if (found < k) found += 1;
    }
  }
  return wrap(out, [n, k]);
}

function squaredDistance(points: Float32Array, a: number, b: number, width: number): number {
  let sum = 0;
  for (let c = 0; c < width; c += 1) {
    const difference = points[a + c]! - points[b + c]!;
    sum += difference * difference;
  }
  return sum === sum ? sum : Infinity;
}
