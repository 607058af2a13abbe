/**
 * Every layer kind of the registry, end to end: float forward, exact circuit, emulation, netlist.
 *
 * A kind without a lowering, or one whose hardware strays from its float definition, fails here by its name.
 */
import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../src/compile/index.ts';
import { emulate, interpretGraph } from '../../src/emulation/index.ts';
import { fixed, fractionBits, toDouble } from '../../src/fixed/index.ts';
import { pipelineGraph, scheduleGraph } from '../../src/netlist/index.ts';
import { buildNetwork, layerKinds, layerRegistry, type LayerSpec, predict } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { simulateGraph } from '../../src/simulation/index.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';

const inputFormat = fixed(10, 4, { quantization: 'AP_RND', overflow: 'AP_SAT' });
const samples = 24;
/** Kinds whose result is a look-up: the input grid is exact, so only the entries are rounded. */
const precision = 'ap_fixed<20,8,AP_RND,AP_SAT>';

const delay = { name: 'one nanosecond each', registerOverheadNs: 0.1, delayNs: () => 1 };

const cases = layerKinds.flatMap((kind) =>
  layerRegistry[kind].examples.map((attributes, index) => ({ kind, index, attributes })),
);

describe.each(cases)('$kind, example $index', ({ kind, attributes }) => {
  const draw = stream('compile-layers', kind);
  const inputs = (layerRegistry[kind].exampleInputs ?? [[5]]).map((shape, k) => ({ name: `in${k}`, shape }));
  const spec = { kind, name: 'layer', attributes, inputs: inputs.map(({ name }) => name) } as LayerSpec;
  const network = buildNetwork('one', inputs, [spec, { kind: 'linear', name: 'end' }], draw);
  const lengths = inputs.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  const raws = lengths.map((length) => Array.from({ length: samples * length }, () => BigInt(draw.integer(-512, 512))));
  const graph = compileNetwork(network, {
    profile: 'exact',
    precision,
    layerPrecision: {
      ...Object.fromEntries(inputs.map(({ name }) => [name, { result: 'ap_fixed<10,4>' }])),
      end: { result: precision },
    },
  });
  const output = graph.layers.at(-1)!.circuit.outputs[0]!;
  const rowsOf = (sample: number): bigint[][] =>
    raws.map((values, k) => values.slice(sample * lengths[k]!, (sample + 1) * lengths[k]!));

  it('computes what the float layer computes, to the rounding of its tables and constants', () => {
    const floats = inputs.map(({ name, shape }, k) => {
      const values = raws[k]!.map((raw) => toDouble(raw, fractionBits(inputFormat)));
      return [name, tensor(Float32Array.from(values), [samples, ...shape])] as const;
    });
    const expected = toFlat(predict(network, Object.fromEntries(floats)));
    const width = output.wires.length;
    for (let sample = 0; sample < samples; sample++) {
      const found = interpretGraph(graph, rowsOf(sample)).get(graph.outputs[0]!)!;
      found.forEach((raw, k) => {
        const value = toDouble(raw, fractionBits(output.formats[k]!));
        expect(Math.abs(value - expected[sample * width + k]!)).toBeLessThan(0.01);
      });
    }
  });

  it('emulates in WebAssembly to the bit', () => {
    const emulated = emulate(
      graph,
      samples,
      raws.map((values) => BigInt64Array.from(values)),
    );
    expect(emulated.path).toBe('webassembly');
    const width = output.wires.length;
    for (let sample = 0; sample < samples; sample++) {
      const reference = interpretGraph(graph, rowsOf(sample)).get(graph.outputs[0]!)!;
      const found = Array.from({ length: width }, (_, k) => BigInt(emulated.outputs[0]![sample * width + k]!));
      expect(found).toEqual(reference);
    }
  });

  it('becomes a pipeline that computes the same', () => {
    const netlist = pipelineGraph(graph, scheduleGraph(graph, { periodNs: 3, delay }));
    const stimuli = Array.from({ length: samples }, (_, sample) => rowsOf(sample));
    const batch = simulateGraph(netlist, graph, stimuli);
    const expected = stimuli.map((inputs) => graph.outputs.map((name) => interpretGraph(graph, inputs).get(name)!));
    expect(batch.outputs).toEqual(expected);
    expect(batch.initiationInterval).toBe(1);
  });
});
