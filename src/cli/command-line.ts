/**
 * The command line as a function: arguments in, one of the verbs run, results on stdout, everything else on stderr.
 *
 * Exit codes: 0 ok, 1 failure, 2 usage or bad input, 3 verification mismatch or no proof, 130 interrupted.
 */
import { Command, CommanderError } from 'commander';
import { DistillError } from '../errors.ts';
import { auditCommand } from './commands/audit.ts';
import { compileCommand } from './commands/compile.ts';
import { emulateCommand } from './commands/emulate.ts';
import { exportCommand } from './commands/export.ts';
import { generateCommand } from './commands/generate.ts';
import { runCommand } from './commands/run.ts';
import { simulateCommand } from './commands/simulate.ts';
import { synthCommand } from './commands/synth.ts';
import { traceCommand } from './commands/trace.ts';
import { packageVersion } from './package-version.ts';
import { styleCommand, UsageError, usageText } from './usage.ts';

const description = 'From a teacher network to proven gates: trigger networks as bit-exact, verified Verilog.';

const epilogue = `
Examples:
  distill-rtl run distillnet --quick
  distill-rtl compile model.json --precision "ap_fixed<16,6>" --out out/jet
  distill-rtl emulate model.onnx --inputs x.npy --out y.npy
  distill-rtl simulate out/jet --vcd jet.vcd
  distill-rtl synth out/jet
  distill-rtl audit out/jet
  distill-rtl export out/jet --target c99 --out out/jet-c
  distill-rtl generate events.npz --process ttbar --events 100

"distill-rtl <verb> --help" shows a verb's options and an example.
Results go to stdout (with --json as one JSON document), everything else to stderr.
Exit codes: 0 ok, 1 failure, 2 usage or bad input, 3 verification mismatch or no proof, 130 interrupted.`;

/** The verbs, made anew for every command line, since a parsed command keeps its options. */
const makeVerbs = (): Command[] => [
  runCommand(),
  compileCommand(),
  emulateCommand(),
  simulateCommand(),
  traceCommand(),
  synthCommand(),
  auditCommand(),
  exportCommand(),
  generateCommand(),
];

function program(verbs: readonly Command[]): Command {
  const root = new Command('distill-rtl')
    .description(description)
    .usage('<verb> [options]')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpCommand(false)
    .addHelpText('after', epilogue);
  for (const verb of verbs) root.addCommand(verb);
  root.addCommand(helpCommand(root, verbs), { hidden: true });
  for (const command of [root, ...root.commands]) styleCommand(command);
  return root;
}

/** `help [verb]` as other tools have it. */
function helpCommand(root: Command, verbs: readonly Command[]): Command {
  return new Command('help').argument('[verb]').action((name?: string) => {
    const verb = name === undefined ? root : verbs.find((command) => command.name() === name);
    if (verb === undefined) {
      throw new UsageError(
        `there is no verb "${name}"; there are ${verbs.map((command) => command.name()).join(', ')}.`,
      );
    }
    verb.outputHelp();
  });
}

function exitCodeOf(error: unknown, verb: string | undefined): number {
  if (error instanceof CommanderError) {
    // Help and version were asked for, or no verb was given and help is the answer.
    if (error.exitCode === 0) return 0;
    if (error.code !== 'commander.help') process.stderr.write(usageText(error, verb));
    return 2;
  }
  if (error instanceof UsageError) {
    process.stderr.write(usageText(error, verb));
    return error.exitCode;
  }
  if (error instanceof DistillError) {
    process.stderr.write(`distill-rtl: ${error.message}${error.message.endsWith('.') ? '' : '.'}\n`);
    return error.exitCode;
  }
  if (error instanceof DOMException && error.name === 'AbortError') {
    process.stderr.write(`distill-rtl: interrupted${error.message === '' ? '' : `; ${error.message}`}\n`);
    return 130;
  }
  // What is left is a defect of ours, and its stack is what a report of it needs.
  process.stderr.write(`distill-rtl: internal error\n${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

/**
 * Run a command line to its end.
 *
 * @param words - what stands behind the program's name
 * @returns the exit code; never throws
 */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  const verbs = makeVerbs();
  try {
    await program(verbs).parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    return exitCodeOf(
      error,
      verbs.map((command) => command.name()).find((name) => name === words[0]),
    );
  }
}
