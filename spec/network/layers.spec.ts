/** Forward values of each kind against values computed by hand. */
import { describe, expect, it } from 'vitest';
import { buildNetwork, forward, withParameters } from '../../src/network/index.ts';
import type { LayerSpec, ParameterUpdates } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { fromArray, tensor, toFlat, toNested } from '../../src/tensor/index.ts';

const run = (spec: LayerSpec, rows: number[][], parameters: ParameterUpdates[string] = {}): unknown => {
  const named = { ...spec, name: 'it' };
  const network = buildNetwork('n', [{ name: 'x', shape: [rows[0]!.length] }], [named], stream(1));
  return toNested(forward(withParameters(network, { it: parameters }), fromArray(rows)).value);
};

describe('forward values', () => {
  it('multiplies and adds in dense', () => {
    const kernel = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    const result = run({ kind: 'dense', attributes: { units: 3 } }, [[1, 10]], {
      kernel,
      bias: tensor([0.5, 0, -0.5]),
    });
    expect(result).toEqual([[41.5, 52, 62.5]]);
  });

  it('scales and shifts per feature in affine', () => {
    const result = run(
      { kind: 'affine' },
      [
        [1, 2],
        [3, 4],
      ],
      { scale: tensor([2, -1]), bias: tensor([1, 0]) },
    );
    expect(result).toEqual([
      [3, -2],
      [7, -4],
    ]);
  });

  it.each<[LayerSpec, number[], number[]]>([
    [{ kind: 'relu' }, [-1, 0, 2], [0, 0, 2]],
    [{ kind: 'leakyRelu', attributes: { slope: 0.25 } }, [-4, 0, 2], [-1, 0, 2]],
    [{ kind: 'linear' }, [-4, 0, 2], [-4, 0, 2]],
    [{ kind: 'dropout', attributes: { rate: 0.9 } }, [-4, 0, 2], [-4, 0, 2]],
    [{ kind: 'hardSigmoid', attributes: { slope: 0.25, shift: 0.5 } }, [-9, -1, 0, 1, 9], [0, 0.25, 0.5, 0.75, 1]],
    [{ kind: 'hardTanh' }, [-9, -0.5, 0, 0.5, 9], [-1, -0.5, 0, 0.5, 1]],
    [{ kind: 'ternaryTanh' }, [-1, -0.5, -0.25, 0.5, 0.75], [-1, -1, 0, 0, 1]],
    [{ kind: 'sigmoid' }, [0], [0.5]],
    [{ kind: 'tanh' }, [0], [0]],
    [{ kind: 'softmax' }, [3, 3], [0.5, 0.5]],
  ])('%o', (spec, x, expected) => {
    expect(run(spec, [x])).toEqual([expected]);
  });

  it('normalises by running statistics at inference', () => {
    const parameters = {
      gamma: tensor([2, 1]),
      beta: tensor([1, 0]),
      movingMean: tensor([1, 0]),
      movingVariance: tensor([3, 0]),
    };
    const result = run({ kind: 'batchNormalization', attributes: { epsilon: 1 } }, [[3, 7]], parameters);
    expect(result).toEqual([[3, 7]]);
  });

  it('normalises by the batch in training and reports new statistics without changing the network', () => {
    const spec: LayerSpec = { kind: 'batchNormalization', name: 'bn', attributes: { epsilon: 1, momentum: 0.75 } };
    const network = buildNetwork('n', [{ name: 'x', shape: [1] }], [spec], stream(1));
    const seen: Record<string, number> = {};
    // Mean 2, biased variance 3.
    const x = tensor([2 - Math.sqrt(3), 2 + Math.sqrt(3)], [2, 1]);
    const y = forward(network, x, {
      training: true,
      onStatistics: (layer, statistics) => {
        for (const [role, value] of Object.entries(statistics)) seen[`${layer}.${role}`] = toFlat(value)[0]!;
      },
    });
    expect(toFlat(y.value)[0]).toBeCloseTo(-Math.sqrt(3) / 2, 6);
    expect(seen['bn.movingMean']).toBeCloseTo(0.5, 6);
    expect(seen['bn.movingVariance']).toBeCloseTo(0.75 + 0.25 * 3, 6);
    expect(toFlat(network.layers[0]!.parameters['movingMean']!)[0]).toBe(0);
  });

  it('drops about the given share in training and scales the rest', () => {
    const network = buildNetwork(
      'n',
      [{ name: 'x', shape: [1000] }],
      [{ kind: 'dropout', attributes: { rate: 0.25 } }],
      stream(1),
    );
    const x = tensor(new Float32Array(1000).fill(3), [1, 1000]);
    const y = toFlat(forward(network, x, { training: true, stream: stream(2) }).value);
    const dropped = y.filter((value) => value === 0).length;
    expect(dropped).toBeGreaterThan(200);
    expect(dropped).toBeLessThan(300);
    expect(new Set(y)).toEqual(new Set([0, 4]));
  });

  it('needs a stream to drop', () => {
    const network = buildNetwork('n', [{ name: 'x', shape: [2] }], [{ kind: 'dropout', name: 'd' }], stream(1));
    expect(() => forward(network, tensor([1, 2], [1, 2]), { training: true })).toThrow(
      'Layer "d" needs random numbers in training; option "stream" is missing.',
    );
  });
});
