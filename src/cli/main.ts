#!/usr/bin/env node
/** The program `distill-rtl`. */
import { runCommandLine } from './command-line.ts';

// A reader such as `head` may leave early; what it did not read is nobody's loss.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await runCommandLine(process.argv.slice(2));
