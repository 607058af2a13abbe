/** Stream designs in Icarus and Verilator: every handshake, beat and occupancy as our simulator has it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { device, ultrascalePlusDelay } from '../../src/estimation/index.ts';
import { leastDepths, scheduleStage, streamNetlist } from '../../src/netlist/index.ts';
import type { StreamNetlist } from '../../src/netlist/index.ts';
import { createSimulator, simulateStreams } from '../../src/simulation/index.ts';
import type { StallPattern } from '../../src/simulation/index.ts';
import { coSimulate, lintVerilog, runIcarus } from '../../src/verification/index.ts';
import {
  expectedStreamOutputs,
  measuredScenario,
  projectFiles,
  streamProject,
  writeProject,
} from '../../src/verilog/index.ts';
import type { BenchOutput, StreamVectors } from '../../src/verilog/index.ts';
import { streamGraphs } from '../netlist/streams/arbitrary-streams.ts';
import { forkJoin, sumAndDifference } from '../netlist/streams/hand-made-joins.ts';
import { type Sample, pairs, queue, slice } from '../netlist/streams/hand-made.ts';
import { samplesOf, stallsOf } from '../simulation/streams/stalls.ts';
import { lacks } from './tools.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'distill-rtl-spec-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Emitted {
  readonly directory: string;
  readonly vectors: StreamVectors;
  readonly expected: readonly BenchOutput[];
}

let folders = 0;

type Case = readonly [samples: readonly Sample[], stalls: Readonly<Record<string, StallPattern>>];

/** Random samples and stalls. */
const randomCases = (design: StreamNetlist, scenarios: number, seed = 1): readonly Case[] =>
  fc.sample(fc.tuple(samplesOf(design, 4), stallsOf(design)), { seed, numRuns: scenarios });

/** Simulate a design in scenarios and write its folder. */
async function emit(design: StreamNetlist, cases: readonly Case[]): Promise<Emitted> {
  const simulator = createSimulator(design.netlist);
  const runs = cases.map(([samples, stalls], k) =>
    measuredScenario(`random stalls ${k}`, simulateStreams(design, samples, { stalls, simulator })),
  );
  const { inputs, outputs, fifos } = design;
  const vectors = { inputs, outputs, fifos, scenarios: runs };
  const directory = join(root, `streams_${folders++}`);
  await writeProject(
    directory,
    projectFiles(
      streamProject(
        {
          netlist: design.netlist,
          model: design.netlist.name,
          part: 'xcvu13p-flga2577-2-e',
          clockMHz: 240,
          latencyCycles: 1,
          initiationInterval: 1,
          strategy: 'none',
        },
        vectors,
      ),
    ),
  );
  return { directory, vectors, expected: expectedStreamOutputs(vectors) };
}

const designs = { slice: slice(), queue: queue(3), pairs: pairs(), forkJoin: forkJoin(5), sums: sumAndDifference() };

/** Random graphs as built, of which each has every part of a stage at some time. */
const built = (count: number): readonly StreamNetlist[] =>
  fc.sample(streamGraphs, { seed: 11, numRuns: count }).map((graph) => {
    const delay = ultrascalePlusDelay(device('xcvu13p'));
    const stages = graph.stages.map((stage) => scheduleStage(stage, { periodNs: 4, delay }));
    return streamNetlist(
      graph,
      stages,
      leastDepths(graph, stages).map((depth) => depth + 40),
    );
  });

describe.skipIf(lacks('iverilog', 'streams in Icarus'))('streams in Icarus', () => {
  it('agree with our simulator in every cycle of every scenario: designs made by hand', async () => {
    for (const [name, { design }] of Object.entries(designs)) {
      const { directory, expected } = await emit(design, randomCases(design, 12));
      const { result } = await coSimulate('icarus', directory, expected);
      expect({ name, ...result }).toMatchObject({ name, vectors: expected.length, mismatches: 0 });
    }
  });

  it('agree with our simulator in every cycle of every scenario: random graphs', async () => {
    for (const [k, design] of built(8).entries()) {
      const { directory, expected } = await emit(design, randomCases(design, 6, k));
      const { result } = await coSimulate('icarus', directory, expected);
      expect({ k, ...result }).toMatchObject({ k, vectors: expected.length, mismatches: 0 });
    }
  });

  it('lint clean', async () => {
    const { directory } = await emit(designs.sums.design, randomCases(designs.sums.design, 2));
    for (const { tool, warnings } of await lintVerilog(directory)) expect([tool, warnings ?? []]).toEqual([tool, []]);
  });

  it('are found to differ in a value, a handshake, a cycle or an occupancy', async () => {
    const sample: Sample = [[1n, 2n, 3n, 4n, 5n, 6n]];
    const sleepy: Case = [[sample, sample, sample], { y: { kind: 'bursts', flowing: 1, stalled: 9 } }];
    const changed = async (file: string, from: RegExp | string, to: string): Promise<string> => {
      const { directory, expected } = await emit(designs.queue.design, [sleepy, sleepy]);
      const path = join(directory, file);
      const text = await readFile(path, 'utf8');
      expect(text.replace(from, to)).not.toBe(text);
      await writeFile(path, text.replace(from, to));
      const run = await runIcarus(directory);
      const { result } = await coSimulate('icarus', directory, expected);
      expect(run.result).toMatchObject({ passed: false, mismatches: result?.mismatches });
      expect(result?.mismatches).toBeGreaterThan(0);
      return `${result?.firstMismatch}\n${run.result?.text}`;
    };
    expect(await changed('tb/vectors/maximum_fifo_0_y.mem', /\d/, '0')).toMatch(
      /^The test bench itself found 1 differences from its golden files; first: scenario 0 cycle \d+: fifo_0_y held at most 3 beats, expected 0/,
    );
    expect(await changed('tb/vectors/out_y.mem', /^../, 'ff')).toMatch(
      /MISMATCH scenario 0 cycle \d+: y is \w+, expected ff/,
    );
    expect(await changed('src/fifo.v', /2'h3/, "2'h2")).toMatch(
      /MISMATCH scenario \d cycle \d+: x_ready is 0, expected 1/,
    );
    expect(await changed('src/fifo.v', /if \(rst\) count/, 'if (1) count')).toMatch(/\d+ beats of y, expected \d+/);
  });
});

describe.skipIf(lacks('verilator', 'streams in Verilator'))('streams in Verilator', () => {
  it('agree with our simulator in every cycle of every scenario', async () => {
    // One build, many scenarios: several outputs, and everything that Icarus has seen.
    const design = built(20).find(({ outputs, fifos }) => outputs.length === 2 && fifos.length > 3)!;
    const { directory, expected } = await emit(design, randomCases(design, 40));
    const { result } = await coSimulate('verilator', directory, expected);
    expect(result).toMatchObject({ vectors: expected.length, mismatches: 0 });
  }, 120_000);
});
