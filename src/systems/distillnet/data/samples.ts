/** The samples of a run: independent events to train on, to stop early on, and to report on; generated or from files. */
import { ValueError } from '../../../errors.ts';
import { generateEvent, type PileupEvent } from '../../../physics/index.ts';
import { stream } from '../../../random/index.ts';
import type { DistillNetConfig } from '../config.ts';
import { type DistillNetData, distillNetData, sliceEvents, type Split, storedData } from './data.ts';
import { readEvents } from './event-files.ts';
import { type StageClock, turn } from '../progress.ts';

/** Events with the weights that a teacher gave their particles, where a file brings some along. */
export interface Sample {
  readonly data: DistillNetData;
  /** One per row; null where no teacher has weighed the particles. */
  readonly teacherWeights: Float32Array | null;
}

/**
 * Make the samples of a run.
 *
 * The students learn on one process and are tested on another one, as published: what they learn must not be the
 * process. A training file is cut in two, its last part for validation: at most a quarter, as published.
 *
 * @returns null if the signal stopped it
 * @throws FileError, FormatError or ValueError for a file that is not usable
 */
export async function runSamples(
  config: DistillNetConfig,
  clock: StageClock,
  signal?: AbortSignal,
): Promise<Split<Sample> | null> {
  const { events, files, processes } = config;
  const generated = async (
    name: keyof Split<Sample>,
    process: DistillNetConfig['processes']['training'],
  ): Promise<Sample | null> => {
    const made: PileupEvent[] = [];
    for (let e = 0; e < events[name]; e++) {
      if (e % eventsPerTurn === 0) await turn();
      if (signal?.aborted === true) return null;
      made.push(generateEvent({ ...config.generator, process }, stream(`${config.seed} ${name}`, 'event', String(e))));
      clock.progress((e + 1) / events[name], `${name}: ${e + 1} of ${events[name]}`);
    }
    return { data: distillNetData(made, config), teacherWeights: null };
  };
  const learned =
    files.training === null
      ? await generatedHalves(generated, processes.training)
      : await storedHalves(files.training, config);
  if (learned === null) return null;
  const test =
    files.test === null
      ? await generated('test', processes.test)
      : await storedSample(files.test, events.test, fewestTestEvents, config);
  return test && { ...learned, test };
}

/** Events between two turns of timers and signals. */
const eventsPerTurn = 16;

/** Fewer test events say nothing about a resolution. */
const fewestTestEvents = 4;

type Halves = Omit<Split<Sample>, 'test'>;

async function generatedHalves(
  generated: (name: keyof Halves, process: DistillNetConfig['processes']['training']) => Promise<Sample | null>,
  process: DistillNetConfig['processes']['training'],
): Promise<Halves | null> {
  const training = await generated('training', process);
  const validation = training && (await generated('validation', process));
  return validation && { training: training!, validation };
}

async function storedHalves(path: string, config: DistillNetConfig): Promise<Halves> {
  const { training, validation } = config.events;
  const { data, teacherWeights } = await storedSample(path, training + validation, 2, config);
  const count = data.events.length;
  const cut = count - Math.min(validation, Math.max(1, Math.floor(count / 4)));
  const part = (first: number, end: number): Sample => ({
    data: sliceEvents(data, first, end),
    teacherWeights: teacherWeights && teacherWeights.subarray(data.starts[first]!, data.starts[end]!),
  });
  return { training: part(0, Math.min(cut, training)), validation: part(cut, count) };
}

/** Read at most so many events of a file. */
async function storedSample(path: string, most: number, fewest: number, config: DistillNetConfig): Promise<Sample> {
  const stored = await readEvents(path, { count: most });
  if (stored.events.length < fewest) {
    throw new ValueError(
      `Event file "${path}" has ${stored.events.length} events; a run needs at least ${fewest} of them.`,
    );
  }
  const data = storedData(stored, config);
  const { teacherWeights } = stored;
  if (teacherWeights === null) return { data, teacherWeights };
  const weights = new Float32Array(data.starts.at(-1)!);
  teacherWeights.forEach((own, e) => weights.set(own, data.starts[e]!));
  return { data, teacherWeights: weights };
}
