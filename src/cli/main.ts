#!/usr/bin/env node
/** The program `distill-rtl`. */
import { fileReason } from '../verilog/index.ts';
import { runCommandLine } from './command-line.ts';

// A reader such as `head` may leave early; what it did not read is nobody's loss. A full disk is somebody's.
for (const name of ['stdout', 'stderr'] as const) {
  process[name].on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    if (name === 'stdout') process.stderr.write(`distill-rtl: stdout cannot be written: ${fileReason(error)}.\n`);
    process.exit(2);
  });
}

process.exitCode = await runCommandLine(process.argv.slice(2));
