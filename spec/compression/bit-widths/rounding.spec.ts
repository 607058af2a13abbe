/** Rounding to trainable bits: on the grids of `ap_fixed`, and with the gradient that HGQ derives. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { constant, gradients, mean, abs, subtract, sum, variable } from '../../../src/autograd/index.ts';
import { fakeQuantizer, roundToBits, wholeBits } from '../../../src/compression/index.ts';
import { fixed } from '../../../src/fixed/index.ts';
import { stream } from '../../../src/random/index.ts';
import { item, scalar, tensor, toFloats } from '../../../src/tensor/index.ts';

const limits = { least: -24, most: 10 };

describe('roundToBits', () => {
  test.prop([
    // No value is so small that its product with a power of two would leave the normal numbers.
    fc.array(
      fc.integer({ min: -(2 ** 23), max: 2 ** 23 }).map((n) => n / 2 ** 17),
      { minLength: 1, maxLength: 30 },
    ),
    fc.integer({ min: -8, max: 10 }),
    fc.constantFrom('nearest' as const, 'down' as const),
  ])('gives the values of ap_fixed', (numbers, bits, rounding) => {
    const x = Float32Array.from(numbers);
    const found = toFloats(roundToBits(variable(tensor(x)), constant(scalar(bits)), rounding).value);
    // Eight integer bits hold all the values; formats of no bits at all do not exist.
    const width = Math.max(1, 9 + bits);
    const quantization = rounding === 'nearest' ? 'AP_RND_CONV' : 'AP_TRN';
    const expected = fakeQuantizer(fixed(width, width - bits, { quantization })).quantize(x);
    expect(Array.from(found, (value) => value + 0)).toEqual(Array.from(expected));
  });

  test.prop([fc.integer({ min: -(2 ** 16), max: 2 ** 16 }).map((n) => n / 2 ** 14), fc.integer({ min: -6, max: 8 })])(
    'prunes what is less than half a last bit',
    (x, bits) => {
      const q = item(roundToBits(constant(tensor([x])), constant(scalar(bits)), 'nearest').value);
      expect(Math.abs(q) === 0).toBe(Math.abs(x) <= 2 ** -(bits + 1));
    },
  );

  it('has the gradient by bits of the expected error', () => {
    const random = stream('rounding');
    const x = tensor(Float32Array.from({ length: 20_000 }, () => random.uniform(-4, 4)));
    const error = (bits: number): number => {
      const f = variable(scalar(bits));
      return item(mean(abs(subtract(x, roundToBits(constant(x), f, 'nearest')))).value);
    };
    for (const bits of [0, 2, 5]) {
      const f = variable(scalar(bits));
      const loss = mean(abs(subtract(x, roundToBits(constant(x), f, 'nearest'))));
      // E|δ| is geometric in the bits, so its slope is its value times that of its logarithm.
      const slope = (error(bits) * Math.log(error(bits + 1) / error(bits - 1))) / 2;
      expect(item(gradients(loss, [f])[0]!) / slope).toBeCloseTo(1, 1);
    }
  });

  it('passes the gradient through the rounding, and sums it over what shares bits', () => {
    const x = variable(tensor(Float32Array.of(0.3, 0.6, -0.2, 1.1), [2, 2]));
    const f = variable(tensor(Float32Array.of(0, 1)));
    const [byX, byBits] = gradients(sum(roundToBits(x, f, 'nearest')), [x, f]);
    expect(toFloats(byX!)).toEqual(Float32Array.of(1, 1, 1, 1));
    // δ is 0.3 and −0.2 in the first column, 0.1 and 0.1 in the second.
    expect(toFloats(byBits!)[0]).toBeCloseTo(Math.LN2 * 0.1, 6);
    expect(toFloats(byBits!)[1]).toBeCloseTo(Math.LN2 * 0.2, 6);
  });
});

describe('wholeBits', () => {
  it('rounds, stays within limits, and lets values come back from beyond', () => {
    const raw = variable(tensor(Float32Array.of(1.4, 100, -100)));
    const bits = wholeBits(raw, 2, limits);
    expect(toFloats(bits.value)).toEqual(Float32Array.of(3, 10, -24));
    expect(toFloats(gradients(sum(bits), [raw])[0]!)).toEqual(Float32Array.of(2, 2, 2));
  });
});
