/** Finds the programs that read and run Verilog, and runs them with errors that name tool and reason. */
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ToolError } from '../errors.ts';
import { runProcess } from './process.ts';
import type { ProcessResult } from './process.ts';

export type ToolName = 'verilator' | 'iverilog' | 'vvp' | 'yosys' | 'yowasp-yosys' | 'nextpnr-ice40';

/** The Yosys on the PATH, or that of the npm package `@yowasp/yosys`. */
export type YosysChoice = 'system' | 'npm';

export interface Tool {
  readonly name: ToolName;
  readonly command: string;
  /** Arguments that stand before all others. */
  readonly prefix: readonly string[];
}

export interface RunOptions {
  /**
   * Wall-clock limit of the whole job in seconds.
   * @defaultValue 300
   */
  readonly timeoutSeconds?: number;
  /** Ends the job early; the tool and all that it started are killed. */
  readonly signal?: AbortSignal;
}

export const defaultTimeoutSeconds = 300;

/**
 * Runs the npm build of Yosys as a program, so that it can be stopped like any other: argument 1 is the package's URL,
 * the rest are Yosys' own. It sees the current folder's files, and writes new ones there.
 */
const yowaspProgram = `
import { readdirSync, readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const [url, ...args] = process.argv.slice(1);
const { runYosys, Exit } = await import(url);
const read = (dir) => Object.fromEntries(readdirSync(dir, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() || entry.isFile())
  .map((entry) => [entry.name, entry.isDirectory() ? read(join(dir, entry.name)) : new Uint8Array(readFileSync(join(dir, entry.name)))]));
const write = (dir, tree, before) => { for (const [name, item] of Object.entries(tree)) {
  const path = join(dir, name);
  if (typeof item === 'string' || item instanceof Uint8Array) { if (before?.[name] === undefined) writeFileSync(path, item); }
  else { mkdirSync(path, { recursive: true }); write(path, item, before?.[name]); } } };
const print = (stream) => (bytes) => { if (bytes) stream.write(bytes); };
const files = read('.');
try {
  const out = await runYosys(args, files, { stdout: print(process.stdout), stderr: print(process.stderr) });
  if (out) write('.', out, files);
} catch (error) {
  if (!(error instanceof Exit)) throw error;
  process.exitCode = error.code;
}
`;

/** Look for a tool: a program on the PATH; for `yowasp-yosys` the installed npm package. Undefined where absent. */
export async function findTool(name: ToolName): Promise<Tool | undefined> {
  if (name === 'yowasp-yosys') {
    try {
      const url = import.meta.resolve('@yowasp/yosys');
      await access(new URL(url));
      const prefix = ['--input-type=module', '-e', yowaspProgram, url];
      return { name, command: process.execPath, prefix };
    } catch {
      return undefined;
    }
  }
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const command = join(folder, name);
    try {
      await access(command, constants.X_OK);
      return { name, command, prefix: [] };
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** Find Yosys: the one asked for, else the system's, else the npm package `@yowasp/yosys`. */
export async function findYosys(choice?: YosysChoice): Promise<Tool | undefined> {
  if (choice === 'npm') return findTool('yowasp-yosys');
  return (await findTool('yosys')) ?? (choice === undefined ? findTool('yowasp-yosys') : undefined);
}

const installation: Readonly<Record<ToolName, string>> = {
  verilator: 'apt-get install verilator',
  iverilog: 'apt-get install iverilog',
  vvp: 'apt-get install iverilog',
  yosys: 'apt-get install yosys',
  'yowasp-yosys': 'npm install @yowasp/yosys',
  'nextpnr-ice40': 'apt-get install nextpnr-ice40',
};

/** Say in one sentence that a tool is absent and how to install it. */
export function absentReason(name: ToolName): string {
  return `${name} is not installed; install it with "${installation[name]}".`;
}

/** Say in one sentence that Yosys is absent and how to install it. */
export function absentYosys(choice?: YosysChoice): string {
  if (choice === 'npm') return absentReason('yowasp-yosys');
  if (choice === 'system') return absentReason('yosys');
  return `yosys is not installed; install it with "${installation['yowasp-yosys']}" or "${installation.yosys}".`;
}

/** Run a tool; whatever it prints and exits with is the caller's to judge, but running out of time is an error. */
export async function runTool(
  tool: Tool,
  args: readonly string[],
  cwd: string,
  options: RunOptions,
): Promise<ProcessResult> {
  const timeoutSeconds = options.timeoutSeconds ?? defaultTimeoutSeconds;
  const result = await runProcess(tool.command, [...tool.prefix, ...args], {
    cwd,
    timeoutSeconds,
    signal: options.signal,
  });
  if (result.killed === 'time-out')
    throw new ToolError(`${tool.name} ran past its limit of ${timeoutSeconds} seconds.`);
  if (result.killed === 'abort') throw new ToolError(`${tool.name} was stopped on request.`);
  return result;
}

/** Run a tool that must succeed; a failure carries the tool's own last words. */
export async function runToolOrThrow(
  tool: Tool,
  args: readonly string[],
  cwd: string,
  options: RunOptions,
): Promise<ProcessResult> {
  const result = await runTool(tool, args, cwd, options);
  if (result.code !== 0) throw toolFailure(tool, result);
  return result;
}

/** Lines of a tool's text that an error message keeps. */
const keptLines = 5;

/** Say that a tool failed, in its own words: the lines that speak of errors, else the first. */
export function toolFailure(tool: Tool, { code, stdout, stderr }: ProcessResult): ToolError {
  const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /\berror\b/i.test(line));
  const words = (errors.length > 0 ? errors : lines).slice(0, keptLines).join(' | ');
  return new ToolError(`${tool.name} failed with exit code ${code}: ${words}`);
}

/** First line of a tool's version text. */
export async function toolVersion(tool: Tool): Promise<string> {
  const flag = tool.name.endsWith('yosys') || tool.name === 'iverilog' || tool.name === 'vvp' ? '-V' : '--version';
  const { stdout, stderr } = await runTool(tool, [flag], tmpdir(), { timeoutSeconds: 60 });
  return (stdout || stderr).split('\n')[0]!.trim();
}

/** Do a job in a temporary folder that is removed however the job ends. */
export async function withTemporaryFolder<T>(job: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'distill-rtl-'));
  try {
    return await job(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
