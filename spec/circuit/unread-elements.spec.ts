import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  circuitBuilder,
  type LayerGraph,
  readElements,
  validateGraph,
  withoutUnreadElements,
} from '../../src/circuit/index.ts';
import { interpretGraph } from '../../src/emulation/index.ts';
import { fixed } from '../../src/fixed/index.ts';

const format = fixed(8, 8);
const wide = fixed(24, 24);

/** Layers of weighted sums: matrices[l][j][i] is the weight of element i in element j of layer l. */
function denseGraph(matrices: readonly (readonly (readonly number[])[])[]): LayerGraph {
  let formats = matrices[0]![0]!.map(() => format);
  const input = { name: 'in', formats };
  const layers = matrices.map((matrix, l) => {
    const builder = circuitBuilder(`layer${l}`);
    const x = builder.input('x', formats);
    const y = matrix.map((row) =>
      builder.cast(
        row.reduce(
          (sum, weight, i) => builder.add(sum, builder.multiply(x[i]!, builder.constant(BigInt(weight), 0))),
          builder.constant(1n, 0),
        ),
        wide,
      ),
    );
    formats = y.map(() => wide);
    builder.output('y', y, formats);
    return { name: `layer${l}`, kind: 'dense', circuit: builder.build(), inputs: [l === 0 ? 'in' : `layer${l - 1}`] };
  });
  return { name: 'chain', inputs: [input], layers, outputs: [layers.at(-1)!.name] };
}

const weight = fc.constantFrom(0, 0, 0, 1, -2, 5);
const matrix = (rows: number, columns: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(weight, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows });
const chains = fc.tuple(matrix(5, 3), matrix(4, 5), matrix(2, 4));
const inputs = fc.array(fc.bigInt({ min: -128n, max: 127n }), { minLength: 3, maxLength: 3 });

describe('withoutUnreadElements', () => {
  it('keeps the outputs and ports, computes read elements as before and gives 0 for the others', () => {
    fc.assert(
      fc.property(chains, inputs, (matrices, values) => {
        const graph = denseGraph(matrices);
        const built = withoutUnreadElements(graph);
        validateGraph(built);
        const [before, after] = [interpretGraph(graph, [values]), interpretGraph(built, [values])];
        for (const [name, read] of readElements(graph)) {
          expect(after.get(name)).toEqual(before.get(name)!.map((code, k) => (read[k]! ? code : 0n)));
        }
        expect(after.get('layer2')).toEqual(before.get('layer2'));
      }),
      { numRuns: 200 },
    );
  });

  it('follows unread neurons back through several layers', () => {
    // The output reads only element 1 of layer1, which reads only element 0 of layer0.
    const graph = denseGraph([
      [[3], [3]],
      [
        [0, 5],
        [5, 0],
      ],
      [[0, 1]],
    ]);
    expect(readElements(graph).get('layer1')).toEqual([false, true]);
    expect(readElements(graph).get('layer0')).toEqual([true, false]);
    const size = (g: LayerGraph): number => g.layers.reduce((sum, layer) => sum + layer.circuit.ops.length, 0);
    expect(size(withoutUnreadElements(graph))).toBeLessThan(size(graph));
  });
});
