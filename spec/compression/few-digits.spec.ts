import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { signedDigits, sparsityOf, withFewDigits } from '../../src/compression/index.ts';
import { ValueError } from '../../src/errors.ts';
import { buildNetwork, type Network } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFloats } from '../../src/tensor/index.ts';

function network(weights: readonly number[], format = 'ap_fixed<8,1>'): Network {
  const built = buildNetwork(
    'one',
    [{ name: 'x', shape: [weights.length] }],
    [{ kind: 'dense', name: 'fc', attributes: { units: 1 } }],
    stream('few digits'),
  );
  return {
    ...built,
    precision: { fc: { weight: format } },
    layers: built.layers.map((layer) => ({
      ...layer,
      parameters: { ...layer.parameters, kernel: tensor(Float32Array.from(weights), [weights.length, 1]) },
    })),
  };
}

const weightsOf = ({ layers }: Network): number[] => Array.from(toFloats(layers[0]!.parameters['kernel']!));

describe('signedDigits', () => {
  it.each([
    [0, 0],
    [1, 1],
    [3, 2],
    [7, 2],
    [11, 3],
    [85, 4],
    [-96, 2],
    [127, 2],
  ])('of %i are %i', (code, digits) => expect(signedDigits(code)).toBe(digits));
});

describe('withFewDigits', () => {
  const codes = fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 1, maxLength: 12 });

  test.prop([codes, fc.integer({ min: 1, max: 4 })], { numRuns: 100 })(
    'takes the nearest code that has few digits, and keeps zeros and no others zero',
    (raw, digits) => {
      const before = network(raw.map((code) => code / 128));
      const after = withFewDigits(before, digits);
      const allowed = Array.from({ length: 256 }, (_, k) => k - 128).filter((code) => signedDigits(code) <= digits);
      weightsOf(after).forEach((weight, k) => {
        expect(allowed).toContain(weight * 128);
        const distance = Math.abs(weight * 128 - raw[k]!);
        expect(distance).toBe(Math.min(...allowed.map((code) => Math.abs(code - raw[k]!))));
      });
      expect(sparsityOf(after)).toBe(sparsityOf(before));
    },
  );

  it('moves weights of 8 bits by at most 8 units for two digits, and by none for four', () => {
    const all = Array.from({ length: 256 }, (_, k) => (k - 128) / 128);
    const moved = weightsOf(withFewDigits(network(all), 2)).map((weight, k) => Math.abs(weight - all[k]!) * 128);
    expect(Math.max(...moved)).toBe(8);
    expect(weightsOf(withFewDigits(network(all), 4))).toEqual(all);
  });

  it.each([0, 1.5, Number.NaN])('refuses %s digits', (digits) => {
    expect(() => withFewDigits(network([0.5]), digits)).toThrow(ValueError);
  });

  it('refuses a layer without a format for its weights', () => {
    expect(() => withFewDigits({ ...network([0.5]), precision: {} }, 2)).toThrow(
      'Layer "fc" has no one weight format; digits can be counted in one format of at most 24 bits.',
    );
    expect(() => withFewDigits(network([0.5], 'ap_fixed<30,1>'), 2)).toThrow('has weights of 30 bits');
  });
});
