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
const features = 5;
const samples = 24;
/** Kinds whose result is a look-up: the input grid is exact, so only the entries are rounded. */
const precision = 'ap_fixed<20,8,AP_RND,AP_SAT>';

const delay = { name: 'one nanosecond each', registerOverheadNs: 0.1, delayNs: () => 1 };

const cases = layerKinds.flatMap((kind) =>
  layerRegistry[kind].examples.map((attributes, index) => ({ kind, index, attributes })),
);

describe.each(cases)('$kind, example $index', ({ kind, attributes }) => {
  const draw = stream('compile-layers', kind);
  const spec = { kind, name: 'layer', attributes } as LayerSpec;
  const network = buildNetwork(
    'one',
    [{ name: 'in', shape: [features] }],
    [spec, { kind: 'linear', name: 'end' }],
    draw,
  );
  const raws = Array.from({ length: samples * features }, () => BigInt(draw.integer(-512, 512)));
  const graph = compileNetwork(network, {
    profile: 'exact',
    precision,
    layerPrecision: { in: { result: 'ap_fixed<10,4>' }, end: { result: precision } },
  });
  const output = graph.layers.at(-1)!.circuit.outputs[0]!;
  const rowOf = (sample: number): bigint[] => raws.slice(sample * features, (sample + 1) * features);

  it('computes what the float layer computes, to the rounding of its tables and constants', () => {
    const floats = raws.map((raw) => toDouble(raw, fractionBits(inputFormat)));
    const expected = toFlat(predict(network, tensor(Float32Array.from(floats), [samples, features])));
    const width = output.wires.length;
    for (let sample = 0; sample < samples; sample++) {
      const found = interpretGraph(graph, [rowOf(sample)]).get(graph.outputs[0]!)!;
      found.forEach((raw, k) => {
        const value = toDouble(raw, fractionBits(output.formats[k]!));
        expect(Math.abs(value - expected[sample * width + k]!)).toBeLessThan(0.01);
      });
    }
  });

  it('emulates in WebAssembly to the bit', () => {
    const emulated = emulate(graph, samples, [BigInt64Array.from(raws)]);
    expect(emulated.path).toBe('webassembly');
    const width = output.wires.length;
    for (let sample = 0; sample < samples; sample++) {
      const reference = interpretGraph(graph, [rowOf(sample)]).get(graph.outputs[0]!)!;
      const found = Array.from({ length: width }, (_, k) => BigInt(emulated.outputs[0]![sample * width + k]!));
      expect(found).toEqual(reference);
    }
  });

  it('becomes a pipeline that computes the same', () => {
    const netlist = pipelineGraph(graph, scheduleGraph(graph, { periodNs: 3, delay }));
    const stimuli = Array.from({ length: samples }, (_, sample) => [rowOf(sample)]);
    const batch = simulateGraph(netlist, graph, stimuli);
    const expected = stimuli.map((inputs) => graph.outputs.map((name) => interpretGraph(graph, inputs).get(name)!));
    expect(batch.outputs).toEqual(expected);
    expect(batch.initiationInterval).toBe(1);
  });
});
