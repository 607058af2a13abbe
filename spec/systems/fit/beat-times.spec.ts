import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamGraph } from '../../../src/circuit/index.ts';
import { streamEdges, streamTiming } from '../../../src/netlist/index.ts';
import { beatTimes, stageWork } from '../../../src/systems/fit/beat-times.ts';
import { streamGraphs } from '../../netlist/streams/arbitrary-streams.ts';

/** When the beats of every stage's first sample are there, stage by stage. */
function timesOf(graph: StreamGraph, latencies: readonly number[]): Map<string, Int32Array> {
  const times = new Map<string, Int32Array>();
  graph.stages.forEach((stage, k) => {
    const read = stage.inputs.flatMap((name) => times.get(name) ?? []);
    const comes = (beat: number): number => Math.max(0, ...read.map((each) => each[beat]!));
    times.set(stage.name, beatTimes(stageWork(graph, stage), latencies[k]!, comes));
  });
  return times;
}

describe('beatTimes', () => {
  it('gives the cycles of the first sample as streamTiming follows them, in buffers that never fill', () => {
    fc.assert(
      fc.property(streamGraphs, fc.array(fc.nat(4), { minLength: 12, maxLength: 12 }), (graph, delays) => {
        const latencies = graph.stages.map((_, k) => 1 + delays[k % delays.length]!);
        const depths = streamEdges(graph).map(() => 10_000);
        const { givenAt } = streamTiming(graph, latencies, depths, { samples: 1 });
        const times = timesOf(graph, latencies);
        expect(graph.outputs.map((name) => [...times.get(name)!])).toEqual(givenAt);
      }),
      { numRuns: 200 },
    );
  });

  it('tells the interval of samples: that of the slowest stage, once the design has filled', () => {
    fc.assert(
      fc.property(streamGraphs, (graph) => {
        const latencies = graph.stages.map(() => 1);
        const samples = 80;
        const { givenAt } = streamTiming(
          graph,
          latencies,
          streamEdges(graph).map(() => 10_000),
          { samples },
        );
        const slowest = Math.max(...graph.stages.map((stage) => stageWork(graph, stage).interval));
        const ends = graph.outputs.map((name, k) => {
          const beats = graph.stages.find((stage) => stage.name === name)!.output.elements.length;
          return Array.from({ length: samples }, (_, n) => givenAt[k]![(n + 1) * beats - 1]!);
        });
        const last = ends.map((cycles) => cycles[samples - 1]! - cycles[samples - 2]!);
        expect(Math.max(...last)).toBe(slowest);
      }),
      { numRuns: 100 },
    );
  });
});
