/**
 * Training on data that do not fit in memory: 15 million particles of 16 features, streamed from disk, in under 6 GiB.
 *
 *     npm run study:streaming -- [--samples 15000000] [--epochs 1] [--batches N] [--batch-size 1024] [--window N]
 *                                [--dir out/study-streaming] [--keep] [--no-worker] [--json]
 *
 * Writes a seeded set (1 GB at full size), trains DistillNet's student on it and reports the rate, the largest resident
 * memory of the process with its threads, the memory along the way and the share of the time in which training waited
 * for data. `--batches` stops each run after so many batches; a set that is there already, of equal size, is used. The
 * set is deleted at the end unless `--keep` is given or it was there before. Exit code 1: the goal was missed.
 */
import { rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { distillationLoss, weightedMeanAbsoluteError } from '../src/compression/index.ts';
import { stream } from '../src/random/index.ts';
import { buildStudent, defaultConfig, featureCount, studentInput } from '../src/systems/distillnet/index.ts';
import { tensor } from '../src/tensor/index.ts';
import type { BatchSource } from '../src/training/batch-source.ts';
import { fit } from '../src/training/index.ts';
import { openShards, writeShards } from '../src/training/streaming/index.ts';
import type { SampleBatch } from '../src/training/streaming/index.ts';
import { textTable } from './harness.ts';

const GOAL_GIB = 6;
const GIB = 2 ** 30;

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '15000000' },
    epochs: { type: 'string', default: '1' },
    batches: { type: 'string' },
    'batch-size': { type: 'string', default: '1024' },
    window: { type: 'string' },
    dir: { type: 'string', default: join('out', 'study-streaming') },
    keep: { type: 'boolean', default: false },
    'no-worker': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const print = values.json ? console.error : console.log;
const [samples, epochs, batchSize] = [values.samples, values.epochs, values['batch-size']].map(Number) as [
  number,
  number,
  number,
];
const batchLimit = values.batches === undefined ? Infinity : Number(values.batches);

/** Features of [-1, 1) from a 32-bit xorshift generator; a teacher's score of (0, 1) made of them; its side as truth. */
function* particles(count: number): Generator<SampleBatch> {
  let word = stream('streaming study').integer(1, 2 ** 32) | 0;
  for (let from = 0; from < count; from += 65_536) {
    const rows = Math.min(65_536, count - from);
    const x = new Float32Array(rows * featureCount);
    const score = new Float32Array(rows);
    const truth = new Float32Array(rows);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let i = 0; i < featureCount; i++) {
        word ^= word << 13;
        word ^= word >>> 17;
        word ^= word << 5;
        const value = word / 2 ** 31;
        x[row * featureCount + i] = value;
        sum += i % 2 === 0 ? value : value * value - 0.3;
      }
      score[row] = 0.5 + (0.5 * sum) / (1 + Math.abs(sum));
      truth[row] = sum > 0 ? 1 : 0;
    }
    yield {
      inputs: { [studentInput]: tensor(x, [rows, featureCount]) },
      targets: tensor(truth, [rows, 1]),
      extras: { teacher: tensor(score, [rows, 1]) },
    };
  }
}

/** Time spent in waiting for batches: for the first of an epoch, when reading has no head start, and for the others. */
interface Waiting {
  first: number;
  others: number;
}

/** Count the time until each batch of a source is there. */
const timed = (source: BatchSource, waiting: Waiting): BatchSource => ({
  ...source,
  async *open(request) {
    const batches = source.open(request);
    try {
      for (let part: keyof Waiting = 'first'; ; part = 'others') {
        const started = performance.now();
        const { done, value } = await batches.next();
        waiting[part] += performance.now() - started;
        if (done === true) return;
        yield value;
      }
    } finally {
      await batches.return?.();
    }
  },
});

const gib = (bytes: number): string => (bytes / GIB).toFixed(2);
const largestResident = (): number => process.resourceUsage().maxRSS * 1024;

const writingStarted = performance.now();
const existing = await openShards(values.dir, { worker: false }).catch(() => null);
if (existing !== null && existing.samples !== samples) {
  throw new Error(`The set in "${values.dir}" has ${existing.samples} samples, not ${samples}; give another --dir.`);
}
const index = existing?.index ?? (await writeShards(values.dir, particles(samples)));
const writeSeconds = (performance.now() - writingStarted) / 1000;
const bytes = index.shards.flatMap((shard) => shard.files).reduce((sum, file) => sum + file.bytes, 0);
const residentAfterWriting = largestResident();
print(
  `${existing === null ? `Wrote in ${writeSeconds.toFixed(0)} s` : 'Found'}: ${samples} samples, ${gib(bytes)} GiB in ${index.shards.length} shards.`,
);

try {
  const source = await openShards(values.dir, {
    worker: !values['no-worker'],
    ...(values.window !== undefined && { window: Number(values.window) }),
  });
  const waiting: Waiting = { first: 0, others: 0 };
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  const total = Math.min(batchLimit, epochs * Math.ceil(samples / batchSize));
  const { heavyLabel: threshold, heavyWeight: weight } = defaultConfig.student;
  const resident: number[] = [];
  let batches = 0;
  let trained = 0;
  const started = performance.now();
  const result = await fit(buildStudent(stream('student')), timed(source, waiting), {
    loss: distillationLoss({ teacherLoss: weightedMeanAbsoluteError({ threshold, weight }) }),
    epochs,
    batchSize,
    stream: stream('training'),
    signal: controller.signal,
    onBatch: ({ batch }) => {
      batches += 1;
      trained += Math.min(batchSize, samples - batch * batchSize);
      if (batches >= Math.ceil(((resident.length + 1) * total) / 10)) resident.push(process.memoryUsage.rss());
      if (batches >= batchLimit) stop();
    },
  });
  const seconds = (performance.now() - started) / 1000;
  process.removeListener('SIGINT', stop);
  await source.close();

  const peak = largestResident();
  const waitSeconds = (waiting.first + waiting.others) / 1000;
  const rows = {
    status: result.status,
    samples: trained,
    batches,
    seconds,
    samplesPerSecond: trained / seconds,
    waitShare: waitSeconds / seconds,
    waitFirstSeconds: waiting.first / 1000,
    peakResidentGiB: peak / GIB,
    peakResidentAfterWritingGiB: residentAfterWriting / GIB,
    residentGiB: resident.map((value) => value / GIB),
    setGiB: bytes / GIB,
    goalGiB: GOAL_GIB,
    loss: result.history.map((record) => record.loss),
  };
  print(
    textTable([
      ['', ''],
      ['trained', `${trained} samples in ${batches} batches of ${batchSize} (${result.status})`],
      ['rate', `${Math.round(rows.samplesPerSecond).toLocaleString('en-US')} samples/s over ${seconds.toFixed(1)} s`],
      [
        'waited for data',
        `${(100 * rows.waitShare).toFixed(2)} % of the time, of which ${rows.waitFirstSeconds.toFixed(2)} s for the first batches of epochs`,
      ],
      ['resident memory', `${resident.map(gib).join(' ')} GiB at each tenth of the training`],
      [
        'largest resident',
        `${gib(peak)} GiB, goal below ${GOAL_GIB} GiB; ${gib(residentAfterWriting)} GiB before training`,
      ],
      ['loss of epochs', rows.loss.map((loss) => loss.toFixed(5)).join(' ') || 'none finished'],
    ]),
  );
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
  print(
    `\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${values['no-worker'] ? 'no ' : 'one '}reading thread.`,
  );
  if (values.json) console.log(JSON.stringify({ ...rows, machine }));
  if (peak >= GOAL_GIB * GIB) process.exitCode = 1;
} finally {
  if (!values.keep && existing === null) await rm(values.dir, { recursive: true, force: true });
}
