/** The plainest circuit of a network is the same function with the same ports as every other one. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { type LayerGraph, validateGraph } from '../../../src/circuit/index.ts';
import { compileNetwork, type CompileOptions } from '../../../src/compile/index.ts';
import { interpretGraph } from '../../../src/emulation/index.ts';
import { UnsupportedError } from '../../../src/errors.ts';
import { type FixedFormat, formatText, fixed } from '../../../src/fixed/index.ts';
import { buildNetwork, type Network } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { randomStimuli, specificationGraph } from '../../../src/systems/index.ts';
import { networks } from '../../../src/verification/arbitraries/index.ts';

const text = (formats: readonly FixedFormat[]): string => formats.map(formatText).join(' ');
const portTexts = (graph: LayerGraph): string[] => [
  ...graph.inputs.map(({ name, formats }) => `${name}: ${text(formats)}`),
  ...graph.layers.map(({ name, circuit }) => `${name}: ${text(circuit.outputs[0]!.formats)}`),
];

/** A network without the formats that it asks for its results, which then are as wide as their adders can prove. */
const withoutResults = (network: Network): Network => ({
  ...network,
  precision: Object.fromEntries(
    Object.entries(network.precision!).map(([name, roles]) => [
      name,
      Object.fromEntries(Object.entries(roles).filter(([role]) => role !== 'result')),
    ]),
  ),
});

const options = fc.record({
  profile: fc.constantFrom('exact', 'hls4ml'),
  strategy: fc.constantFrom('adder-graph', 'shift-add', 'multiplier'),
  adderDepth: fc.constantFrom(0, 2, Infinity),
  adderEffort: fc.constant(0),
  precision: fc.constantFrom('ap_fixed<6,3>', 'ap_fixed<9,4,AP_RND,AP_SAT>'),
}) satisfies fc.Arbitrary<CompileOptions>;

function isSame(network: Network, compile: CompileOptions): boolean {
  let circuit: LayerGraph;
  try {
    circuit = compileNetwork(network, compile);
  } catch (error) {
    // Nothing but layers that vanish, or combinations that hls4ml does not have.
    if (error instanceof UnsupportedError) return false;
    throw error;
  }

  const specification = specificationGraph(network, compile, circuit);

  validateGraph(specification);
  expect(portTexts(specification)).toEqual(portTexts(circuit));
  for (const sample of randomStimuli(circuit.inputs, 12, stream('specification'))) {
    expect(interpretGraph(specification, sample)).toEqual(interpretGraph(circuit, sample));
  }
  return true;
}

describe('specificationGraph', () => {
  test.prop([networks(), options], { numRuns: 150 })(
    'has the ports and values of the circuit where formats are asked for',
    (network, compile) => {
      fc.pre(isSame(network, compile));
    },
  );

  test.prop([networks(), options], { numRuns: 150 })('has them where none are asked for', (network, compile) => {
    fc.pre(isSame(withoutResults(network), compile));
  });

  test.prop([networks({ maxImageLayers: 2 }), options], { numRuns: 80 })('has them for images', (network, compile) => {
    fc.pre(isSame(network, compile));
  });

  const network = buildNetwork(
    'little',
    [{ name: 'in', shape: [6] }],
    [{ kind: 'dense', name: 'fc', attributes: { units: 4 } }],
    stream('specification'),
  );
  const layerPrecision = { fc: { weight: 'ap_fixed<9,2>', bias: 'ap_fixed<7,2>', result: 'ap_fixed<8,4>' } };

  it('is one product per weight, one sum per element and one cast', () => {
    const compile = { precision: 'ap_fixed<7,3>', layerPrecision };
    const { ops } = specificationGraph(network, compile, compileNetwork(network, compile)).layers[0]!.circuit;

    const count = (kind: string): number => ops.filter((op) => op.kind === kind).length;
    expect(count('multiply')).toBeLessThanOrEqual(24);
    expect(count('multiply')).toBeGreaterThan(16);
    // Six products per element; the biases of a new network are 0.
    expect(count('add')).toBe(4 * 5);
    expect(count('cast')).toBe(4);
    for (const op of ops) {
      // Inputs and nothing else are multiplied, by constants and nothing else.
      if (op.kind === 'multiply') expect([ops[op.a]!.kind, ops[op.b]!.kind].toSorted()).toEqual(['constant', 'input']);
    }
  });

  it('keeps its own ports where those of the circuit do not hold its values', () => {
    const compile = { precision: 'ap_fixed<7,3>' };
    const circuit = compileNetwork(network, compile);
    const own = specificationGraph(network, compile, circuit);
    const narrow: LayerGraph = {
      ...circuit,
      layers: circuit.layers.map((layer) => {
        const [port] = layer.circuit.outputs;
        return {
          ...layer,
          circuit: { ...layer.circuit, outputs: [{ ...port!, formats: port!.wires.map(() => fixed(6, 3)) }] },
        };
      }),
    };

    const specification = specificationGraph(network, compile, narrow);

    const widths = ({ layers }: LayerGraph): number[] =>
      layers[0]!.circuit.outputs[0]!.formats.map(({ width }) => width);
    expect(Math.min(...widths(specification))).toBeGreaterThan(6);
    expect(Math.max(...widths(specification))).toBeLessThanOrEqual(Math.max(...widths(own)));
  });
});
