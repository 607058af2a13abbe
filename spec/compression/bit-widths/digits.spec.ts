/** The stand-in for signed digits against the digits themselves, and its gradient. */
import { describe, expect, it } from 'vitest';
import { checkGradient, constant, variable } from '../../../src/autograd/index.ts';
import { signedDigits } from '../../../src/circuit/index.ts';
import { expectedDigits } from '../../../src/compression/index.ts';
import { scalar, tensor, toFloats } from '../../../src/tensor/index.ts';

describe('expectedDigits', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('is the mean over the codes of %i bits below the first', (n) => {
    const codes = Array.from({ length: 2 ** n }, (_, i) => 2 ** n + i);
    const weights = variable(tensor(Float32Array.from(codes, (code) => code / 64)));
    const found = toFloats(expectedDigits(weights, constant(scalar(6))).value).reduce((a, b) => a + b) / codes.length;
    const real = codes.reduce((digits, code) => digits + signedDigits(BigInt(code)).length, 0) / codes.length;
    expect(Math.abs(found - real)).toBeLessThan(0.1);
  });

  it('is 0, with no gradient, for what rounds to 0', () => {
    const weights = variable(tensor(Float32Array.of(0, 0.1, -0.25)));
    expect(toFloats(expectedDigits(weights, constant(scalar(1))).value)).toEqual(Float32Array.of(0, 0, 0));
  });

  it('has the gradient of its formula, by weights and by bits', () => {
    const weights = tensor(Float32Array.of(0.7, -0.4, 1.9, 0.35, -3.1, 0.1), [3, 2]);
    for (const bits of [tensor(Float32Array.of(3, 4)), tensor(Float32Array.of(2, 3, 4, 3, 2, 2), [3, 2])])
      expect(
        checkGradient((w, f) => expectedDigits(w!, f!), [weights, bits], { step: 1 / 1024, tolerance: 5e-3 }),
      ).toMatchObject({ passed: true });
  });
});
