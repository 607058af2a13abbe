/** Adder bits of dense layers: what they are for layers that one can count by hand, and laws. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { layerAdderBits } from '../../src/systems/index.ts';
import type { LayerCodes } from '../../src/compression/index.ts';

const layer = (codes: readonly number[], outputs: number, width = 4): LayerCodes => ({
  layer: 'l',
  inputs: codes.length / outputs,
  outputs,
  codes: Int32Array.from(codes),
  fraction: 3,
  biases: new Int32Array(0),
  biasFraction: 0,
  intervals: Array.from({ length: codes.length / outputs }, () => ({ lo: 0, hi: 2 ** width - 1, fraction: 2 })),
});
const bits = layerAdderBits();

describe('layerAdderBits', () => {
  it.each([
    ['nothing', [0, 0], 0],
    ['a power of two', [0, 4], 0],
    ['a sum of two of 4 bits', [1, 1], 5],
    ['one whose low bit passes through', [2, 1], 5],
    ['a multiple by 3, whose interval as 4 − 1 has a sign', [3, 0], 7],
  ] as const)('counts %s', (_name, codes, expected) => {
    expect(bits(layer(codes, 1))).toBe(expected);
  });

  it('counts what two neurons share once', () => {
    expect(bits(layer([1, 1, 1, 1], 2))).toBe(bits(layer([1, 1], 1)));
  });

  const weights = fc.array(fc.integer({ min: -15, max: 15 }), { minLength: 6, maxLength: 6 });

  test.prop([weights, fc.integer({ min: 1, max: 4 })])('does not see a common power of two', (codes, shift) => {
    expect(
      bits(
        layer(
          codes.map((code) => code * 2 ** shift),
          2,
        ),
      ),
    ).toBe(bits(layer(codes, 2)));
  });

  test.prop([weights])('is not less for wider operands', (codes) => {
    expect(bits(layer(codes, 2, 6))).toBeGreaterThanOrEqual(bits(layer(codes, 2, 4)));
  });
});
