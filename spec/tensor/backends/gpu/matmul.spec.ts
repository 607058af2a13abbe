/** Products on the gpu backend in the modes that run anywhere; browser.spec.ts has those of a browser. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ShapeError, UnsupportedError } from '../../../../src/errors.ts';
import * as t from '../../../../src/tensor/index.ts';
import { tensorOf } from '../../arbitrary.ts';

const installed = await import('gpu.js').then(
  () => true,
  () => false,
);

/** Products of these are never subnormal, which the tolerance leaves out. */
const float = fc
  .float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 })
  .map((x) => (Math.abs(x) < 2 ** -40 ? 0 : x));
const extent = fc.integer({ min: 1, max: 40 });
const products = fc.record({ m: extent, k: extent, n: extent, turned: fc.boolean() }).chain(({ m, k, n, turned }) =>
  fc.tuple(
    tensorOf(turned ? [k, m] : [m, k], float).map((x) => (turned ? t.transpose(x) : x)),
    tensorOf([k, n], float),
    tensorOf([n], float),
  ),
);

/** Elements that are further from the js backend than the stated tolerance. */
function beyondTolerance(found: t.Tensor, expected: t.Tensor, scale: t.Tensor, k: number): number[] {
  const [values, right, sizes] = [found, expected, scale].map((x) => Array.from(t.toFlat(x))) as [
    number[],
    number[],
    number[],
  ];
  return values.filter((value, i) => !(Math.abs(value - right[i]!) <= t.gpuTolerance(k) * sizes[i]!));
}

/** Numbers in [−1, 1) that look random. */
function noise(shape: readonly number[]): t.Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return t.tensor(
    Float32Array.from({ length: count }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >> 8) / 2 ** 23),
    shape,
  );
}

describe.skipIf(!installed).each(['webasm', 'cpu'] as const)('mode %s (skipped without gpu.js)', (mode) => {
  beforeAll(async () => {
    await t.openGpu({ mode });
  });
  afterAll(t.closeGpu);

  it('agrees with the js backend to the stated tolerance for all sizes and layouts', async () => {
    await fc.assert(
      fc.asyncProperty(products, async ([a, b]) => {
        const found = await t.gpuMatmul(a, b);
        const scale = t.matmul(t.abs(a), t.abs(b));
        expect(found.shape).toEqual([a.shape[0], b.shape[1]]);
        expect(beyondTolerance(found, t.matmul(a, b), scale, a.shape[1]!)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('adds the bias and rectifies in the same pass', async () => {
    await fc.assert(
      fc.asyncProperty(products, fc.boolean(), async ([x, kernel, bias], rectified) => {
        const found = await t.gpuDense(x, kernel, bias, rectified ? 'relu' : 'linear');
        const sums = t.dense(x, kernel, bias);
        const scale = t.dense(t.abs(x), t.abs(kernel), t.abs(bias));
        expect(beyondTolerance(found, rectified ? t.relu(sums) : sums, scale, x.shape[1]!)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('takes sums longer than 1000 terms, where loops of gpu.js end by default', async () => {
    const [a, b] = [noise([3, 1501]), noise([1501, 2])];

    const found = await t.gpuMatmul(a, b);

    expect(beyondTolerance(found, t.matmul(a, b), t.matmul(t.abs(a), t.abs(b)), 1501)).toEqual([]);
  });

  it('cuts many rows into blocks', async () => {
    const [a, b] = [noise([2 ** 16 + 5, 3]), noise([3, 2])];

    const found = await t.gpuMatmul(a, b);

    expect(beyondTolerance(found, t.matmul(a, b), t.matmul(t.abs(a), t.abs(b)), 3)).toEqual([]);
  });

  it('takes any number of leading axes, and none of some', async () => {
    const x = noise([2, 3, 4, 5]);
    const kernel = noise([5, 6]);

    const found = await t.gpuMatmul(x, kernel);

    expect(found.shape).toEqual([2, 3, 4, 6]);
    expect(beyondTolerance(found, t.matmul(x, kernel), t.matmul(t.abs(x), t.abs(kernel)), 5)).toEqual([]);
    expect((await t.gpuMatmul(t.zeros([0, 5]), kernel)).shape).toEqual([0, 6]);
    expect((await t.gpuMatmul(t.zeros([2, 5]), t.zeros([5, 0]))).shape).toEqual([2, 0]);
    expect(t.toNested(await t.gpuDense(t.zeros([2, 0]), t.zeros([0, 2]), t.tensor([1, -2]), 'relu'))).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it('keeps apart products that are asked for at the same time', async () => {
    const pairs = [2, 7, 3, 12].map((size) => [noise([size, size]), noise([size, size + 1])] as const);

    const together = await Promise.all(pairs.map(([a, b]) => t.gpuMatmul(a, b)));

    for (const [i, [a, b]] of pairs.entries()) {
      const scale = t.matmul(t.abs(a), t.abs(b));
      expect(beyondTolerance(together[i]!, t.matmul(a, b), scale, a.shape[1]!)).toEqual([]);
    }
  });

  it('passes on values that are not numbers', async () => {
    const found = t.toNested(await t.gpuMatmul(t.tensor([NaN, 1, 2, Infinity], [2, 2]), t.tensor([1, 1], [2, 1])));

    expect(found).toEqual([[NaN], [Infinity]]);
  });

  it('says what it computes on', () => {
    expect(t.describeGpu()).toEqual({ mode, fallbackReason: null });
  });
});

describe('mistakes', () => {
  it('names shapes that do not fit', async () => {
    const sentence = 'gpuMatmul needs shapes [..., m, k] and [k, n], but got [2, 3] and [2, 3].';
    await expect(t.gpuMatmul(t.zeros([2, 3]), t.zeros([2, 3]))).rejects.toThrow(new ShapeError(sentence));
    await expect(t.gpuMatmul(t.zeros([3]), t.zeros([3, 2]))).rejects.toThrow('but got [3] and [3, 2].');
    await expect(t.gpuMatmul(t.zeros([2, 3]), t.zeros([2, 3, 2]))).rejects.toThrow('but got [2, 3] and [2, 3, 2].');
    await expect(t.gpuDense(t.zeros([2, 3]), t.zeros([3, 4]), t.zeros([3]))).rejects.toThrow(
      'gpuDense needs a bias of shape [4], but got [3].',
    );
  });

  it('refuses right operands beyond what every mode can index', async () => {
    const large = t.broadcastTo(t.zeros([1, 1]), [2 ** 12, 2 ** 12 + 1]);
    await expect(t.gpuMatmul(t.zeros([1, 2 ** 12]), large)).rejects.toThrow(UnsupportedError);
  });
});
