import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateGraph, validateStreams } from '../../../src/circuit/index.ts';
import { emulateStreams } from '../../../src/emulation/index.ts';
import { device, ultrascalePlusDelay } from '../../../src/estimation/index.ts';
import { rawRange } from '../../../src/fixed/index.ts';
import { leastDepths, scheduleStage, streamNetlist, validateNetlist } from '../../../src/netlist/index.ts';
import { streamGraphs } from './arbitrary-streams.ts';
import { drive } from './drive-streams.ts';

const target = { periodNs: 4, delay: ultrascalePlusDelay(device('xcvu13p')) };

/** Whether a port stands still, by a hash of cycle and port. */
const stalls =
  (seed: number, percent: number) =>
  (cycle: number, port: number): boolean =>
    (Math.imul((cycle * 8 + port + 1) ^ seed, 0x9e3779b1) >>> 8) % 100 < percent;

describe('stream netlists', () => {
  it('give the beats of the untimed graph, in order, whatever stalls', () => {
    fc.assert(
      fc.property(
        streamGraphs,
        fc.nat(1_000_000),
        fc.constantFrom(0, 20, 60),
        fc.nat(4),
        (graph, seed, percent, spare) => {
          validateStreams(graph);
          for (const { circuit } of graph.stages) validateGraph(circuit);
          const { formats, elements } = graph.inputs[0]!.type;
          const count = formats.length * elements.length;
          const samples = Array.from({ length: 4 }, (_, s) =>
            Array.from({ length: count }, (_unused, k) => {
              const { lo, hi } = rawRange(formats[0]!);
              return lo + (BigInt(Math.imul(seed + s * 977 + k + 1, 0x85ebca6b) >>> 4) % (hi - lo + 1n));
            }),
          );
          const stages = graph.stages.map((stage) => scheduleStage(stage, target));
          // Joins of a short and a long path need places for the beats that the long one holds back: a sample or two.
          const depths = leastDepths(graph, stages).map((depth) => depth + 40 + spare);
          const design = streamNetlist(graph, stages, depths);
          validateNetlist(design.netlist);

          const driven = drive(design, samples, stalls(seed, percent));

          const expected = emulateStreams(graph, samples.length, [samples.flat()]);
          driven.outputs.forEach((rows, k) => {
            expect(rows.flat()).toEqual(Array.from(expected[k] as Iterable<number | bigint>, BigInt));
          });
          driven.highest.forEach((seen, k) => expect(seen).toBeLessThanOrEqual(depths[k]!));
        },
      ),
      { numRuns: Number(process.env['STREAM_RUNS'] ?? 60) },
    );
  }, 60_000);
});
