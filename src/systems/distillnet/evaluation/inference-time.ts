/**
 * Wall-clock time of giving weights, against how many particles are given to one call.
 *
 * Everything runs on one thread of this machine: compiled WebAssembly for networks and circuit, JavaScript for Puppi. The
 * numbers differ from run to run and from machine to machine, so they belong to reports only, never to what is hashed or
 * compared. A call is repeated and its median taken; a curve ends where one more call would take too long.
 */
import type { LayerGraph } from '../../../circuit/index.ts';
import { compileEmulator } from '../../../emulation/index.ts';
import { type Network, openPredictor } from '../../../network/index.ts';
import type { ReferencedEvent } from '../../../physics/index.ts';
import { tensor } from '../../../tensor/index.ts';
import { featureCount } from '../data/data.ts';
import type { WeightSource } from './weight-sources.ts';

/** One call that can be timed: it gives the weights of so many particles. */
export interface TimedCall {
  readonly particles: number;
  readonly run: () => unknown;
}

/** What gives weights, as calls of rising size. */
export interface TimedSource {
  readonly source: WeightSource;
  readonly calls: readonly TimedCall[];
  /** Frees what the calls hold, such as threads. */
  readonly close?: () => Promise<void>;
}

/** Time of calls of one size. */
export interface InferencePoint {
  readonly particles: number;
  /** Timed repetitions, after one that is not timed. */
  readonly repeats: number;
  /** Seconds per event of the mean size: median and quartiles over the repetitions. */
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Times of all sources. */
export interface InferenceTimes {
  /** Mean number of particles of an event, by which times of particles become times of events. */
  readonly particlesPerEvent: number;
  readonly curves: readonly { readonly source: WeightSource; readonly points: readonly InferencePoint[] }[];
}

/** Options of {@link measureInference}. */
export interface InferenceOptions {
  /** Seconds that all calls together may take, roughly. @defaultValue 4 */
  readonly seconds?: number;
  /** Stops after the running call. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/** Sizes of the batch scan: 2⁰ to 2¹⁸ particles, as published. */
export const batchSizes: readonly number[] = Array.from({ length: 19 }, (_, k) => 2 ** k);

/**
 * Measure the time of every call of every source; each source gets an equal share of the time.
 *
 * @param particlesPerEvent - mean size of an event, above 0
 * @returns null if the signal stopped it
 */
export async function measureInference(
  sources: readonly TimedSource[],
  particlesPerEvent: number,
  { seconds = 4, signal, onProgress }: InferenceOptions = {},
): Promise<InferenceTimes | null> {
  const curves: { source: WeightSource; points: InferencePoint[] }[] = [];
  for (const [s, { source, calls, close }] of sources.entries()) {
    const share = seconds / sources.length;
    const times: number[][] = [];
    try {
      for (let round = 0; round < rounds; round++) {
        for (const [c, call] of calls.entries()) {
          if (round === 0) {
            if (isTooLong(call, calls[c - 1], times[c - 1], share)) break;
            // The first call warms up.
            await call.run();
            times.push([]);
          }
          if (c >= times.length) break;
          times[c]!.push(...(await repeated(call.run, share / rounds / calls.length)));
          onProgress?.((s + (round + (c + 1) / calls.length) / rounds) / sources.length);
          await pause();
          if (signal?.aborted === true) return null;
        }
      }
    } finally {
      await close?.();
    }
    curves.push({
      source,
      points: times.map((own, c) => pointOf(own, particlesPerEvent / calls[c]!.particles, calls[c]!.particles)),
    });
  }
  onProgress?.(1);
  return { particlesPerEvent, curves };
}

/** All sizes are gone through so often: when other work takes the processor, it spoils one round of some sizes only. */
const rounds = 5;
const mostRepeats = 40;

/** Tell whether the rounds of a call will take more than half the time of all calls, judging by the call before it. */
function isTooLong(
  call: TimedCall,
  before: TimedCall | undefined,
  times: readonly number[] | undefined,
  share: number,
): boolean {
  if (before === undefined || times === undefined) return false;
  return ((Math.min(...times) * call.particles) / before.particles) * (rounds + 1) > share / 2;
}

/** Call again and again for about so many seconds, at least once; returns the seconds of each call. */
async function repeated(run: () => unknown, seconds: number): Promise<number[]> {
  const times: number[] = [];
  let total = 0;
  while (times.length === 0 || (total < seconds && times.length < mostRepeats)) {
    const start = performance.now();
    const result = run();
    // Waiting for what is there already would cost a turn of the event loop.
    if (result instanceof Promise) await result;
    const time = (performance.now() - start) / 1000;
    times.push(time);
    total += time;
  }
  return times;
}

function pointOf(times: readonly number[], perEvent: number, particles: number): InferencePoint {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (place: number): number => perEvent * sorted[Math.round(place * (sorted.length - 1))]!;
  return { particles, repeats: times.length, median: at(0.5), low: at(0.25), high: at(0.75) };
}

/** Let timers and signals run. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

/** Largest block of a planned prediction; larger batches are computed block by block. */
const largestBlock = 4096;

/**
 * Time a float network on scaled features.
 *
 * @param features - row-major [rows, 16], at least one row; repeated where a call has more
 */
export async function timedNetwork(
  source: WeightSource,
  network: Network,
  features: Float32Array,
  sizes: readonly number[] = batchSizes,
): Promise<TimedSource> {
  const blocks = [...new Set(sizes.map((size) => Math.min(size, largestBlock)))];
  const predictors = new Map(
    await Promise.all(blocks.map(async (batch) => [batch, await openPredictor(network, { batch })] as const)),
  );
  return {
    source,
    calls: sizes.map((particles) => {
      const predictor = predictors.get(Math.min(particles, largestBlock))!;
      const rows = once(() => tensor(repeatedRows(features, particles, Float32Array), [particles, featureCount]));
      return { particles, run: () => predictor.predict(rows()) };
    }),
    close: async () => {
      for (const predictor of predictors.values()) await predictor.close();
    },
  };
}

/**
 * Time the emulation of a circuit, bit for bit as on the gates.
 *
 * @param codes - raw input codes, row-major [rows, 16], at least one row; repeated where a call has more
 * @throws UnsupportedError if the circuit does not fit 64-bit integers
 */
export function timedCircuit(
  source: WeightSource,
  graph: LayerGraph,
  codes: BigInt64Array,
  sizes: readonly number[] = batchSizes,
): TimedSource {
  const emulator = compileEmulator(graph);
  return {
    source,
    calls: sizes.map((particles) => {
      const rows = once(() => repeatedRows(codes, particles, BigInt64Array));
      return { particles, run: () => emulator.run(particles, [rows()]) };
    }),
  };
}

/**
 * Time what takes whole events, one event per call, one after another.
 *
 * @param events - at least one
 * @param run - gives the weights of the event of that index
 */
export function timedEvents(
  source: WeightSource,
  events: readonly ReferencedEvent[],
  run: (event: number) => unknown,
): TimedSource {
  const particles = events.reduce((sum, event) => sum + event.particles.count, 0) / events.length;
  let next = 0;
  return { source, calls: [{ particles, run: () => run(next++ % events.length) }] };
}

/** Make a value when it is first asked for: the rows of a large batch are not made where the curve ends before. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Repeat rows until there are so many. */
function repeatedRows<T extends Float32Array | BigInt64Array>(
  rows: T,
  count: number,
  type: new (length: number) => T,
): T {
  const whole = new type(count * featureCount);
  for (let k = 0; k < whole.length; k++) whole[k] = rows[k % rows.length]!;
  return whole;
}

/** Find the shortest median time per event of a source in seconds; null where it was not measured. */
export function bestTime({ curves }: InferenceTimes, source: WeightSource): number | null {
  const points = curves.find((curve) => curve.source === source)?.points ?? [];
  return points.length === 0 ? null : points.reduce((best, { median }) => Math.min(best, median), Infinity);
}
