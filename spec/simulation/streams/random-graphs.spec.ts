/** Random stream graphs as built: the beats of the untimed graph and the cycles of its timing, whatever stalls. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emulateStreams } from '../../../src/emulation/index.ts';
import { device, ultrascalePlusDelay } from '../../../src/estimation/index.ts';
import { leastDepths, scheduleStage, stageLatency, streamNetlist, streamTiming } from '../../../src/netlist/index.ts';
import { isStalled, simulateStreams } from '../../../src/simulation/index.ts';
import { streamGraphs } from '../../netlist/streams/arbitrary-streams.ts';
import { samplesOf, stallPatterns } from './stalls.ts';

const target = { periodNs: 4, delay: ultrascalePlusDelay(device('xcvu13p')) };

describe('random stream graphs', () => {
  it('keep the rules of the handshake, compute what is emulated, and take the cycles of their timing', () => {
    const cases = streamGraphs.chain((graph) =>
      fc.tuple(
        fc.constant(graph),
        samplesOf(graph, 4),
        fc.array(stallPatterns, {
          minLength: graph.inputs.length + graph.outputs.length,
          maxLength: graph.inputs.length + graph.outputs.length,
        }),
      ),
    );
    fc.assert(
      fc.property(cases, ([graph, samples, patterns]) => {
        const stages = graph.stages.map((stage) => scheduleStage(stage, target));
        const depths = leastDepths(graph, stages).map((depth) => depth + 40);
        const design = streamNetlist(graph, stages, depths);
        const names = [...design.inputs, ...design.outputs].map(({ name }) => name);
        const stalls = Object.fromEntries(names.map((name, k) => [name, patterns[k]!]));

        const run = simulateStreams(design, samples, { stalls });

        const flat = samples.map(([x]) => x!).flat();
        const expected = emulateStreams(graph, samples.length, [flat]).map((codes) =>
          Array.from(codes as Iterable<number | bigint>, BigInt),
        );
        design.outputs.forEach((_, o) => expect(run.outputs.flatMap((row) => row[o]!)).toEqual(expected[o]));
        const timing = streamTiming(graph, stages.map(stageLatency), depths, {
          samples: samples.length,
          inputStalls: (input, cycle) => isStalled(patterns[input]!, cycle),
          outputStalls: (output, cycle) => isStalled(patterns[graph.inputs.length + output]!, cycle),
        });
        expect(run.fifos.map(({ maximum }) => maximum)).toEqual(timing.highest);
        expect(run.times.at(-1)!.lastGiven).toBe(Math.max(...timing.givenAt.map((cycles) => cycles.at(-1)!)));
        expect(run.times[0]!.firstTaken).toBe(timing.takenAt[0]![0]);
      }),
      { numRuns: Number(process.env['STREAM_RUNS'] ?? 25) },
    );
  });
});
