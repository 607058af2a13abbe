/**
 * The option `--workers`: threads that share a training step where wasm computes. Results do not depend on it, so it is
 * no part of a configuration; the record of the run names it beside the backend.
 */
import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { wholeNumber } from './options.ts';

/** More threads than this are seldom of use to steps of a few hundred samples. */
const mostByDefault = 4;

/** Make the option. */
export function workersOption(): Option {
  return new Option('--workers <n>', 'threads that share a training step where wasm trains; the results are the same')
    .argParser(wholeNumber(1))
    .default(Math.min(mostByDefault, availableParallelism()), `one per processor, at most ${mostByDefault}`);
}
