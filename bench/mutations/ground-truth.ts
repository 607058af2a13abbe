/**
 * Whether an edit changes what emitted Verilog does, by Icarus Verilog alone: neither our simulator nor our proofs have
 * a say. The original runs once and its outputs are kept; each edited text runs on the same stimuli and is compared with
 * them in every cycle.
 *
 * Behaviour is `valid_out` in every cycle from the first reset on, and the data outputs wherever `valid_out` is 1. Where
 * all input codes are tried, "same" holds for every input of a pipeline; of an edit that mixes neighbouring inputs it is
 * a test of tens of thousands of pairs. An output that is unknown (X or Z) where the original is known has changed.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packVector } from '../../src/netlist/index.ts';
import type { TextFile } from '../../src/verilog/index.ts';
import { benchText } from './bench-text.ts';
import type { EmittedDesign } from './designs.ts';
import { runProgram } from './run-program.ts';
import { readSources } from './source.ts';
import { planReplay, planStimuli, type Stimuli } from './stimuli.ts';

/** How an edited text differs from the original. */
export interface Difference {
  /**
   * - `value`: an output has another value.
   * - `unknown`: an output is X or Z, and none has another known value within the next thousands of cycles.
   * - `interface`: a port of the top module has another width.
   * - `unsettled`: the text does not settle: the simulation does not end.
   */
  readonly how: 'value' | 'unknown' | 'interface' | 'unsettled';
  readonly sentence: string;
  readonly cycle?: number;
  /** Words of the data inputs, in hexadecimal, that were sampled where the output was expected to be theirs. */
  readonly input?: Readonly<Record<string, string>>;
}

export type Truth =
  | { readonly kind: 'same'; readonly vectors: number; readonly exhaustive: boolean }
  | { readonly kind: 'different'; readonly difference: Difference }
  /** Icarus rejects the text, in its own words. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Runs edited texts of one design, one at a time. */
export interface GroundTruth {
  readonly stimuli: Stimuli;
  /** Tell whether the files of a folder behave as the original ones. */
  readonly check: (files: readonly TextFile[]) => Promise<Truth>;
  /** The same on one vector: raw codes by input, element 0 first, as decimal texts. */
  readonly replay: (files: readonly TextFile[], codes: Readonly<Record<string, readonly string[]>>) => Promise<Truth>;
}

/** Seconds for one run of a tool on the original; edited texts get so many times what it took, but not less than a few. */
const originalLimit = 300;
const patience = { times: 10, atLeast: 15 };

/**
 * Prepare the ground truth of a design in a folder of its own.
 *
 * @param folder an existing folder, which the caller removes
 * @throws Error if Icarus is absent or the original does not run
 */
export async function openGroundTruth(
  design: EmittedDesign,
  folder: string,
  seed = 'ground truth',
): Promise<GroundTruth> {
  const { graph, pipeline, files } = design;
  const { latencyCycles } = pipeline.schedule;
  const { top } = pipeline.netlist;
  const ports = [...readSources(files).get(top)!.declarations.values()];
  const inputs = ports.filter(({ kind, name }) => kind === 'input' && !['clk', 'rst', 'valid_in'].includes(name));
  const outputs = ports.filter(({ kind, name }) => kind === 'output' && name !== 'valid_out');
  const sources = files.map(({ path }) => path).filter((path) => path.endsWith('.v'));

  const written = new Map<string, string>();
  const write = async ({ path, text }: TextFile): Promise<void> => {
    if (written.get(path) === text) return;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
    written.set(path, text);
  };

  /** Compile the files with a bench; the reason in words where Icarus rejects them. */
  const compile = async (edited: readonly TextFile[], bench: string): Promise<{ log: string; rejected: boolean }> => {
    for (const file of edited) await write(file);
    const args = ['-g2005', '-Wportbind', '-s', 'mutation_bench', '-o', 'image.vvp', `${bench}.v`, ...sources];
    const { code, log } = await runProgram('iverilog', args, folder, originalLimit);
    return { log, rejected: code !== 0 };
  };
  const simulate = (bench: string, limit: number, ...flags: readonly string[]): ReturnType<typeof runProgram> =>
    runProgram('vvp', ['-n', 'image.vvp', `+bench=${bench}`, ...flags], folder, limit);

  /** Write a bench and the outputs of the original on its stimuli, and tell for how long an edited text may run. */
  const prepare = async (bench: string, stimuli: Stimuli): Promise<number> => {
    await write({ path: `${bench}.v`, text: benchText(top, inputs, outputs, stimuli.cycles.length) });
    const lines = stimuli.cycles.map(({ reset, valid, words }) =>
      [reset ? '1' : '0', valid ? '1' : '0', ...words.map((word, k) => binary(word, inputs[k]!.width))].join(''),
    );
    await write({ path: `${bench}.stimuli`, text: `${lines.join('\n')}\n` });
    const { log, rejected } = await compile(files, bench);
    if (rejected) throw new Error(`Icarus rejects the original of ${design.name}: ${log}`);
    const started = performance.now();
    const { log: said, code } = await simulate(bench, originalLimit, '+record');
    if (code !== 0) throw new Error(`The original of ${design.name} does not run: ${said}`);
    return Math.max(patience.atLeast, (patience.times * (performance.now() - started)) / 1000);
  };
  const check = async (edited: readonly TextFile[], bench: string, stimuli: Stimuli, limit: number): Promise<Truth> => {
    const { log, rejected } = await compile(edited, bench);
    if (rejected) return { kind: 'refused', reason: firstLine(log) };
    const port = new RegExp(String.raw`^${bench}\.v:\d+: warning: Port .*$`, 'm').exec(log);
    if (port !== null) return { kind: 'different', difference: { how: 'interface', sentence: port[0] } };
    const { log: said, code } = await simulate(bench, limit);
    if (code === null) {
      const sentence = `The simulation did not end within ${limit.toFixed(0)} s.`;
      return { kind: 'different', difference: { how: 'unsettled', sentence } };
    }
    const found = /^(VALUE) cycle (\d+): (.*)$/m.exec(said) ?? /^(UNKNOWN) cycle (\d+): (.*)$/m.exec(said);
    if (found === null) {
      if (/^SAME$/m.test(said)) return { kind: 'same', vectors: stimuli.vectors, exhaustive: stimuli.exhaustive };
      throw new Error(`The bench of ${design.name} ended without a verdict: ${said}`);
    }
    const cycle = Number(found[2]);
    const sampled = stimuli.cycles[cycle - latencyCycles];
    const input = sampled && Object.fromEntries(inputs.map(({ name }, k) => [name, sampled.words[k]!.toString(16)]));
    const difference: Difference = {
      how: found[1] === 'VALUE' ? 'value' : 'unknown',
      sentence: `Cycle ${cycle}: ${found[3]}.`,
      cycle,
      ...(input !== undefined && { input }),
    };
    return { kind: 'different', difference };
  };

  const stimuli = planStimuli(graph.inputs, latencyCycles, seed);
  const limit = await prepare('bench', stimuli);
  return {
    stimuli,
    check: (edited) => check(edited, 'bench', stimuli, limit),
    async replay(edited, codes) {
      const words = graph.inputs.map(({ name, formats }) => packVector(formats, (codes[name] ?? []).map(BigInt)));
      const again = planReplay(
        words,
        inputs.map(({ width }) => width),
        latencyCycles,
      );
      return check(edited, 'replay', again, await prepare('replay', again));
    },
  };
}

function binary(word: bigint, width: number): string {
  return word.toString(2).padStart(width, '0');
}

function firstLine(text: string): string {
  return text.split('\n').find((line) => /error/i.test(line)) ?? text.split('\n')[0]!;
}
