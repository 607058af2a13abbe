import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { device, ultrascalePlusDelay } from '../../../src/estimation/index.ts';
import { leastDepths, scheduleStage, stageLatency, streamNetlist, streamTiming } from '../../../src/netlist/index.ts';
import { streamGraphs } from './arbitrary-streams.ts';
import { drive } from './drive-streams.ts';

const target = { periodNs: 4, delay: ultrascalePlusDelay(device('xcvu13p')) };

const stalls =
  (seed: number, percent: number) =>
  (cycle: number, port: number): boolean =>
    (Math.imul((cycle * 8 + port + 1) ^ seed, 0x9e3779b1) >>> 8) % 100 < percent;

describe('the timing of streams', () => {
  it('is that of the netlist in every cycle, deadlocks with it', () => {
    fc.assert(
      fc.property(streamGraphs, fc.nat(1_000_000), fc.constantFrom(0, 30), fc.nat(6), (graph, seed, percent, spare) => {
        const stages = graph.stages.map((stage) => scheduleStage(stage, target));
        const depths = leastDepths(graph, stages).map((depth) => Math.max(1, depth - 3 + spare));
        const design = streamNetlist(graph, stages, depths);
        const { formats, elements } = graph.inputs[0]!.type;
        const sample = new Array<bigint>(formats.length * elements.length).fill(1n);
        const stall = stalls(seed, percent);

        const driven = drive(design, [sample, sample, sample], stall);
        const timing = streamTiming(graph, stages.map(stageLatency), depths, {
          samples: 3,
          inputStalls: (_, cycle) => stall(cycle, 0),
          outputStalls: (output, cycle) => stall(cycle, output + 1),
          patience: 500,
        });

        expect(timing.takenAt).toEqual([driven.takenAt]);
        expect(timing.givenAt).toEqual(driven.givenAt);
        expect(timing.highest).toEqual(driven.highest);
        timing.committed.forEach((most, k) => expect(most).toBeLessThanOrEqual(depths[k]!));
      }),
      { numRuns: Number(process.env['STREAM_RUNS'] ?? 60) },
    );
  }, 60_000);
});
