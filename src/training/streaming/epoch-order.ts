/**
 * The order of an epoch over shards, as a plan without any reading.
 *
 * Two steps, each over little at a time: the set is cut into pieces of consecutive samples, which are shuffled; then the
 * samples of each window, filled from the pieces in their new order, are shuffled among themselves. A window so mixes
 * places from all over the set, reading stays in long ranges, and every window is known by its number alone, so that an
 * epoch can start anywhere. It is the order of "CorgiPile" (Xu et al., "In-database machine learning with CorgiPile",
 * SIGMOD 2022), for which convergence is proven; it is not a uniform permutation of the set.
 */
import type { RandomStream } from '../../random/index.ts';

/** Consecutive samples of one shard. */
export interface Segment {
  readonly shard: number;
  /** First sample within the shard. */
  readonly from: number;
  readonly count: number;
}

/** What a window is made of. */
export interface WindowPlan {
  readonly rows: number;
  /** Where its samples are read. */
  readonly segments: readonly Segment[];
  /** Place k of the window takes row `order[k]` of the segments; null leaves them as they are read. */
  readonly order: Int32Array | null;
}

/** The windows of an epoch. */
export interface EpochOrder {
  /** Samples of every window but the last, a multiple of the batch size. */
  readonly windowRows: number;
  readonly windows: number;
  window(k: number): WindowPlan;
}

/** Sizes in samples. */
export interface OrderSizes {
  readonly window: number;
  readonly piece: number;
}

/**
 * Plan an epoch.
 *
 * @param shards samples of each shard
 * @param sizes the window is rounded down to whole batches, of which it has at least one
 * @param stream of this epoch; null keeps all samples as they are stored
 */
export const epochOrder = (
  shards: readonly number[],
  sizes: OrderSizes,
  batchSize: number,
  stream: RandomStream | null,
): EpochOrder => {
  const pieces = stream === null ? cut(shards, Number.MAX_SAFE_INTEGER) : shuffled(cut(shards, sizes.piece), stream);
  const starts = new Float64Array(pieces.length + 1);
  pieces.forEach((piece, i) => (starts[i + 1] = starts[i]! + piece.count));
  const samples = starts[pieces.length]!;
  const windowRows = Math.max(1, Math.floor(sizes.window / batchSize)) * batchSize;
  return {
    windowRows,
    windows: Math.ceil(samples / windowRows),
    window(k) {
      const first = k * windowRows;
      const end = Math.min(first + windowRows, samples);
      return {
        rows: end - first,
        segments: segmentsOf(pieces, starts, first, end),
        order:
          stream === null
            ? null
            : stream
                .split('window')
                .split(String(k))
                .permutation(end - first),
      };
    },
  };
};

const cut = (shards: readonly number[], piece: number): readonly Segment[] =>
  shards.flatMap((samples, shard) =>
    Array.from({ length: Math.ceil(samples / piece) }, (_unused, i) => ({
      shard,
      from: i * piece,
      count: Math.min(piece, samples - i * piece),
    })),
  );

const shuffled = (pieces: readonly Segment[], stream: RandomStream): readonly Segment[] =>
  Array.from(stream.split('pieces').permutation(pieces.length), (i) => pieces[i]!);

/** Cut samples `first` (inclusive) to `end` (exclusive) out of the row of pieces. */
const segmentsOf = (
  pieces: readonly Segment[],
  starts: Float64Array,
  first: number,
  end: number,
): readonly Segment[] => {
  const segments: Segment[] = [];
  for (let i = pieceAt(starts, first); i < pieces.length && starts[i]! < end; i++) {
    const { shard, from, count } = pieces[i]!;
    const skipped = Math.max(0, first - starts[i]!);
    const last = Math.min(count, end - starts[i]!);
    segments.push({ shard, from: from + skipped, count: last - skipped });
  }
  return segments;
};

/** Find the piece that holds a sample, by bisection. */
const pieceAt = (starts: Float64Array, sample: number): number => {
  let [low, high] = [0, starts.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= sample) low = middle;
    else high = middle;
  }
  return low;
};
