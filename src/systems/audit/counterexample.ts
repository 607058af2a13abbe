/**
 * The input that shows a difference, as a folder that stands alone: the audited Verilog with a self-checking test bench of
 * these vectors, one command that runs it, and a wave file of what Icarus made of it.
 *
 * What is found by proof is so shown by a simulator that shares nothing with it, and can be looked at in a wave viewer.
 * The Verilog is a copy of the audited folder's; the bench drives the ports that the netlist says its top module has.
 * A reset can only stand at the beginning, as short as one cycle, which leaves unreset registers undefined.
 */
import { relative } from 'node:path';
import { FileError, ToolError } from '../../errors.ts';
import type { Netlist } from '../../netlist/index.ts';
import { copyName, type RunOptions, runIcarus } from '../../verification/index.ts';
import {
  copiesBench,
  expectedCopyOutputs,
  expectedOutputs,
  testBench,
  type TestVectors,
  type TextFile,
  topPorts,
  type VerilogPort,
  withOutputFolder,
  writeProject,
} from '../../verilog/index.ts';
import { type BenchDifference, benchDifferences, differenceText } from './bench-differences.ts';
import { makefileText, readmeText } from './counterexample-texts.ts';
import { listFiles, readBytes } from './folder-files.ts';

export interface Counterexample {
  /** The audited folder, whose `src/` is simulated. */
  readonly folder: string;
  /** What the Verilog must be: names its top module's ports. */
  readonly netlist: Netlist;
  /** Per vector one bus word per data input, in port order; at least one vector. */
  readonly stimuli: readonly (readonly bigint[])[];
  /** Per vector the bus word that each data output must have, in port order. */
  readonly golden: readonly (readonly bigint[])[];
  /** Cycles from a vector to its output. */
  readonly latencyCycles: number;
  /** Per cycle, whether `valid_in` is 1; as many true entries as vectors. @defaultValue a vector in every cycle */
  readonly pattern?: readonly boolean[];
  /** Vectors of the copies 1, 2, … of the design. @defaultValue none: the design is one pipeline */
  readonly further?: readonly CopyVectors[];
  /** Cycles of reset before the run, at least 1. @defaultValue 4 */
  readonly resetCycles?: number;
  /** What was found, in one sentence, for the README. */
  readonly sentence: string;
}

/** Vectors of one copy, as those of the first stand in `Counterexample`. */
export type CopyVectors = Pick<Counterexample, 'stimuli' | 'golden' | 'pattern'>;

export interface CounterexampleOutcome {
  /** The folder, as the caller named it. */
  readonly directory: string;
  /** The command that repeats the run. */
  readonly command: string;
  /** What Icarus found; null where it did not run. */
  readonly run: CounterexampleRun | null;
  /** Why Icarus did not run, in one sentence; null where it did. */
  readonly reason: string | null;
}

export interface CounterexampleRun {
  readonly tool: string;
  readonly version: string;
  /** Outputs that are not as they must be, by cycle; empty where the bench saw no difference in them. */
  readonly differences: readonly BenchDifference[];
  /** Whether the bench itself found that all is as it must be: the simulator does not show the difference. */
  readonly passed: boolean;
  /** What it found, in one sentence. */
  readonly sentence: string;
  /** Wave file, relative to the folder. */
  readonly vcd: string;
}

/** Cycles that a bench goes on after the last expected output, so that one that comes late is seen. */
const lateCycles = 8;

/**
 * Write a counterexample as the folder `directory`, whole or not at all, and run it in Icarus where that is installed.
 *
 * @throws FileError if the sources cannot be read, or the folder cannot be written or would replace the audited one; ValueError if the vectors do not fit
 * the ports or each other
 */
export async function writeCounterexample(
  directory: string,
  counterexample: Counterexample,
  options: RunOptions = {},
): Promise<CounterexampleOutcome> {
  const { folder, netlist } = counterexample;
  // An output folder replaces an earlier one, and an emitted folder is one.
  if (!relative(directory, folder).startsWith('..')) {
    throw new FileError(
      `Folder "${directory}" holds the audited folder "${folder}"; the counterexample needs its own.`,
    );
  }
  const { further = [], latencyCycles, resetCycles } = counterexample;
  const first = benchVectors(counterexample, latencyCycles, resetCycles);
  const vectors = [first, ...further.map((own) => benchVectors(own, latencyCycles, resetCycles))];
  const sources = await copiedSources(folder);
  const bench = further.length === 0 ? testBench(netlist, first) : copiesBench(netlist, vectors);
  const sourcePaths = sources.map(({ path }) => path).filter((path) => path.endsWith('.v'));
  const files = [
    ...sources,
    ...bench,
    { path: 'tb/icarus.f', text: ['+timescale+1ns/1ps', bench[0]!.path, ...sourcePaths, ''].join('\n') },
    { path: 'Makefile', text: makefileText(netlist.top) },
    { path: 'README.txt', text: readmeText(netlist, vectors, counterexample.sentence) },
  ];
  return withOutputFolder(directory, async (staging) => {
    await writeProject(staging, files, { counterexample: counterexample.sentence });
    return { directory, command: `make -C "${directory}"`, ...(await runBench(staging, netlist, vectors, options)) };
  });
}

function benchVectors(
  { stimuli, golden, pattern = stimuli.map(() => true) }: CopyVectors,
  latencyCycles: number,
  resetCycles: number | undefined,
): TestVectors {
  const presented = pattern.flatMap((isValid, cycle) => (isValid ? [cycle] : []));
  const cycles = Math.max(pattern.length, (presented.at(-1) ?? 0) + latencyCycles + 1 + lateCycles);
  return {
    stimuli,
    golden,
    goldenCycles: presented.map((cycle) => cycle + latencyCycles),
    pattern: Array.from({ length: cycles }, (_, cycle) => pattern[cycle] ?? false),
    ...(resetCycles !== undefined && { resetCycles }),
  };
}

async function copiedSources(folder: string): Promise<readonly TextFile[]> {
  const paths = await listFiles(folder, 'src');
  return Promise.all(
    paths.map(async (path) => ({ path, text: new TextDecoder().decode(await readBytes(folder, path)) })),
  );
}

/** Run the bench of a counterexample's folder; a Verilog that Icarus refuses is a reason, too. */
async function runBench(
  folder: string,
  netlist: Netlist,
  vectors: readonly TestVectors[],
  options: RunOptions,
): Promise<Pick<CounterexampleOutcome, 'run' | 'reason'>> {
  try {
    const { result, reason } = await runIcarus(folder, { ...options, vcd: true });
    if (result === null) return { run: null, reason };
    const outputs = topPorts(netlist).filter(({ name, direction }) => direction === 'out' && name !== 'valid_out');
    const differences =
      vectors.length === 1
        ? benchDifferences(outputs, expectedOutputs(netlist, vectors[0]!), result.outputs)
        : benchDifferences(
            copiedPorts([...outputs, { name: 'valid_out', direction: 'out', width: vectors.length }], vectors.length),
            expectedCopyOutputs(netlist, vectors),
            result.outputs,
          );
    const { tool, version, passed, text } = result;
    // An undefined valid_out beside the right words is a difference that only the bench sees.
    const unseen = /^MISMATCH (.*)$/m.exec(text)?.[1] ?? 'the bench fails';
    const found = differences[0] === undefined ? `Icarus: ${unseen}.` : `Icarus: ${differenceText(differences[0])}.`;
    const sentence = passed ? 'Icarus shows no difference for these vectors.' : found;
    return { run: { tool, version, differences, passed, sentence, vcd: `${netlist.top}.vcd` }, reason: null };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof ToolError)) throw error;
    return { run: null, reason: error.message };
  }
}

/** The part of every port that each copy has, in the order of the bits of a printed word. */
function copiedPorts(ports: readonly VerilogPort[], copies: number): readonly VerilogPort[] {
  return ports.flatMap((port) =>
    Array.from({ length: copies }, (_, copy) => ({
      ...port,
      name: copyName(port.name, copy),
      width: port.width / copies,
    })),
  );
}
