/**
 * Runs an emitted folder's test bench in Icarus or Verilator and compares every output and its cycle with our own.
 *
 * The bench judges by its golden files; the comparison here judges by the values handed in, from the words that the
 * bench wrote. Both must agree that nothing differs.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../errors.ts';
import { readBenchOutputs } from '../verilog/index.ts';
import type { BenchOutput } from '../verilog/index.ts';
import { openEmittedFolder } from './emitted-folder.ts';
import type { EmittedFolder } from './emitted-folder.ts';
import { absentReason, findTool, runTool, runToolOrThrow, toolVersion, withTemporaryFolder } from './tools.ts';
import type { RunOptions, Tool, ToolName } from './tools.ts';

/** What a run of the bench said and wrote. */
export interface BenchRun {
  readonly tool: string;
  readonly version: string;
  /** Whether the bench ended with PASS. */
  readonly passed: boolean;
  /** Golden outputs of the bench, and how many of them it found missing or different. */
  readonly vectors: number;
  readonly mismatches: number;
  readonly outputs: readonly BenchOutput[];
  /** What the bench printed. */
  readonly text: string;
  readonly buildSeconds: number;
  readonly runSeconds: number;
}

export interface BenchOptions extends RunOptions {
  /** Whether the folder gets a wave file `<top>.vcd`. @defaultValue false */
  readonly vcd?: boolean;
}

/** A run, or null and the reason in one sentence where the tool is absent. */
export type OptionalRun<T> =
  | { readonly result: T; readonly reason: null }
  | { readonly result: null; readonly reason: string };

export interface CoSimulationOptions extends RunOptions {
  /** Results that the expected outputs hold, several to one where copies of a pipeline answer together. @defaultValue one each */
  readonly results?: number;
}

export interface CoSimulation {
  readonly tool: string;
  readonly version: string;
  /** Results that were compared. */
  readonly vectors: number;
  readonly mismatches: number;
  /** The first difference, in one sentence. */
  readonly firstMismatch?: string;
  readonly buildSeconds: number;
  readonly runSeconds: number;
}

async function present(names: readonly ToolName[]): Promise<readonly Tool[] | string> {
  const tools: Tool[] = [];
  for (const name of names) {
    const tool = await findTool(name);
    if (!tool) return absentReason(name);
    tools.push(tool);
  }
  return tools;
}

/**
 * Compile and run the bench of an emitted folder in Icarus Verilog.
 *
 * @throws ToolError if Icarus refuses the sources, fails or runs out of time; FileError if the folder is none of ours
 */
export async function runIcarus(directory: string, options: BenchOptions = {}): Promise<OptionalRun<BenchRun>> {
  const tools = await present(['iverilog', 'vvp']);
  if (typeof tools === 'string') return { result: null, reason: tools };
  const [compiler, runner] = tools as [Tool, Tool];
  const folder = await openEmittedFolder(directory);
  return withTemporaryFolder(async (temporary) => {
    const image = join(temporary, 'bench.vvp');
    const compile = ['-g2005', '-Wall', '-s', folder.bench, '-o', image, folder.benchPath, ...folder.sources];
    const build = await runToolOrThrow(compiler, compile, folder.directory, options);
    const outputs = join(temporary, 'outputs.txt');
    const plusArguments = [`+out=${outputs}`, ...(options.vcd === true ? ['+vcd'] : [])];
    const run = await runTool(runner, ['-n', image, ...plusArguments], folder.directory, options);
    return { result: await readRun(compiler, build.seconds, run, outputs), reason: null };
  });
}

/**
 * Cycles from which the C++ compiler's optimiser pays: a 16-64-32-1 network builds in 11 s without and 21 s with it, and
 * runs tens of thousands of cycles per second even without.
 */
const cyclesWorthOptimizing = 200_000;

/** Files with a line per cycle: a bench has the first, that of a stream design the second. */
const cycleFiles = ['tb/vectors/valid_in.mem', 'tb/vectors/handshakes.mem'];

/** Cycles of a bench, read off the file with a line for each. */
async function benchCycles(folder: EmittedFolder): Promise<number> {
  for (const path of cycleFiles) {
    const text = await readFile(join(folder.directory, path), 'utf8').catch(() => '');
    if (text !== '') return text.length / (text.indexOf('\n') + 1);
  }
  return 0;
}

/**
 * Compile the bench of an emitted folder with Verilator (in a temporary folder) and run it.
 *
 * @throws ToolError if Verilator refuses the sources, fails or runs out of time; FileError if the folder is none of ours
 */
export async function runVerilator(directory: string, options: RunOptions = {}): Promise<OptionalRun<BenchRun>> {
  const tools = await present(['verilator']);
  if (typeof tools === 'string') return { result: null, reason: tools };
  const [verilator] = tools as [Tool];
  const folder = await openEmittedFolder(directory);
  return withTemporaryFolder(async (temporary) => {
    const speed = (await benchCycles(folder)) > cyclesWorthOptimizing ? '-O1' : '-O0';
    const makeFlags = `OPT_FAST=${speed} OPT_SLOW=-O0 OPT_GLOBAL=${speed}`;
    const fast = '--binary --timing -O3 --x-assign fast --x-initial fast -j 2'.split(' ');
    const target = ['-MAKEFLAGS', makeFlags, '--Mdir', temporary, '--top-module', folder.bench];
    const compile = [...fast, ...target, folder.benchPath, ...folder.sources];
    const build = await runToolOrThrow(verilator, compile, folder.directory, options);
    const outputs = join(temporary, 'outputs.txt');
    const binary: Tool = { name: 'verilator', command: join(temporary, `V${folder.bench}`), prefix: [] };
    const run = await runTool(binary, [`+out=${outputs}`], folder.directory, options);
    return { result: await readRun(verilator, build.seconds, run, outputs), reason: null };
  });
}

async function readRun(
  tool: Tool,
  buildSeconds: number,
  run: { readonly stdout: string; readonly stderr: string; readonly seconds: number },
  outputsPath: string,
): Promise<BenchRun> {
  const passed = /^PASS (\d+) vectors$/m.exec(run.stdout);
  const failed = /^FAIL (\d+) of (\d+)$/m.exec(run.stdout);
  if (!passed && !failed)
    throw new ToolError(
      `${tool.name}: the test bench ended without PASS or FAIL: ${(run.stdout + run.stderr).slice(-500)}`,
    );
  return {
    tool: tool.name,
    version: await toolVersion(tool),
    passed: passed !== null && failed === null,
    vectors: Number(passed?.[1] ?? failed![2]),
    mismatches: Number(failed?.[1] ?? 0),
    outputs: readBenchOutputs(await readFile(outputsPath, 'utf8')),
    text: run.stdout,
    buildSeconds,
    runSeconds: run.seconds,
  };
}

/**
 * Run an emitted folder in a simulator and compare what it wrote with `expected`, words and cycles.
 *
 * `mismatches` counts differing, missing and surplus outputs, or what the bench itself counted if that is more.
 */
export async function coSimulate(
  simulator: 'icarus' | 'verilator',
  directory: string,
  expected: readonly BenchOutput[],
  options: CoSimulationOptions = {},
): Promise<OptionalRun<CoSimulation>> {
  const run = await (simulator === 'icarus' ? runIcarus : runVerilator)(directory, options);
  if (run.result === null) return run;
  const { tool, version, outputs, buildSeconds, runSeconds } = run.result;
  let mismatches = 0;
  let firstMismatch: string | undefined;
  for (let k = 0; k < Math.max(outputs.length, expected.length); k++) {
    const [got, want] = [outputs[k], expected[k]];
    if (got && want && got.cycle === want.cycle && got.word === want.word) continue;
    mismatches += 1;
    firstMismatch ??= `Output ${k} is ${describe(got)}, must be ${describe(want)}.`;
  }
  if (run.result.mismatches > mismatches) {
    mismatches = run.result.mismatches;
    const said = /^MISMATCH:? ?(.*)$/m.exec(run.result.text)?.[1];
    const first = said === undefined ? '' : `; first: ${said}`;
    firstMismatch ??= `The test bench itself found ${mismatches} differences from its golden files${first}.`;
  }
  const { results = expected.length } = options;
  const result = { tool, version, vectors: results, mismatches, buildSeconds, runSeconds };
  return { result: firstMismatch === undefined ? result : { ...result, firstMismatch }, reason: null };
}

function describe(output: BenchOutput | undefined): string {
  if (!output) return 'absent';
  return `${output.word < 0n ? 'undefined (X)' : `0x${output.word.toString(16)}`} in cycle ${output.cycle}`;
}
