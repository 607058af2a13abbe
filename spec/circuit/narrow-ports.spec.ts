import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitBuilder, type LayerGraph, validateGraph, widthOf, withNarrowPorts } from '../../src/circuit/index.ts';
import { interpretGraph } from '../../src/emulation/index.ts';
import { fixed, ufixed } from '../../src/fixed/index.ts';

/** y_j = relu(Σ w_ji·x_i + b_j) in 12 bits, then z = Σ v_j·y_j. */
function twoLayers(
  weights: readonly (readonly number[])[],
  biases: readonly number[],
  v: readonly number[],
): LayerGraph {
  const input = fixed(6, 6);
  const hidden = ufixed(12, 12, { overflow: 'AP_SAT' });
  const output = fixed(20, 20);
  const first = circuitBuilder('first');
  const x = first.input(
    'x',
    weights[0]!.map(() => input),
  );
  const y = weights.map((row, j) => {
    const start = first.constant(BigInt(biases[j]!), 0);
    const sum = row.reduce((s, w, i) => first.add(s, first.multiply(x[i]!, first.constant(BigInt(w), 0))), start);
    return first.cast(sum, hidden);
  });
  first.output(
    'y',
    y,
    y.map(() => hidden),
  );
  const second = circuitBuilder('second');
  const h = second.input(
    'x',
    y.map(() => hidden),
  );
  const zero = second.constant(0n, 0);
  const z = v.reduce((s, w, j) => second.add(s, second.multiply(h[j]!, second.constant(BigInt(w), 0))), zero);
  second.output('y', [second.cast(z, output)], [output]);
  return {
    name: 'two',
    inputs: [{ name: 'in', formats: x.map(() => input) }],
    layers: [
      { name: 'first', kind: 'dense', circuit: first.build(), inputs: ['in'] },
      { name: 'second', kind: 'dense', circuit: second.build(), inputs: ['first'] },
    ],
    outputs: ['second'],
  };
}

const small = fc.integer({ min: -5, max: 5 });
const cases = fc.record({
  weights: fc.array(fc.array(small, { minLength: 2, maxLength: 2 }), { minLength: 3, maxLength: 3 }),
  biases: fc.array(fc.integer({ min: -400, max: 100 }), { minLength: 3, maxLength: 3 }),
  v: fc.array(small, { minLength: 3, maxLength: 3 }),
  values: fc.array(fc.bigInt({ min: -32n, max: 31n }), { minLength: 2, maxLength: 2 }),
});

describe('withNarrowPorts', () => {
  it('changes no value of any layer and keeps the ports of the graph', () => {
    fc.assert(
      fc.property(cases, ({ weights, biases, v, values }) => {
        const graph = twoLayers(weights, biases, v);
        const narrow = withNarrowPorts(graph);
        validateGraph(narrow);
        expect(interpretGraph(narrow, [values])).toEqual(interpretGraph(graph, [values]));
        expect(narrow.layers[1]!.circuit.outputs[0]!.formats).toEqual(graph.layers[1]!.circuit.outputs[0]!.formats);
      }),
      { numRuns: 200 },
    );
  });

  it('carries intervals and constants into the next layer', () => {
    // |3x| ≤ 96 needs 7 bits after the rectifier; −400 + x never fires.
    const graph = twoLayers(
      [
        [3, 0],
        [1, 0],
        [0, 1],
      ],
      [0, -400, 0],
      [1, 1, 1],
    );
    const narrow = withNarrowPorts(graph);
    const port = narrow.layers[1]!.circuit.inputs[0]!;
    expect(port.formats.map(({ width }) => width)).toEqual([7, 1, 5]);
    const second = narrow.layers[1]!.circuit;
    const widest = Math.max(...second.ops.map((op, wire) => (op.kind === 'add' ? widthOf(second.types[wire]!) : 0)));
    // 127 + 31: the next layer knows the 7 bits of its input, not the 93 behind them.
    expect(widest).toBe(8);
    expect(second.ops.filter((op) => op.kind === 'add')).toHaveLength(1);
  });
});
