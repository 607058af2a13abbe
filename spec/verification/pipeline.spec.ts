/** Random layer graphs, scheduled and pipelined, in Icarus: same words in the cycles that our simulator measured. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packVector, pipelineGraph, scheduleGraph } from '../../src/netlist/index.ts';
import type { DelayModel } from '../../src/netlist/index.ts';
import { simulateBatch } from '../../src/simulation/index.ts';
import { coSimulate, lintVerilog } from '../../src/verification/index.ts';
import {
  benchGap,
  expectedOutputs,
  measuredVectors,
  pipelineProject,
  projectFiles,
  writeProject,
} from '../../src/verilog/index.ts';
import { graphCases } from '../../src/verification/arbitraries/index.ts';
import { lacks } from './tools.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'distill-rtl-spec-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Every operation takes as long: the number of stages then depends on the period alone. */
const delay: DelayModel = { name: 'one per operation', registerOverheadNs: 0, delayNs: () => 1 };

describe.skipIf(lacks('iverilog', 'pipelined graphs in Icarus'))('pipelined graphs in Icarus', () => {
  it('give the same words in the same cycles, and lint clean', async () => {
    const cases = fc.sample(fc.tuple(graphCases({}, { maxSamples: 40 }), fc.integer({ min: 1, max: 6 })), {
      seed: 20,
      numRuns: 12,
    });
    for (const [k, [{ graph, samples }, periodNs]] of cases.entries()) {
      const netlist = pipelineGraph(graph, scheduleGraph(graph, { periodNs, delay }));
      const stimuli = samples.map((sample) =>
        graph.inputs.map(({ formats }, port) => packVector(formats, sample[port]!)),
      );
      const batch = simulateBatch(netlist, stimuli, { idleBefore: benchGap });
      const vectors = measuredVectors(stimuli, batch);
      const facts = {
        netlist,
        model: graph.name,
        part: 'xcvu13p-flga2577-2-e',
        clockMHz: 1000 / periodNs,
        latencyCycles: batch.latencyCycles,
        initiationInterval: batch.initiationInterval ?? 1,
        strategy: 'shift-add',
      };
      const design = pipelineProject(facts, vectors);
      const directory = join(root, `graph_${k}`);
      await writeProject(directory, projectFiles(design));
      const { result } = await coSimulate('icarus', directory, expectedOutputs(netlist, vectors));
      expect({ k, ...result }).toMatchObject({ k, vectors: stimuli.length, mismatches: 0 });
      if (k < 3)
        for (const { tool, warnings } of await lintVerilog(directory))
          expect([tool, warnings ?? []]).toEqual([tool, []]);
    }
  });
});
