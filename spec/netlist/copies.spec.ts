import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { circuitBuilder, type LayerGraph } from '../../src/circuit/index.ts';
import { interpretGraph } from '../../src/emulation/index.ts';
import { ShapeError } from '../../src/errors.ts';
import { fixed } from '../../src/fixed/index.ts';
import { copiesNetlist, pipelineGraph, scheduleGraph, validateNetlist } from '../../src/netlist/index.ts';
import { simulateGraph } from '../../src/simulation/index.ts';
import { graphCases } from '../../src/verification/arbitraries/index.ts';
import { benchGap } from '../../src/verilog/index.ts';

/** The sum of two elements, in one layer. */
function pairGraph(layer = 'sum'): LayerGraph {
  const builder = circuitBuilder('sum');
  const formats = [fixed(4, 4), fixed(4, 4)];
  const [a, b] = builder.input('x', formats);
  builder.output('y', [builder.add(a!, b!)], [fixed(5, 5)]);
  return {
    name: 'pair',
    inputs: [{ name: 'x', formats }],
    layers: [{ name: layer, kind: 'sum', circuit: builder.build(), inputs: ['x'] }],
    outputs: [layer],
  };
}

const delay = { name: 'one per operation', registerOverheadNs: 0, delayNs: () => 1 };
const pipelineOf = (graph: Parameters<typeof scheduleGraph>[0], periodNs = 2) =>
  pipelineGraph(graph, scheduleGraph(graph, { periodNs, delay }));

describe('copiesNetlist', () => {
  it('leaves a single pipeline as it is', () => {
    const pipeline = pipelineOf(pairGraph());
    expect(copiesNetlist(pipeline, 1)).toBe(pipeline);
  });

  it('prints the pipeline once and widens its ports', () => {
    const pipeline = pipelineOf(pairGraph());
    const { modules, top } = copiesNetlist(pipeline, 3);
    const [around, inside] = [modules.at(-1)!, modules.at(-2)!];

    expect(modules.slice(0, -1)).toEqual(pipeline.modules);
    expect(top).toBe(`${pipeline.top}_copies`);
    expect(around.instances.map(({ name, module }) => `${name} ${module}`)).toEqual(
      [0, 1, 2].map((k) => `u_copy_${k} ${inside.name}`),
    );
    const threefold = (ports: typeof inside.inputs) => ports.map(({ name, width }) => [name, 3 * width]);
    expect(around.inputs.map(({ name, width }) => [name, width])).toEqual(threefold(inside.inputs));
    expect(around.outputs.map(({ name, width }) => [name, width])).toEqual(threefold(inside.outputs));
    expect(around.cells.filter(({ kind }) => kind === 'register')).toEqual([]);
  });

  it('keeps clear of a layer with its name', () => {
    const graph = pairGraph('copies');
    const { modules, top } = copiesNetlist(pipelineOf(graph), 2);
    expect(new Set(modules.map(({ name }) => name)).size).toBe(modules.length);
    expect(top).toBe('pair_copies_2');
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %s copies', (copies) => {
    expect(() => copiesNetlist(pipelineOf(pairGraph()), copies)).toThrow(ShapeError);
  });

  test.prop(
    [graphCases({}, { minSamples: 1, maxSamples: 14 }), fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 5 })],
    {
      numRuns: 25,
    },
  )('gives every copy the results of its own samples, at its own pace', ({ graph, samples }, copies, periodNs) => {
    const pipeline = pipelineOf(graph, periodNs);
    const netlist = copiesNetlist(pipeline, copies);
    validateNetlist(netlist);

    const alone = simulateGraph(pipeline, graph, samples);
    const beside = simulateGraph(netlist, graph, samples, { copies, idleBefore: benchGap });

    samples.forEach((sample, k) => {
      const values = interpretGraph(graph, sample);
      expect(beside.outputs[k]).toEqual(graph.outputs.map((name) => values.get(name)));
    });
    expect(beside.latencyCycles).toBe(alone.latencyCycles);
    // Copy c begins c cycles late.
    expect(beside.presentedAt.slice(0, copies)).toEqual(samples.slice(0, copies).map((_, k) => k));
  });
});
