/**
 * Whole networks as streams: the networks of `networks.ts` in several schedules, compared with what hls4ml's C++ computed
 * at the end of every stage, sample by sample.
 *
 * A case is one layer output of one sample in one schedule. Layers within a stage show at its end only.
 */
import type { StreamGraph } from '../../src/circuit/index.ts';
import {
  type CompileOptions,
  compileStreams,
  hardwareLayers,
  type LayerSchedule,
  scheduleChoices,
  type Schedules,
} from '../../src/compile/index.ts';
import { type Codes, streamEmulator } from '../../src/emulation/index.ts';
import { UnsupportedError } from '../../src/errors.ts';
import { formatText } from '../../src/fixed/index.ts';
import type { Network } from '../../src/network/index.ts';
import { importVector, readTensor, type VectorFile, vectorFiles, type VectorTensor } from './networks.ts';
import type { FileResult } from './result.ts';
import { formatOf } from './vector-format.ts';

/** Samples that run at once. */
const batchSize = 100;

/** The schedules that every network is run in, by name. */
export const vectorSchedules: Readonly<Record<string, (network: Network, options: CompileOptions) => Schedules>> = {
  pixels: () => ({ default: 'stream' }),
  columns: () => ({ default: { layout: 'columns' } }),
  reuse: (network, options) => ({
    layers: Object.fromEntries(
      scheduleChoices(network, options).map(({ name, reuse }): [string, LayerSchedule] => [
        name,
        { layout: 'pixels', reuse: reuse[reuse.length >> 1]! },
      ]),
    ),
  }),
};

/** Run all networks below `<directory>/networks` in all schedules. */
export function* streams(directory: string): Iterable<FileResult> {
  for (const vectorFile of vectorFiles(directory)) {
    for (const schedule of Object.keys(vectorSchedules)) yield compareStreams(vectorFile, schedule);
  }
}

/**
 * Run one network in one schedule.
 *
 * @param most number of samples. @defaultValue all that there are
 */
export function compareStreams(
  { file, vector, index, data }: VectorFile,
  schedule: string,
  most = Infinity,
): FileResult {
  const samples = Math.min(most, index.samples);
  const [input, ...outputs] = index.tensors;
  const row = { file: `${file} (${schedule})`, passed: 0, failed: 0, unsupported: 0, firstFailure: null };
  const { network, options } = importVector(vector);
  let graph: StreamGraph;
  try {
    // The bits do not depend on who makes the adders; one multiplication per weight is made fastest.
    const quick: CompileOptions = { ...options, strategy: 'multiplier' };
    graph = compileStreams(network, quick, vectorSchedules[schedule]!(network, quick));
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return { ...row, cases: samples, unsupported: samples, firstFailure: error.message };
  }
  // Tensors and hardware layers stand in one order.
  const names = hardwareLayers(network, 'hls4ml').map(({ name }) => name);
  const seen = outputs.flatMap((tensor, k) =>
    graph.stages.some(({ name }) => name === names[k]) ? { tensor, name: names[k]! } : [],
  );
  const cases = seen.length * samples;
  const emulator = streamEmulator(graph);
  const codes = readTensor(data, input!, samples);
  const found = new Map<string, Codes[]>();
  for (let first = 0; first < samples; first += batchSize) {
    const batch = Math.min(batchSize, samples - first);
    const results = emulator.run(batch, [codes.subarray(first * input!.n, (first + batch) * input!.n)]);
    for (const [name, values] of results) found.set(name, [...(found.get(name) ?? []), values]);
  }
  let passed = 0;
  let firstFailure: string | null = null;
  for (const { tensor, name } of seen) {
    const values = found.get(name)!.flatMap((part) => Array.from(part as Iterable<number | bigint>, BigInt));
    const expected = readTensor(data, tensor, samples);
    const format = formatText(graph.stages.find((stage) => stage.name === name)!.output.formats[0]!);
    const expectedFormat = formatText(formatOf(vector.arrays[tensor.tensor]!.type));
    for (let sample = 0; sample < samples; sample += 1) {
      const wrong = format === expectedFormat ? firstDifference(values, expected, sample, tensor) : 0;
      if (wrong < 0) passed += 1;
      else {
        const at = sample * tensor.n + wrong;
        firstFailure ??= `${name}, sample ${sample}, element ${wrong}: expected ${expected[at]} as ${expectedFormat}, found ${values[at]} as ${format}`;
      }
    }
  }
  return { ...row, cases, passed, failed: cases - passed, firstFailure };
}

function firstDifference(
  found: readonly bigint[],
  expected: BigInt64Array,
  sample: number,
  { n }: VectorTensor,
): number {
  for (let k = 0; k < n; k += 1) if (found[sample * n + k] !== expected[sample * n + k]) return k;
  return -1;
}
