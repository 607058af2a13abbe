import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { device, ultrascalePlusDelay } from '../../../src/estimation/index.ts';
import {
  ampleDepths,
  samplesToFill,
  scheduleStage,
  sizeFifos,
  stageLatency,
  streamTiming,
} from '../../../src/netlist/index.ts';
import { streamGraphs } from './arbitrary-streams.ts';

const target = { periodNs: 4, delay: ultrascalePlusDelay(device('xcvu13p')) };

describe('sizeFifos', () => {
  it('finds depths with which samples leave as early as with ample buffers, and none to spare', () => {
    fc.assert(
      fc.property(streamGraphs, (graph) => {
        const stages = graph.stages.map((stage) => scheduleStage(stage, target));
        const latencies = stages.map(stageLatency);
        const run = (depths: readonly number[]) =>
          streamTiming(graph, latencies, depths, { samples: samplesToFill(graph, latencies) });

        const { depths, timing } = sizeFifos(graph, stages);

        const ample = run(ampleDepths(graph, stages));
        expect(timing.isStuck).toBe(false);
        expect(timing.givenAt).toEqual(ample.givenAt);
        depths.forEach((depth, k) => {
          if (depth === 1) return;
          const fewer = run(depths.with(k, depth - 1));
          const isLater = fewer.isStuck || JSON.stringify(fewer.givenAt) !== JSON.stringify(timing.givenAt);
          expect(isLater).toBe(true);
        });
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
