/** `distill-rtl audit DIR`: a proof, for all inputs, that the Verilog of a folder computes its model. */
import { access, constants, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { type DistillError, FileError, MismatchError, UnprovedError } from '../../errors.ts';
import { loadModel } from '../../formats/index.ts';
import { textTable } from '../../report/index.ts';
import {
  type AuditOptions,
  auditProject,
  auditRecord,
  auditReport,
  type AuditResult,
  auditVerilog,
  claimTable,
  DEFAULT_CONFLICTS,
  DEFAULT_TIMEOUT_SECONDS,
  DEFAULT_VECTORS,
  readManifest,
  testTable,
  unprovedText,
  verdictText,
} from '../../systems/index.ts';
import type { YosysChoice } from '../../verification/index.ts';
import { withOutputFolder } from '../../verilog/index.ts';
import { repeatingCommand } from '../command-text.ts';
import { interruptSignal } from '../interrupt.ts';
import {
  type CompilerArguments,
  compilerOptions,
  compilerSetup,
  givenOptions,
  readReason,
  wholeNumber,
} from '../options.ts';
import { checkApart } from '../output-place.ts';
import { makeProgress } from '../progress.ts';
import { writeRunRecord } from '../run-record.ts';
import { UsageError } from '../usage.ts';

interface AuditArguments extends CompilerArguments {
  readonly model?: string;
  readonly verilog?: readonly string[];
  readonly top?: string;
  readonly out?: string;
  readonly yosys?: YosysChoice;
  readonly conflicts: number;
  readonly vectors: number;
  readonly timeout: number;
  readonly json?: true;
}

/** What is audited, and what the audit's own record says of it. */
interface Subject {
  /** Files and folders that are read, and that no output may replace or stand in. */
  readonly read: readonly string[];
  /** Files whose hashes stand in `run.json`. */
  readonly inputs: readonly string[];
  /** Where the report goes without --out; a design of others has no such place. */
  readonly place?: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly audit: (options: AuditOptions) => Promise<AuditResult>;
}

const example = `
Examples:
  distill-rtl audit out/jet
  distill-rtl audit out/distillnet/rtl --out out/distillnet-audit --json
  distill-rtl audit --model model.onnx --precision "ap_fixed<16,6>" --top neuron --verilog neuron.v sum.v

Exit code 3 says that a difference was found or that an equality is open; the report is written all the same.
Of a stream design the arithmetic of every stage is proved and control is simulated, so that the whole stays open.`;

/** Columns of the longest step, "Verilog = netlist". */
const stepColumns = 17;

/** Make the verb. */
export function auditCommand(): Command {
  const command = new Command('audit')
    .summary('a proof for all inputs that the Verilog computes the model')
    .description(
      'Prove for all inputs that the Verilog of an emitted folder computes its model, to the bit and to the cycle, and write a report that another person can repeat. Verilog that was not emitted here is audited beside a model file.',
    )
    .argument('[folder]', 'a folder that "compile" made, or the "rtl" folder of a run; nothing in it is changed')
    .option('--out <folder>', 'folder of the report (default: <folder>-audit; none for a design of others)')
    .option('--model <file>', 'audit a design of others: model file, .json with HDF5 weights, .h5, .keras or .onnx')
    .option('--verilog <files...>', 'Verilog files of a design of others')
    .option('--top <name>', 'top module of a design of others');
  for (const option of compilerOptions()) command.addOption(option);
  return command
    .addOption(
      new Option(
        '--yosys <which>',
        'the Yosys on the PATH or that of npm, else whichever is found in this order',
      ).choices(['system', 'npm']),
    )
    .option(
      '--conflicts <n>',
      'bound of the search for a difference, per equality, before it counts as open',
      wholeNumber(1),
      DEFAULT_CONFLICTS,
    )
    .option('--vectors <n>', 'vectors that are simulated beside the proof; 0 for none', wholeNumber(0), DEFAULT_VECTORS)
    .option('--timeout <seconds>', 'give up when a run of a tool takes longer', wholeNumber(1), DEFAULT_TIMEOUT_SECONDS)
    .option('--json', 'print the record as JSON')
    .addHelpText('after', example)
    .action((folder: string | undefined, options: AuditArguments) => run(folder, options, command));
}

async function run(folder: string | undefined, options: AuditArguments, command: Command): Promise<void> {
  const subject =
    folder === undefined ? await foreignSubject(options, command) : await folderSubject(folder, options, command);
  const out = options.out ?? subject.place;
  if (out !== undefined) await checkApart(out, subject.read);
  const { yosys, conflicts, vectors, timeout } = options;
  const interrupt = interruptSignal();
  const progress = makeProgress(process.stderr, stepColumns);
  const audit = async (counterexample?: string): Promise<AuditResult> => {
    const result = await subject.audit({
      ...(yosys !== undefined && { yosys }),
      conflicts,
      vectors,
      timeoutSeconds: timeout,
      signal: interrupt.signal,
      ...(counterexample !== undefined && { counterexample }),
      command: repeatingCommand(command, ['out', 'json']),
      onStart: (step) => progress.start(step),
      onStep: (_step, message) => progress.finish(message),
    });
    interrupt.signal.throwIfAborted();
    return result;
  };
  try {
    const result =
      out === undefined
        ? await audit()
        : await withOutputFolder(out, async (staging) => {
            const made = await audit(join(staging, 'counterexample'));
            await writeAudit(staging, made, subject, options);
            return made;
          });
    process.stdout.write(options.json ? `${JSON.stringify(auditRecord(result), null, 2)}\n` : resultText(result, out));
    const failure = failureOf(result);
    if (failure !== undefined) throw failure;
  } catch (error) {
    // A tool that was killed complains; that somebody asked for it is the reason.
    interrupt.signal.throwIfAborted();
    throw error;
  } finally {
    progress.clear();
    interrupt.release();
  }
}

/** An emitted folder: it names its model, its options and its files itself. */
async function folderSubject(
  folder: string,
  { conflicts, vectors }: AuditArguments,
  command: Command,
): Promise<Subject> {
  const given = givenOptions(command);
  const foreign = ['model', 'verilog', 'top', ...compilerOptions().map((option) => option.attributeName())];
  const wrong = command.options.find(
    (option) => foreign.includes(option.attributeName()) && given(option.attributeName()),
  );
  if (wrong !== undefined) {
    throw new UsageError(
      `${wrong.long ?? wrong.flags} is for Verilog that was not emitted here, and <folder> is given; an emitted folder holds its own model.`,
    );
  }
  await readManifest(folder);
  return {
    read: [folder],
    inputs: [join(folder, 'manifest.json')],
    place: placeBeside(folder),
    options: { folder, conflicts, vectors },
    audit: (options) => auditProject(folder, options),
  };
}

/** `out/jet` → `out/jet-audit`, absolute where the folder is. */
function placeBeside(folder: string): string {
  const place = `${resolve(folder)}-audit`;
  return isAbsolute(folder) ? place : relative('', place);
}

/** Verilog of others, beside a model file that is read as `compile` reads it. */
async function foreignSubject(options: AuditArguments, command: Command): Promise<Subject> {
  const { model, verilog, top, conflicts, vectors } = options;
  if (model === undefined && verilog === undefined && top === undefined && options.config === undefined) {
    throw new UsageError('<folder> is missing; Verilog that was not emitted here needs --model, --verilog and --top.');
  }
  if (model === undefined && options.config === undefined) throw new UsageError('--model <file> is missing.');
  if (verilog === undefined) throw new UsageError('--verilog <files...> is missing.');
  if (top === undefined) throw new UsageError('--top <name> is missing.');
  const setup = compilerSetup(model, options, command);
  for (const file of verilog) {
    await access(file, constants.R_OK).catch((error: unknown) => {
      throw new FileError(`Verilog file "${file}" cannot be read: ${readReason(error)}.`);
    });
  }
  const files = [...setup.files, ...verilog];
  return {
    read: files,
    inputs: files,
    options: { model: setup.model, verilog, top, ...setup.compile, conflicts, vectors },
    audit: async (auditOptions) => {
      const network = await loadModel(setup.model, setup.weights === undefined ? {} : { weights: setup.weights });
      return auditVerilog({ network, compile: setup.compile, modelFile: setup.model, verilog, top }, auditOptions);
    },
  };
}

async function writeAudit(
  staging: string,
  result: AuditResult,
  { options, inputs }: Subject,
  { timeout }: AuditArguments,
): Promise<void> {
  await writeFile(join(staging, 'audit.html'), auditReport(result));
  await writeFile(join(staging, 'audit.json'), `${JSON.stringify(auditRecord(result), null, 2)}\n`);
  await writeRunRecord(staging, {
    verb: 'audit',
    options: { ...options, timeoutSeconds: timeout },
    seed: null,
    inputs,
    tools: result.tools,
  });
}

/** What ends the verb with exit code 3; undefined where everything is proved. */
function failureOf(result: AuditResult): DistillError | undefined {
  if (result.difference !== null) return new MismatchError(result.difference.sentence);
  const unproved = unprovedText(result);
  return unproved === undefined ? undefined : new UnprovedError(unproved);
}

function resultText(result: AuditResult, out: string | undefined): string {
  const { tested, seconds } = result;
  return [
    textTable(claimTable(result)),
    ...(tested.length === 0 ? [] : [textTable(testTable(result))]),
    [
      verdictText(result),
      `Proof ${seconds.proof.toFixed(1)} s, Yosys ${seconds.yosys.toFixed(1)} s, ${seconds.total.toFixed(1)} s in all.`,
      ...(out === undefined ? [] : [`Report: ${join(out, 'audit.html')}`]),
      ...(out === undefined || (result.difference?.files.length ?? 0) === 0
        ? []
        : [`Counterexample: ${join(out, 'counterexample')}`]),
      '',
    ].join('\n'),
  ].join('\n');
}
