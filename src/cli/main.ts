#!/usr/bin/env node
/**
 * The command line: arguments in, one of the verbs run, results on stdout, everything else on stderr.
 *
 * Exit codes: 0 ok, 1 failure, 2 usage or bad input, 3 verification mismatch, 130 interrupted.
 */
import { Command, CommanderError } from 'commander';
import { DistillError } from '../errors.ts';
import { packageVersion } from './package-version.ts';
import { compileCommand } from './commands/compile.ts';
import { emulateCommand } from './commands/emulate.ts';
import { runCommand } from './commands/run.ts';
import { simulateCommand } from './commands/simulate.ts';
import { synthCommand } from './commands/synth.ts';

const description = `From a teacher network to proven gates: distil, prune and quantize a trigger network, emulate it bit for bit,
emit Verilog, and simulate it clock by clock.`;

const epilogue = `
Examples:
  distill-rtl run distillnet --quick                     the whole path on generated pileup events, in minutes
  distill-rtl compile model.json --precision "ap_fixed<16,6>" --out out/jet
                                                         a trained Keras or ONNX network to a Verilog project
  distill-rtl emulate model.onnx --inputs x.npy --out y.npy
                                                         its exact fixed-point outputs
  distill-rtl simulate out/jet --vcd jet.vcd             an emitted project, clock by clock
  distill-rtl synth out/jet                              resources as Yosys counts them

Results go to stdout (with --json as one JSON document), progress to stderr.
Exit codes: 0 ok, 1 failure, 2 usage or bad input, 3 verification mismatch, 130 interrupted.`;

function program(): Command {
  const root = new Command('distill-rtl')
    .description(description)
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help; "distill-rtl <verb> --help" shows a verb with an example')
    .addHelpText('after', epilogue)
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false });
  for (const command of [runCommand(), compileCommand(), emulateCommand(), simulateCommand(), synthCommand()]) {
    root.addCommand(command);
  }
  // Commander would exit by itself with code 1; a wrong argument is bad input.
  for (const command of [root, ...root.commands]) command.exitOverride().showSuggestionAfterError();
  return root;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof DistillError) {
    process.stderr.write(`distill-rtl: ${error.message}\n`);
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

try {
  await program().parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
