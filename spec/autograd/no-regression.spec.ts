/**
 * Bits frozen across versions and engines: elementary functions over seeded points, and the weights after training steps.
 * A change here changes every trained network and is a CHANGELOG entry.
 */
import { describe, expect, it } from 'vitest';
import * as ag from '../../src/autograd/index.ts';
import { stream } from '../../src/random/index.ts';
import * as t from '../../src/tensor/index.ts';

/** FNV-1a over the bytes of an array. */
function hash(values: Float64Array | Float32Array): string {
  let h = 0x811c9dc5;
  for (const byte of new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) {
    h = Math.imul(h ^ byte, 0x01000193);
  }
  return (h >>> 0).toString(16).padStart(8, '0');
}

describe('frozen bits', () => {
  it.each([
    ['exp', t.expScalar, 'e5a75d3b'],
    ['expm1', t.expm1Scalar, '5fe527b5'],
    ['log', (x: number) => t.logScalar(Math.abs(x)), '8ddb7a96'],
    ['log1p', (x: number) => t.log1pScalar(Math.abs(x)), '8b71c892'],
    ['tanh', t.tanhScalar, '9a11658a'],
    ['sigmoid', t.sigmoidScalar, '0a3951f5'],
    ['softplus', t.softplusScalar, '0a073a03'],
    ['sinh', t.sinhScalar, '52d710d1'],
    ['asinh', t.asinhScalar, '4b08eb44'],
    ['sin', t.sinScalar, 'dc9dcf57'],
    ['cos', t.cosScalar, '007ca53c'],
    ['atan', t.atanScalar, '4561318b'],
    ['erf', t.erfScalar, '79fe3719'],
    ['pow', (x: number) => t.powScalar2(Math.abs(x), 1.7), '478911e5'],
  ] as const)('%s', (_name, f, expected) => {
    const random = stream('frozen', 'elementary');
    expect(hash(Float64Array.from({ length: 2000 }, () => f(random.normal(0, 5))))).toBe(expected);
  });

  it('weights after twenty steps of gradient descent', () => {
    const random = stream('frozen', 'training');
    const normal = (...shape: number[]): t.Tensor =>
      t.tensor(
        Float32Array.from({ length: t.sizeOfShape(shape) }, () => random.normal(0, 0.5)),
        shape,
      );
    const x = normal(100, 6);
    const target = normal(100, 1);
    let parameters = [normal(6, 16), normal(16), normal(16, 1), normal(1)];
    for (let step = 0; step < 20; step += 1) {
      const leaves = parameters.map(ag.variable);
      const [w1, b1, w2, b2] = leaves as [ag.Variable, ag.Variable, ag.Variable, ag.Variable];
      const prediction = ag.dense(ag.sigmoid(ag.dense(x, w1, b1)), w2, b2);
      const loss = ag.mean(ag.square(ag.subtract(prediction, target)));
      const gradients = ag.gradients(loss, leaves);
      parameters = parameters.map((p, i) => t.subtract(p, t.multiply(gradients[i]!, 0.1)));
    }
    expect(parameters.map((p) => hash(t.toFloats(p)))).toEqual(['2500caab', '128cc3f5', '22753a7a', '401f33f0']);
  });
});
