import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  circuitBuilder,
  flattenGraph,
  parseCircuit,
  parseGraph,
  serializeCircuit,
  serializeGraph,
  validateCircuit,
  validateGraph,
} from '../../src/circuit/index.ts';
import type { Circuit, LayerGraph, Op, WireType } from '../../src/circuit/index.ts';
import { interpret, interpretGraph } from '../../src/emulation/index.ts';
import { fixed, ufixed } from '../../src/fixed/index.ts';
import { circuits, graphCases, properties } from '../../src/verification/arbitraries/index.ts';

const F = fixed(8, 4);
const U = ufixed(6, 3, { quantization: 'AP_RND', overflow: 'AP_SAT' });

/** in → scale layer (constant factors) → relu layer, plus a sum of both layers. */
function sampleGraph(): LayerGraph {
  const first = circuitBuilder('first');
  const x = first.input('x', [F, F]);
  const scaled = x.map((wire, k) =>
    first.label(first.cast(first.multiply(wire, first.constant(BigInt(3 + k), 1)), F), `s${k}`),
  );
  first.output('first', scaled, [F, F]);

  const second = circuitBuilder('second');
  const y = second.input('y', [F, F]);
  const zero = second.constant(0n, 0);
  const relu = y.map((wire) => second.cast(second.select(second.compare('lt', wire, zero), zero, wire), U));
  second.output('second', relu, [U, U]);

  const third = circuitBuilder('third');
  const a = third.input('a', [F, F]);
  const b = third.input('b', [U, U]);
  const S = fixed(12, 8);
  third.output(
    'third',
    a.map((wire, k) => third.cast(third.add(wire, b[k]!), S)),
    [S, S],
  );
  return {
    name: 'sample',
    inputs: [{ name: 'x', formats: [F, F] }],
    layers: [
      { name: 'first', kind: 'dense', circuit: first.build(), inputs: ['x'] },
      { name: 'second', kind: 'relu', circuit: second.build(), inputs: ['first'] },
      { name: 'third', kind: 'add', circuit: third.build(), inputs: ['first', 'second'] },
    ],
    outputs: ['third'],
  };
}

function change(circuit: Circuit, wire: number, op: Op, type?: WireType): Circuit {
  return {
    ...circuit,
    ops: circuit.ops.map((old, k) => (k === wire ? op : old)),
    types: circuit.types.map((old, k) => (k === wire ? (type ?? old) : old)),
  };
}

describe('validateCircuit', () => {
  const b = circuitBuilder('pair');
  const [x, y] = b.input('in', [F, F]) as [number, number];
  b.output('out', [b.add(x, y)], [fixed(9, 5)]);
  const circuit = b.build();

  it('accepts what the builder makes', () => {
    expect(() => validateCircuit(circuit)).not.toThrow();
  });

  it.each([
    ['reads wire 5', change(circuit, 2, { kind: 'add', a: 0, b: 5, shift: 0, subtract: false })],
    ['reads wire 2', change(circuit, 2, { kind: 'negate', a: 2 })],
    ['its operands give [-256, 254]·2^-4', change(circuit, 2, circuit.ops[2]!, { lo: -300n, hi: 254n, fraction: 4 })],
    ['a constant is one code', change(circuit, 2, { kind: 'constant' })],
    ['reads table 0', change(circuit, 2, { kind: 'table', a: 0, table: 0 })],
    ['which is another wire', change(circuit, 1, { kind: 'input', port: 0, index: 0 })],
    ['not within its format', { ...circuit, outputs: [{ ...circuit.outputs[0]!, formats: [F] }] }],
    ['has 1 wires but 0 formats', { ...circuit, outputs: [{ ...circuit.outputs[0]!, formats: [] }] }],
    ['is wire 7; wires are 0 to 2', { ...circuit, outputs: [{ ...circuit.outputs[0]!, wires: [7] }] }],
    ['3 operations but 2 types', { ...circuit, types: circuit.types.slice(1) }],
    ['port names must differ', { ...circuit, outputs: [circuit.outputs[0]!, circuit.outputs[0]!] }],
  ])('says "%s"', (sentence, broken) => {
    expect(() => validateCircuit(broken)).toThrow(sentence);
  });
});

describe('layer graphs', () => {
  it('flatten to a circuit with the same outputs', () => {
    const graph = sampleGraph();
    validateGraph(graph);
    const flat = flattenGraph(graph, ['first', 'second', 'third']);
    validateCircuit(flat);
    expect(Object.values(flat.labels)).toContain('first_s1');
    fc.assert(
      fc.property(fc.integer({ min: -128, max: 127 }), fc.integer({ min: -128, max: 127 }), (p, q) => {
        const inputs = [[BigInt(p), BigInt(q)]];
        expect(interpret(flat, inputs)).toEqual([...interpretGraph(graph, inputs).values()]);
      }),
      { numRuns: 200 },
    );
  });

  it('flatten to a circuit with the same outputs, whatever their layers', () => {
    fc.assert(
      fc.property(graphCases(), ({ graph, samples }) => properties.flatteningKeepsMeaning(graph, samples)),
      { numRuns: 100 },
    );
  });

  it('flatten to their own outputs unless told', () => {
    expect(flattenGraph(sampleGraph()).outputs.map((port) => port.name)).toEqual(['third']);
    expect(() => flattenGraph(sampleGraph(), ['fourth'])).toThrow(
      'has no layer "fourth"; its layers are first, second, third',
    );
  });

  it('are rejected with the layer that is wrong', () => {
    const graph = sampleGraph();
    const [first, second, third] = graph.layers as [
      LayerGraph['layers'][0],
      LayerGraph['layers'][0],
      LayerGraph['layers'][0],
    ];
    expect(() => validateGraph({ ...graph, layers: [second, first, third] })).toThrow(
      'Layer "second" of graph "sample" reads "first"',
    );
    expect(() => validateGraph({ ...graph, layers: [first, { ...second, name: 'first' }] })).toThrow(
      'two inputs or layers named "first"',
    );
    expect(() =>
      validateGraph({ ...graph, layers: [first, second, { ...third, inputs: ['second', 'second'] }] }),
    ).toThrow('other formats');
    expect(() => validateGraph({ ...graph, layers: [first, { ...second, inputs: [] }, third] })).toThrow(
      'names 0 inputs',
    );
    expect(() => validateGraph({ ...graph, outputs: ['x'] })).toThrow('Output "x" of graph "sample" is no layer');
  });
});

describe('text form', () => {
  it('returns the same circuit', () => {
    fc.assert(fc.property(circuits({ maxWidth: 60, maxSteps: 12 }), properties.textFormKeepsCircuit), { numRuns: 100 });
  });

  it('returns the same graph', () => {
    const graph = sampleGraph();
    expect(parseGraph(serializeGraph(graph))).toEqual(graph);
  });

  it('says where a text is wrong', () => {
    const text = serializeCircuit(sampleGraph().layers[0]!.circuit);
    expect(() => parseCircuit(text.slice(0, 40))).toThrow('The circuit is not JSON');
    expect(() => parseCircuit(text.replace('"multiply"', '"divide"'))).toThrow(/malformed at ops\.\d+\.kind/);
    expect(() => parseCircuit(text.replace('["-128"', '["-12.8"'))).toThrow(
      'malformed at types.0.0: is not a decimal integer',
    );
    expect(() => parseCircuit(text.replace('["-128"', '["-127"'))).toThrow('Wire 0 (input)');
  });
});
