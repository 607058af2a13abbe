/** Which adder graphs the options of the compiler ask for. */
import { describe, expect, it } from 'vitest';
import { type AdderOptimizer, type LayerGraph, operandsOf, optimizeAdders } from '../../src/circuit/index.ts';
import { type CompileOptions, compileNetwork } from '../../src/compile/index.ts';
import { ValueError } from '../../src/errors.ts';
import { buildNetwork } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';

const network = buildNetwork(
  'dense',
  [{ name: 'x', shape: [12] }],
  [{ kind: 'dense', name: 'fc', attributes: { units: 10 } }],
  stream('adder options'),
);
const compiled = (options: CompileOptions): LayerGraph =>
  compileNetwork(network, { precision: 'ap_fixed<12,4>', ...options });

/** Most additions between an input and an output. */
function depth({ layers }: LayerGraph): number {
  const { ops, outputs } = layers[0]!.circuit;
  const levels: number[] = [];
  for (const op of ops) {
    const deepest = Math.max(0, ...operandsOf(op).map((operand) => levels[operand]!));
    levels.push(op.kind === 'add' ? deepest + 1 : deepest);
  }
  return Math.max(...outputs[0]!.wires.map((wire) => levels[wire]!));
}

const additions = ({ layers }: LayerGraph): number =>
  layers[0]!.circuit.ops.filter(({ kind }) => kind === 'add').length;

describe('options of adder graphs', () => {
  it('ask for two levels beyond the least and an effort of one by default', () => {
    expect(compiled({})).toEqual(compiled({ strategy: 'adder-graph', adderDepth: 2, adderEffort: 1 }));
  });

  it('trade depth for additions', () => {
    const [flat, deep] = [compiled({ adderDepth: 0 }), compiled({ adderDepth: Infinity })];

    expect(additions(deep)).toBeLessThanOrEqual(additions(flat));
    expect(depth(flat)).toBeLessThan(depth(deep));
    expect(additions(flat)).toBeLessThan(additions(compiled({ strategy: 'shift-add' })));
  });

  it.each(['exact', 'hls4ml'] as const)('give way to an optimiser of the caller (%s)', (profile) => {
    let asked = 0;
    const adderOptimizer: AdderOptimizer = (kernel, inputs) => {
      asked += 1;
      return optimizeAdders(kernel, inputs, { effort: 0 });
    };
    const layerPrecision = { fc: { accum: 'auto', result: 'ap_fixed<12,4>' } };
    const graph = compiled({ profile, layerPrecision, adderOptimizer, adderDepth: 0 });

    expect(asked).toBe(1);
    expect(graph).toEqual(compiled({ profile, layerPrecision, adderDepth: Infinity, adderEffort: 0 }));
  });

  it.each([
    [{ adderDepth: -1 }, 'adderDepth is -1, must be an integer of at least 0 or Infinity.'],
    [{ adderDepth: 0.5 }, 'adderDepth is 0.5, must be an integer of at least 0 or Infinity.'],
    [{ adderEffort: -2 }, 'adderEffort is -2, must be a number of at least 0.'],
    [{ adderEffort: NaN }, 'adderEffort is NaN, must be a number of at least 0.'],
  ])('refuse %j', (options, sentence) => {
    expect(() => compiled(options)).toThrow(new ValueError(sentence));
  });
});
