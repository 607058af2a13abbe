/** Views of plans read what the views of tensors read, however they are composed. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as t from '../../../src/tensor/index.ts';
import { buildGraph } from '../../../src/tensor/plan/build-graph.ts';
import { isRowWise, type PlanNode } from '../../../src/tensor/plan/graph.ts';
import { isDense, readAs, viewResolver, type View } from '../../../src/tensor/plan/views.ts';
import { computationOf, describeRecipe, recipes, type Recipe } from './arbitraries.ts';
import { trace } from './law.ts';

/** Chains of views of one input. */
const chains: fc.Arbitrary<Recipe> = fc
  .tuple(
    recipes,
    fc.array(fc.constantFrom('reshape', 'transpose', 'slice', 'flip', 'spread'), { minLength: 12, maxLength: 12 }),
  )
  .map(([recipe, names]) => ({
    ...recipe,
    batch: 1 + (recipe.batch % 7),
    training: false,
    steps: recipe.steps.map((step, k) => ({ ...step, operation: names[k]!, operands: [0, 0] as const })),
  }));

/** The elements of a base whose elements are their positions, as a view reads them. */
function positionsOf(view: View, rows: number): number[] {
  const indices = view.dims.reduce<number[]>(
    (at, extent, axis) =>
      at.flatMap((start) => Array.from({ length: extent }, (_, i) => start + i * view.strides[axis]!)),
    [view.offset],
  );
  return Array.from({ length: rows }, (_, row) => indices.map((at) => at + row * view.rowStride)).flat();
}

const count = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i);

describe('a view', () => {
  it('reads what the tensor reads', () => {
    let viewed = 0;
    fc.assert(
      fc.property(chains, (recipe) => {
        const { batch } = recipe;
        const { inputs, results, declared } = trace(computationOf(recipe), batch);
        const graph = buildGraph(
          results.map(({ tensor }) => tensor),
          inputs,
          batch,
        );
        const view = viewResolver()(graph.results.at(-1)!);
        // Where strides do not do, a copy starts anew.
        if (view.base.operation !== 'input') return;
        viewed += 1;
        const x = t.tensor(count(t.sizeOfShape(declared[0]!.shape)), declared[0]!.shape);
        const expected = computationOf(recipe)({ batch, rows: () => x, whole: () => x }).at(-1)! as {
          tensor: t.Tensor;
        };
        expect(positionsOf(view, batch), describeRecipe(recipe)).toEqual([...t.toFlat(expected.tensor)]);
      }),
      { numRuns: 300 },
    );
    expect(viewed).toBeGreaterThan(100);
  });

  it('is dense where its elements follow each other', () => {
    const x = t.symbolicInput('x', [5, 2, 6]);
    const dense = (view: t.Tensor): boolean => {
      const graph = buildGraph([view], [{ tensor: x, name: 'x', kind: 'rows' }], 5);
      return isDense(viewResolver()(graph.results[0]!));
    };
    expect(dense(t.reshape(x, [10, 3, 2]))).toBe(true);
    expect(dense(t.slice(x, [null, [0, 1]]))).toBe(false);
    expect(dense(t.transpose(x, [0, 2, 1]))).toBe(false);
    expect(dense(t.flip(x, 2))).toBe(false);
    expect(dense(t.reshape(t.transpose(t.reshape(x, [5, 1, 12]), [0, 2, 1]), [5, 12]))).toBe(true);
    expect(dense(t.broadcastTo(t.slice(x, [null, null, [0, 1]]), [5, 2, 6]))).toBe(false);
  });
});

describe('a whole value in an iteration over rows', () => {
  const inputs = (shape: readonly number[]): PlanNode => {
    const w = t.symbolicInput('w', shape);
    return buildGraph([w], [{ tensor: w, name: 'w', kind: 'whole' }], 5).results[0]!;
  };

  it.each([
    { shape: [], dims: [3, 4], multiple: 1, strides: [0, 0], rowStride: 0 },
    { shape: [4], dims: [3, 4], multiple: 1, strides: [0, 1], rowStride: 0 },
    { shape: [3, 1], dims: [3, 4], multiple: 1, strides: [1, 0], rowStride: 0 },
    { shape: [1, 3, 4], dims: [3, 4], multiple: 1, strides: [4, 1], rowStride: 0 },
    { shape: [5, 3, 4], dims: [3, 4], multiple: 1, strides: [4, 1], rowStride: 12 },
    { shape: [5, 1, 4], dims: [3, 4], multiple: 1, strides: [0, 1], rowStride: 4 },
    { shape: [15, 4], dims: [3, 4], multiple: 3, strides: [4, 1], rowStride: 12 },
    { shape: [4], dims: [3, 4], multiple: 3, strides: [0, 1], rowStride: 0 },
    { shape: [5], dims: [], multiple: 1, strides: [], rowStride: 1 },
  ])(
    'of shape $shape is read at every index of rows of $dims, $multiple per sample',
    ({ shape, dims, multiple, strides, rowStride }) => {
      const node = inputs(shape);
      const view = readAs(viewResolver()(node), node, dims, multiple);
      expect(isRowWise(node)).toBe(false);
      // The stride of an axis of one element does not matter.
      expect(view.strides.map((s, axis) => (dims[axis] === 1 ? 0 : s))).toEqual(strides);
      expect(view.rowStride).toBe(rowStride);
    },
  );
});
