#!/usr/bin/env node
/**
 * The command line: arguments in, one of the verbs run, results on stdout, everything else on stderr.
 *
 * Exit codes: 0 ok, 1 failure, 2 usage or bad input, 3 verification mismatch, 130 interrupted.
 */
import { Command, CommanderError } from 'commander';
import { DistillError } from '../errors.ts';
import { compileCommand } from './commands/compile.ts';
import { emulateCommand } from './commands/emulate.ts';
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

"distill-rtl <verb> --help" shows a verb's options and an example.
Results go to stdout (with --json as one JSON document), everything else to stderr.
Exit codes: 0 ok, 1 failure, 2 usage or bad input, 3 verification mismatch, 130 interrupted.`;

const verbs = [runCommand(), compileCommand(), emulateCommand(), simulateCommand(), traceCommand(), synthCommand()];

function program(): Command {
  const root = new Command('distill-rtl')
    .description(description)
    .usage('<verb> [options]')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpCommand(false)
    .addHelpText('after', epilogue);
  for (const verb of verbs) root.addCommand(verb);
  root.addCommand(helpCommand(root), { hidden: true });
  for (const command of [root, ...root.commands]) styleCommand(command);
  return root;
}

/** `help [verb]` as other tools have it. */
function helpCommand(root: Command): Command {
  return new Command('help').argument('[verb]').action((name?: string) => {
    const verb = name === undefined ? root : verbs.find((command) => command.name() === name);
    if (verb === undefined) {
      throw new UsageError(
        `There is no verb "${name}"; there are ${verbs.map((command) => command.name()).join(', ')}.`,
      );
    }
    verb.outputHelp();
  });
}

function exitCodeOf(error: unknown): number {
  const verb = verbs.map((command) => command.name()).find((name) => name === process.argv[2]);
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

// A reader such as `head` may leave early; what it did not read is nobody's loss.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await program().parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
