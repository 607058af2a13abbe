/** `distill-rtl export <model|folder>`: one network as a zero-dependency program. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { type LayerGraph, parseGraph, serializeGraph } from '../../circuit/index.ts';
import { compileNetwork } from '../../compile/index.ts';
import { EXPORT_TARGETS, exportNetwork, type ExportTarget } from '../../emulation/index.ts';
import { FileError } from '../../errors.ts';
import { loadModel } from '../../formats/index.ts';
import { isStreamFolder, readEmittedNetwork } from '../../systems/index.ts';
import { withOutputFolder } from '../../verilog/index.ts';
import { type CompilerArguments, compilerOptions, compilerSetup, readReason, wholeNumber } from '../options.ts';
import { packageVersion } from '../package-version.ts';
import { writeRunRecord } from '../run-record.ts';

interface ExportArguments extends CompilerArguments {
  readonly target: ExportTarget;
  readonly out: string;
  readonly vectors: number;
  readonly json?: true;
}

/** Make the verb. */
export function exportCommand(): Command {
  const command = new Command('export')
    .summary('one network as a zero-dependency program: WebAssembly, plain JavaScript, C99')
    .description('Write a bit-exact emulator of one network that needs nothing else to run.')
    .argument('[model]', 'model file, or a folder that "compile" wrote; may stand in --config');
  for (const option of compilerOptions()) command.addOption(option);
  return command
    .addOption(new Option('--target <name>', 'what to write').choices([...EXPORT_TARGETS]).makeOptionMandatory())
    .requiredOption('--out <folder>', 'folder of the export')
    .option('--vectors <n>', 'vectors of its self-test', wholeNumber(1), 8)
    .option('--json', 'print sizes as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  distill-rtl export model.json --profile hls4ml --target c99 --out out/jet-c && make -C out/jet-c test',
    )
    .action((model: string | undefined, options: ExportArguments) => run(model, options, command));
}

async function run(model: string | undefined, options: ExportArguments, command: Command): Promise<void> {
  const { graph, text, files } = await openGraph(model, options, command);
  const exported = exportNetwork(graph, options.target, {
    hash: createHash('sha256').update(text).digest('hex'),
    generator: `distill-rtl ${packageVersion()}`,
    vectors: options.vectors,
  });
  await withOutputFolder(options.out, async (staging) => {
    for (const { path, content } of exported.files) await writeFile(join(staging, path), content);
    await writeRunRecord(staging, {
      verb: 'export',
      options: { ...options, model: graph.name },
      seed: null,
      inputs: files,
    });
  });
  const { codeBytes, dataBytes } = exported;
  const summary = {
    model: graph.name,
    target: options.target,
    files: exported.files.map(({ path }) => path),
    codeBytes,
    dataBytes,
  };
  if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else {
    process.stdout.write(
      `${summary.files.join(', ')} in ${options.out}: ${codeBytes} bytes of ${options.target === 'c99' ? 'source' : 'code'} without weights and tables, which hold ${dataBytes} bytes\n`,
    );
  }
}

interface OpenedGraph {
  readonly graph: LayerGraph;
  /** The circuits as `compile` writes them to model/circuit.json, for pipelines. */
  readonly text: string;
  readonly files: readonly string[];
}

/** A folder's circuits as they stand there, or a model's by the compiler's options. */
async function openGraph(model: string | undefined, options: ExportArguments, command: Command): Promise<OpenedGraph> {
  if (model !== undefined && statSync(model, { throwIfNoEntry: false })?.isDirectory() === true) {
    if (await isStreamFolder(model)) return openStreamFolder(model);
    const path = join(model, 'model', 'circuit.json');
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      throw new FileError(`Folder "${model}" is no emitted project, model/circuit.json: ${readReason(error)}.`);
    }
    return { graph: parseGraph(text), text, files: [path] };
  }
  const setup = compilerSetup(model, options, command);
  const network = await loadModel(setup.model, setup.weights === undefined ? {} : { weights: setup.weights });
  const graph = compileNetwork(network, setup.compile);
  return { graph, text: serializeGraph(graph), files: setup.files };
}

/** The network of a stream design, whose program does not depend on schedules. */
async function openStreamFolder(folder: string): Promise<OpenedGraph> {
  const { network, compile } = await readEmittedNetwork(folder);
  const graph = compileNetwork(network, compile);
  const files = ['network.json', 'compile.json'].map((name) => join(folder, 'model', name));
  return { graph, text: serializeGraph(graph), files };
}
