/** Schedules and layouts of arbitrary computations: no two buffers in use overlap, and every access lies in a buffer. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as t from '../../../src/tensor/index.ts';
import { buildGraph } from '../../../src/tensor/plan/build-graph.ts';
import { innerShape, isRowWise, type PlanNode } from '../../../src/tensor/plan/graph.ts';
import { cutShards, layOut, type Layout } from '../../../src/tensor/plan/layout.ts';
import { isBatchSum, legalise, type LegalGraph } from '../../../src/tensor/plan/legalise.ts';
import { schedule, type Kernel, type Schedule } from '../../../src/tensor/plan/schedule.ts';
import { computationOf, describeRecipe, recipes, type Recipe } from './arbitraries.ts';
import { compiled, isRefusal, trace, type Computation } from './law.ts';

interface Planned {
  readonly graph: LegalGraph;
  readonly plan: Schedule;
  readonly layout: Layout;
}

/** Plan a computation without states; null if it is refused. */
function planned(computation: Computation, batch: number, workers: number): Planned | null {
  try {
    const { inputs, results } = trace(computation, batch);
    const graph = legalise(
      buildGraph(
        results.map(({ tensor }) => tensor),
        inputs,
        batch,
      ),
    );
    const plan = schedule(graph, new Set());
    return { graph, plan, layout: layOut(graph, plan, new Map(), workers) };
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

const made = (kernel: Kernel): readonly PlanNode[] =>
  kernel.kind === 'node' ? [kernel.node] : [...(kernel.product === null ? [] : [kernel.product]), ...kernel.members];

const readers = (kernel: Kernel): readonly PlanNode[] =>
  kernel.kind === 'node' ? [kernel.node] : [...made(kernel), ...kernel.sums];

interface Span {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

/** Two spans that overlap; null if there are none. */
function overlap(spans: readonly Span[]): string | null {
  const sorted = spans.toSorted((a, b) => a.from - b.from);
  const at = sorted.findIndex((span, i) => i > 0 && span.from < sorted[i - 1]!.to);
  return at < 0 ? null : `${sorted[at - 1]!.what} and ${sorted[at]!.what}`;
}

const bytesOf = (node: PlanNode): number => 4 * t.sizeOfShape(node.shape);
const nameOf = (node: PlanNode): string => `${node.operation} ${node.id}`;

/** Nodes with places of their own: inputs, constants, and what is stored. */
const placed = ({ graph, plan }: Planned): readonly PlanNode[] =>
  graph.nodes.filter(
    (node) => ['input', 'constant'].includes(node.operation) || (plan.stored.has(node) && !isBatchSum(node)),
  );

function checkPlaces(item: Planned, workers: number): void {
  const { plan, layout } = item;
  const nodes = placed(item);
  const span = (node: PlanNode, bytes: number): Span => {
    const { address } = layout.placeOf(node);
    return { what: nameOf(node), from: address, to: address + bytes };
  };
  const shared = nodes.filter((node) => layout.placeOf(node).space === 'shared');
  const blocks = layout.blocks.map((from, p) => ({
    what: `sums ${p}`,
    from,
    to: from + layout.blockBytes[p]! * layout.shards.count,
  }));
  const all = [...shared.map((node) => span(node, bytesOf(node))), ...blocks.filter(({ from, to }) => to > from)];
  expect(overlap(all)).toBeNull();
  for (const { from, to } of all) {
    expect(from).toBeGreaterThanOrEqual(1024);
    expect(to).toBeLessThanOrEqual(layout.sharedBytes);
  }
  expect(layout.shards).toEqual(cutShards(item.graph.batch, workers));

  // What a worker has for itself: whole values all the time, tiles from kernel to kernel, and blocks that are merged.
  const whole = nodes.filter((node) => layout.placeOf(node).space === 'worker' && !layout.placeOf(node).tileLocal);
  const levels = Math.log2(layout.shards.leaves) + 2;
  const merging = {
    what: 'merging',
    from: layout.mergeOffset,
    to: layout.mergeOffset + levels * Math.max(0, ...layout.blockBytes),
  };
  plan.phases.forEach(({ rows }, p) => {
    const height = layout.tileRows[p]!;
    rows.forEach((_, k) => {
      const live = nodes.filter((node) => {
        if (!isRowWise(node) || !plan.stored.has(node) || !layout.placeOf(node).tileLocal) return false;
        const first = rows.findIndex((kernel) => made(kernel).includes(node));
        const last = rows.findLastIndex((kernel) =>
          readers(kernel).some((reader) => reader.inputs.some((input) => item.graph.viewOf(input).base === node)),
        );
        return first >= 0 && first <= k && k <= Math.max(first, last);
      });
      const tiles = live.map((node) => span(node, 4 * t.sizeOfShape(innerShape(node)) * height));
      const spans = [
        ...whole.map((node) => span(node, bytesOf(node))),
        ...tiles,
        ...(merging.to > merging.from ? [merging] : []),
      ];
      expect(overlap(spans)).toBeNull();
      for (const { to } of spans) expect(to).toBeLessThanOrEqual(layout.workerBytes);
    });
  });
}

/** All elements of an operand lie in the buffer that they are read from. */
function checkReads({ graph, plan, layout }: Planned): void {
  const kernels = [
    ...plan.phases.flatMap(({ before, rows }) => [...before, ...rows]),
    ...plan.beforeUpdate,
    ...plan.update,
  ];
  for (const kernel of kernels)
    for (const input of readers(kernel).flatMap(({ inputs }) => inputs)) {
      const { base } = graph.viewOf(input);
      if (isBatchSum(base)) expect(layout.shardsOf(base)).toHaveLength(layout.shards.count);
      else if (base !== input || !made(kernel).includes(base)) expect(() => layout.placeOf(base)).not.toThrow();
    }
  for (const node of graph.nodes)
    for (const input of node.inputs) {
      const { base, dims, strides, rowStride, offset } = graph.viewOf(input);
      const reach = (sign: 1 | -1): number =>
        dims.reduce((sum, extent, axis) => sum + Math.max(0, sign * strides[axis]! * (extent - 1)), 0);
      const rows = isRowWise(base) ? graph.batch : 1;
      const size = t.sizeOfShape(base.shape);
      expect(offset - reach(-1)).toBeGreaterThanOrEqual(0);
      expect(offset + reach(1) + (rows - 1) * rowStride).toBeLessThan(size);
      if (isRowWise(base)) expect(offset + reach(1)).toBeLessThan(size / rows);
    }
}

const plain = recipes.map((recipe): Recipe => ({ ...recipe, spice: 'plain' }));

describe('a layout', () => {
  it.each([1, 3])('keeps what is in use apart, for %i workers', (workers) => {
    fc.assert(
      fc.property(plain, (recipe) => {
        const item = planned(computationOf(recipe), recipe.batch, workers);
        if (item === null) return;
        try {
          checkPlaces(item, workers);
          checkReads(item);
        } catch (error) {
          throw new Error(`${(error as Error).message}\n${describeRecipe(recipe)}`, { cause: error });
        }
      }),
      { numRuns: 150, interruptAfterTimeLimit: 10_000 },
    );
  });

  it.each([
    [1, 1, { leaves: 1, count: 1 }],
    [64, 4, { leaves: 1, count: 1 }],
    [65, 4, { leaves: 1, count: 2 }],
    [1000, 1, { leaves: 16, count: 1 }],
    [1000, 2, { leaves: 2, count: 8 }],
    [4096, 16, { leaves: 2, count: 32 }],
    [4160, 3, { leaves: 8, count: 9 }],
  ])('cuts %i rows for %i workers into shards of whole nodes of the tree of leaves', (batch, workers, shards) => {
    expect(cutShards(batch, workers)).toEqual(shards);
  });
});

describe('a schedule', () => {
  const phases = (computation: Computation): number => compiled(computation, 130).driver.phases;

  it('has one more pass over the batch for every sum over it that rows need', () => {
    expect(phases(({ rows }) => [t.exp(rows([3]))])).toBe(1);
    expect(phases(({ rows }) => [t.sum(rows([3]), 0)])).toBe(1);
    expect(
      phases(({ rows }) => {
        const x = rows([3]);
        return [t.subtract(x, t.mean(x, 0))];
      }),
    ).toBe(2);
    expect(phases(({ rows }) => [t.variance(rows([3]), 0)])).toBe(2);
    expect(
      phases(({ rows }) => {
        const x = rows([3]);
        return [t.divide(x, t.variance(x, 0))];
      }),
    ).toBe(3);
    expect(phases(({ whole }) => [t.exp(whole([3]))])).toBe(0);
  });

  it('has one more where rows of other samples are read, unless they are an input', () => {
    const index = { dtype: 'i32', below: 130 } as const;
    expect(phases(({ rows }) => [t.indexSelect(rows([3]), rows([2], index))])).toBe(1);
    expect(phases(({ rows }) => [t.indexSelect(t.exp(rows([3])), rows([2], index))])).toBe(2);
    expect(phases(({ rows }) => [t.indexAdd(t.zeros([130, 3]), rows([2], index), t.exp(rows([2, 3])))])).toBe(2);
  });

  it('computes all that follows a product on its tiles', () => {
    const { description } = compiled(({ rows, whole }) => {
      const y = t.tanh(t.dense(rows([3]), whole([3, 8]), whole([8])));
      return [y, t.sum(y, 0)];
    }, 130);
    expect(description.filter((line) => line.startsWith('phase'))).toHaveLength(1);
  });
});
