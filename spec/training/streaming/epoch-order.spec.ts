import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochOrder } from '../../../src/training/streaming/epoch-order.ts';
import type { EpochOrder } from '../../../src/training/streaming/epoch-order.ts';
import { stream } from '../../../src/random/index.ts';

/** Numbers of the samples in their order; the set is numbered through. */
const numbers = (shards: readonly number[], order: EpochOrder): number[] => {
  const starts = shards.map((_unused, i) => shards.slice(0, i).reduce((sum, n) => sum + n, 0));
  return Array.from({ length: order.windows }, (_unused, k) => k).flatMap((k) => {
    const plan = order.window(k);
    const rows = plan.segments.flatMap(({ shard, from, count }) =>
      Array.from({ length: count }, (_unused, i) => starts[shard]! + from + i),
    );
    expect(rows).toHaveLength(plan.rows);
    return plan.order === null ? rows : Array.from(plan.order, (i) => rows[i]!);
  });
};

const range = (n: number): number[] => Array.from({ length: n }, (_unused, i) => i);

describe('the order of an epoch', () => {
  it('has every sample exactly once, for any sizes', () => {
    const sizes = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        fc.array(sizes, { minLength: 1, maxLength: 8 }),
        sizes,
        sizes,
        sizes,
        fc.boolean(),
        (shards, window, piece, batchSize, shuffled) => {
          const order = epochOrder(shards, { window, piece }, batchSize, shuffled ? stream('epoch') : null);
          const all = range(shards.reduce((sum, n) => sum + n, 0));
          const found = numbers(shards, order);
          expect(order.windowRows % batchSize).toBe(0);
          expect(order.windowRows).toBeLessThanOrEqual(Math.max(window, batchSize));
          expect(shuffled ? found.toSorted((a, b) => a - b) : found).toEqual(all);
        },
      ),
    );
  });

  it('follows from the stream alone, in every version of the package', () => {
    const [shards, sizes] = [[50, 50, 30], { window: 40, piece: 5 }] as const;
    const of = (seed: string): number[] => numbers(shards, epochOrder(shards, sizes, 10, stream(seed)));
    expect(of('a')).toEqual(of('a'));
    expect(of('a')).not.toEqual(of('b'));
    expect(of('a').slice(0, 40)).toEqual([
      95, 96, 129, 28, 49, 42, 46, 89, 76, 125, 98, 97, 88, 85, 24, 86, 27, 29, 75, 79, 43, 126, 26, 21, 87, 48, 44, 77,
      127, 20, 23, 99, 40, 25, 47, 78, 45, 41, 22, 128,
    ]);
  });

  it('mixes places from all over the set in every window', () => {
    const shards = range(20).map(() => 100);
    const found = numbers(shards, epochOrder(shards, { window: 160, piece: 10 }, 16, stream('mix')));
    const shardsOf = (k: number): number =>
      new Set(found.slice(160 * k, 160 * (k + 1)).map((i) => Math.floor(i / 100))).size;
    expect(Math.min(...range(12).map(shardsOf))).toBeGreaterThan(6);
  });
});
