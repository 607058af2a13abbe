/**
 * Stimuli: raw codes for the input ports of a circuit or graph, alone or as a sequence with idle cycles between.
 *
 * A sample is a corner (all codes at one end, or zero) or a mixture of end codes, codes near zero and any codes.
 * Samples shrink to few, early and small ones; gaps to none.
 */
import * as fc from 'fast-check';
import { type FixedFormat, rawRange } from '../../fixed/index.ts';
import { describeSamples } from './describe.ts';
import { towardsZero } from './formats.ts';
import type { Sample } from './simpler-circuits.ts';
import { clampCode, rawCodes, simplerCodes } from './values.ts';
import { withShrinks } from './with-shrinks.ts';

/** What samples are for: the ports of a circuit, or the inputs of a graph. */
export type SampledPorts = readonly { readonly name: string; readonly formats: readonly FixedFormat[] }[];

/** How many samples to generate. */
export interface SampleCount {
  /** Fewest samples, inclusive, at least 1. @defaultValue 1 */
  readonly minSamples?: number;
  /** Most samples, inclusive. @defaultValue 8 */
  readonly maxSamples?: number;
}

/** A sequence for a clocked design. */
export interface Stimuli {
  readonly samples: readonly Sample[];
  /** gaps[k]: idle cycles (valid_in = 0) before sample k. */
  readonly gaps: readonly number[];
}

/** Generate one sample. */
export function samples(ports: SampledPorts): fc.Arbitrary<Sample> {
  const corner = (raw: (format: FixedFormat) => bigint): fc.Arbitrary<Sample> =>
    fc.constant(ports.map(({ formats }) => formats.map(raw)));
  const any: fc.Arbitrary<Sample> = fc.tuple(...ports.map(({ formats }) => fc.tuple(...formats.map(rawCodes))));
  return fc.oneof(
    { weight: 1, arbitrary: corner((format) => rawRange(format).lo) },
    { weight: 1, arbitrary: corner((format) => rawRange(format).hi) },
    { weight: 1, arbitrary: corner(() => 0n) },
    { weight: 9, arbitrary: any },
  );
}

/** Generate a batch of samples. */
export function batches(ports: SampledPorts, count: SampleCount = {}): fc.Arbitrary<readonly Sample[]> {
  const { minSamples = 1, maxSamples = 8 } = count;
  const source: fc.Arbitrary<readonly Sample[]> = fc.array(samples(ports), {
    minLength: minSamples,
    maxLength: maxSamples,
  });
  return withShrinks(source, (batch) => simplerBatches(ports, batch, minSamples));
}

/** Generate a batch with idle cycles before its samples: mostly none, else up to `maxGap`. @defaultValue maxGap 3 */
export function stimuli(ports: SampledPorts, count: SampleCount = {}, maxGap = 3): fc.Arbitrary<Stimuli> {
  const { minSamples = 1, maxSamples = 8 } = count;
  const gap = fc.oneof(fc.constant(0), fc.nat({ max: maxGap }));
  const source = fc
    .array(fc.tuple(samples(ports), gap), { minLength: minSamples, maxLength: maxSamples })
    .map((rows): Stimuli => ({ samples: rows.map(([sample]) => sample), gaps: rows.map(([, idle]) => idle) }));
  return withShrinks(
    source,
    (sequence) => simplerStimuli(ports, sequence, minSamples),
    (sequence) => `\n${describeSamples(ports, sequence.samples, sequence.gaps)}\n`,
  );
}

/** List batches with fewer samples, then with smaller codes. */
export function* simplerBatches(
  ports: SampledPorts,
  batch: readonly Sample[],
  minSamples = 1,
): Iterable<readonly Sample[]> {
  for (const kept of fewer(batch.length, minSamples)) yield kept.map((k) => batch[k]!);
  for (const [k, sample] of batch.entries()) {
    for (const simpler of simplerSamples(ports, sample)) yield batch.with(k, simpler);
  }
}

/** List sequences with fewer samples, then with fewer idle cycles, then with smaller codes. */
export function* simplerStimuli(
  ports: SampledPorts,
  { samples: batch, gaps }: Stimuli,
  minSamples = 1,
): Iterable<Stimuli> {
  for (const kept of fewer(batch.length, minSamples)) {
    yield { samples: kept.map((k) => batch[k]!), gaps: kept.map((k) => gaps[k]!) };
  }
  if (gaps.some((gap) => gap > 0)) yield { samples: batch, gaps: gaps.map(() => 0) };
  for (const [k, gap] of gaps.entries()) {
    for (const shorter of towardsZero(gap)) yield { samples: batch, gaps: gaps.with(k, shorter) };
  }
  for (const [k, sample] of batch.entries()) {
    for (const simpler of simplerSamples(ports, sample)) yield { samples: batch.with(k, simpler), gaps };
  }
}

/** List which of `count` things to keep: one, halves, then all but one. */
function* fewer(count: number, least: number): Iterable<number[]> {
  const all = Array.from({ length: count }, (_, k) => k);
  if (least <= 1 && count > 1) for (const k of all) yield [k];
  const half = Math.ceil(count / 2);
  if (half >= least && count > 3) {
    yield all.slice(0, half);
    yield all.slice(half - (count % 2));
  }
  if (count > least && count > 2) for (const left of all) yield all.filter((k) => k !== left);
}

/** List samples with codes nearer to zero: all at once, then one by one. */
function* simplerSamples(ports: SampledPorts, sample: Sample): Iterable<Sample> {
  const zero = ports.map(({ formats }) => formats.map((format) => clampCode(0n, rawRange(format))));
  if (sample.some((row, port) => row.some((raw, k) => raw !== zero[port]![k]))) yield zero;
  for (const [port, { formats }] of ports.entries()) {
    for (const [k, format] of formats.entries()) {
      for (const raw of simplerCodes(sample[port]![k]!, rawRange(format))) {
        yield sample.with(port, sample[port]!.with(k, raw));
      }
    }
  }
}
