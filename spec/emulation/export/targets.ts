/** Runs exported networks: ES modules in this process, C through gcc. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Circuit, circuitBuilder, type LayerGraph } from '../../../src/circuit/index.ts';
import { type ExportedFile, exportNetwork, type ExportTarget, interpretGraph } from '../../../src/emulation/index.ts';
import { fixed, type FixedFormat, ufixed } from '../../../src/fixed/index.ts';

const runFile = promisify(execFile);

export const options = { hash: 'h', generator: 'a test' };

export interface ExportedModule {
  readonly run: (input: Int32Array, output: Int32Array) => void;
  readonly runBatch?: (count: number, input: Int32Array, output: Int32Array) => void;
  readonly quantize: (values: readonly number[], codes?: Int32Array) => Int32Array;
  readonly dequantize: (codes: Int32Array, values?: Float64Array) => Float64Array;
  readonly hash: string;
  readonly inputs: readonly { name: string; offset: number; length: number; formats: string[] }[];
}

/** Evaluate the text of an exported module, whose only module syntax is `export` before declarations. */
export function evaluateModule(files: readonly ExportedFile[]): ExportedModule {
  const text = files.find(({ path }) => path.endsWith('.mjs') && path !== 'self-test.mjs')!.content;
  const names = [...text.matchAll(/^export (?:function|const) (\w+)/gm)].map((match) => match[1]);
  const body = `'use strict';\n${text.replaceAll(/^export /gm, '')}\nreturn { ${names.join(', ')} };`;
  return new Function(body)() as ExportedModule;
}

/** Raw codes of one event, port after port. */
export type Event = readonly (readonly bigint[])[];

/** Run events through an export to a module and return the outputs, port after port. */
export function runExported(graph: LayerGraph, target: 'js' | 'wasm', events: readonly Event[]): number[][] {
  const { run } = evaluateModule(exportNetwork(graph, target, { ...options, vectors: 1 }).files);
  const outputs = graph.outputs.reduce((n, name) => n + outputFormats(graph, name).length, 0);
  return events.map((event) => {
    const output = new Int32Array(outputs);
    run(Int32Array.from(event.flat(), Number), output);
    return [...output];
  });
}

/** What the exact interpreter answers. */
export function expected(graph: LayerGraph, events: readonly Event[]): number[][] {
  return events.map((event) => {
    const results = interpretGraph(graph, event);
    return graph.outputs.flatMap((name) => results.get(name)!.map(Number));
  });
}

export function outputFormats(graph: LayerGraph, name: string): readonly FixedFormat[] {
  return graph.layers.find((layer) => layer.name === name)!.circuit.outputs[0]!.formats;
}

/** A circuit as a layer, and a second one that takes its outputs apart into parts of 30 bits. */
export function graphOf(circuit: Circuit): LayerGraph {
  const { formats } = circuit.outputs[0]!;
  const builder = circuitBuilder('parts');
  const parts = builder.input('x', formats).flatMap((wire, k) => {
    const { width, integer } = formats[k]!;
    const fraction = width - integer;
    return [0, 30, 60].map((low) => {
      const format = low === 60 ? fixed(4, 4 - fraction + low) : ufixed(30, 30 - fraction + low);
      return { wire: builder.cast(wire, format), format };
    });
  });
  builder.output(
    'y',
    parts.map(({ wire }) => wire),
    parts.map(({ format }) => format),
  );
  const inputs = circuit.inputs.map((port) => ({ name: port.name, formats: port.formats }));
  return {
    name: 'random',
    inputs,
    layers: [
      { name: 'whole', kind: 'random', circuit, inputs: inputs.map(({ name }) => name) },
      { name: 'parts', kind: 'random', circuit: builder.build(), inputs: ['whole'] },
    ],
    outputs: ['parts'],
  };
}

/** Write an export into a new folder, do something there, and remove it. */
export async function inFolder<T>(files: readonly ExportedFile[], action: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'distill-rtl-export-'));
  try {
    for (const { path, content } of files) await writeFile(join(folder, path), content);
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Run a program and return its output; a failure throws with what it printed. */
export async function runTool(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await runFile(command, [...args], { cwd, timeout: 60_000 });
  return stdout;
}

/** Tell whether a tool can be started. */
export function hasTool(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

export const STRICT = ['-std=c99', '-Wall', '-Wextra', '-Werror', '-pedantic'];

/** Compile an export to C strictly with the undefined-behaviour sanitizer, and run its self-test. */
export async function testC(graph: LayerGraph, vectors: number, target: ExportTarget = 'c99'): Promise<void> {
  const { files } = exportNetwork(graph, target, { ...options, vectors });
  await inFolder(files, async (folder) => {
    const sources = files.map(({ path }) => path).filter((path) => path.endsWith('.c'));
    const sanitizer = ['-O1', '-fsanitize=undefined', '-fno-sanitize-recover=all'];
    await runTool('gcc', [...STRICT, ...sanitizer, '-o', 'self_test', ...sources], folder);
    await runTool('./self_test', [], folder);
  });
}
