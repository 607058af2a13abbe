/** `distill-rtl generate <out.npz>`: events with pileup and their PUPPI weights as event files. */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { FileError, UnsupportedError } from '../../errors.ts';
import { generatorConfiguration, type HardProcess, hardProcesses } from '../../physics/index.ts';
import {
  type EventSource,
  generatedSource,
  recordedSource,
  shardPaths,
  writeEventShards,
} from '../../systems/distillnet/index.ts';
import { interruptSignal } from '../interrupt.ts';
import { givenOptions, positiveNumber, readReason, wholeNumber } from '../options.ts';
import { makeProgress } from '../progress.ts';
import { UsageError } from '../usage.ts';
import { checkWritable } from '../write-file.ts';

interface GenerateArguments {
  readonly process: HardProcess;
  readonly events: number;
  readonly pileup: number;
  readonly seed: string;
  readonly from?: string;
  readonly shard?: number;
  readonly puppiRadius: number;
  readonly json?: true;
}

const examples = `
Examples:
  distill-rtl generate wjets.npz --events 100 --seed training
  distill-rtl generate set/ttbar.npz --process ttbar --events 10000 --shard 500
  distill-rtl generate real.npz --from Pythia-Z2jets-lhc-pileup-1ev.dat --events 20`;

/** Make the verb. */
export function generateCommand(): Command {
  const defaults = generatorConfiguration();
  const command = new Command('generate')
    .summary('events with pileup and their PUPPI weights, as files to learn from')
    .description(
      'Write events with pileup, what is known of their origin, and PUPPI weights as an npz archive in the layout of the published data.',
    )
    .argument('<file>', 'archive to write, .npz; numbered with --shard')
    .addOption(
      new Option('--process <name>', 'the hard collision: W(ℓν) + jets, or dileptonic top pairs')
        .choices(hardProcesses)
        .default(defaults.process),
    )
    .option('--events <n>', 'number of events', wholeNumber(1), 100)
    .option('--pileup <mean>', 'mean number of pileup collisions', atLeastZero, defaults.meanPileup)
    .option('--seed <text>', 'name of all random numbers', '1')
    .option('--from <file>', 'collisions to reconstruct, Pythia text (.dat) or TrackML particles (.csv), not generated')
    .option('--shard <n>', 'several files of so many events each, for sets larger than memory', wholeNumber(1))
    .option('--puppi-radius <r>', 'radius of the cone of PUPPI', positiveNumber, 0.2)
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', examples);
  return command.action((file: string, options: GenerateArguments) => run(file, options, command));
}

async function run(path: string, options: GenerateArguments, command: Command): Promise<void> {
  const { events, seed, from, shard, puppiRadius } = options;
  if (extname(path).toLowerCase() !== '.npz') {
    throw new UnsupportedError(`Event file "${path}" is of no known kind; it must end in .npz.`);
  }
  const generated = { process: options.process, pileup: options.pileup };
  for (const name of Object.keys(generated)) {
    if (from !== undefined && givenOptions(command)(name)) {
      throw new UsageError(`--${name} and --from are both given; recorded collisions are taken as they are.`);
    }
  }
  const source =
    from === undefined
      ? generatedSource({ process: options.process, meanPileup: options.pileup }, seed)
      : await openRecorded(from, seed);
  const place = { path, events, ...(shard !== undefined && { shard }) };
  const paths = shardPaths(place);
  await checkWritable(paths[0]!, 'Event file');
  const interrupt = interruptSignal();
  const progress = makeProgress(process.stderr);
  const start = performance.now();
  let done = 0;
  progress.start('events');
  try {
    const { files, particles, largest } = await writeEventShards(source, {
      ...place,
      puppiRadius,
      signal: interrupt.signal,
      onEvent: (sofar) => {
        done = sofar;
        progress.update(done / events, `${done} of ${events}`);
      },
    });
    progress.finish(`${particles} particles, at most ${largest} in one event`);
    const seconds = (performance.now() - start) / 1000;
    const origin = from === undefined ? generated : { from: basename(from) };
    const summary = { ...origin, seed, events, puppiRadius, particles, largest, files, seconds };
    if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    else {
      const where = files.length === 1 ? files[0]! : `${files.length} files, ${files[0]!} to ${files.at(-1)!}`;
      process.stdout.write(`${events} ${events === 1 ? 'event' : 'events'} in ${where} (${seconds.toFixed(1)} s)\n`);
    }
  } catch (error) {
    if (!interrupt.signal.aborted || shard === undefined) throw error;
    const whole = Math.floor((done - 1) / shard);
    throw new DOMException(`${whole} of ${paths.length} files are written, each of them whole`, 'AbortError');
  } finally {
    progress.clear();
    interrupt.release();
  }
}

async function openRecorded(path: string, seed: string): Promise<EventSource> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new FileError(`Recorded events "${path}" cannot be read: ${readReason(error)}.`);
  }
  return recordedSource(text, basename(path), {}, seed);
}

/** Read a number of at least 0. */
function atLeastZero(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(Number.isFinite(value) && value >= 0)) throw new InvalidArgumentError('it must be a number of at least 0.');
  return value;
}
