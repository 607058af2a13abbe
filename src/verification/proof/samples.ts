/**
 * What forms are worth on a fixed series of inputs: a quick way to tell forms apart, and to find forms that may be equal.
 *
 * Samples are consecutive cycles, so that a delayed atom has the value of an earlier sample (the last comes before the
 * first). The first are the corners of the input ranges, the rest are random.
 */
import { stream } from '../../random/index.ts';
import type { RandomStream } from '../../random/index.ts';
import { evaluateOperation, operandsOf } from './forms/index.ts';
import type { Atom, Form } from './forms/index.ts';

/** Values by sample. */
export type Series = readonly bigint[];

export interface Samples {
  readonly count: number;
  seriesOf(form: Form): Series;
  seriesOfAtom(atom: Atom): Series;
}

/** Gives the series of an input or of what is not known, by its name and range. */
export type InputSeries = (name: string, lo: bigint, hi: bigint) => Series;

/** Follow forms over a series of inputs; what has been computed is kept. */
export function followSamples(count: number, inputs: InputSeries): Samples {
  const known = new Map<Atom, Series>();
  const seriesOf = ({ linear, constant }: Form): Series => {
    const sums = new Array<bigint>(count).fill(constant);
    linear.atoms.forEach((atom, k) => {
      const series = seriesOfAtom(atom);
      const coefficient = linear.coefficients[k]!;
      for (let sample = 0; sample < count; sample++) sums[sample]! += coefficient * series[sample]!;
    });
    return sums;
  };
  const seriesOfAtom = (atom: Atom): Series => {
    let series = known.get(atom);
    if (series === undefined) known.set(atom, (series = compute(atom)));
    return series;
  };
  const compute = (atom: Atom): Series => {
    const { meaning, lo, hi } = atom;
    if (meaning.kind === 'input' || meaning.kind === 'opaque') return inputs(meaning.name, lo, hi);
    if (meaning.kind === 'delayed') {
      const now = seriesOfAtom(meaning.of);
      return now.map((_, k) => now[(k - (meaning.cycles % count) + count) % count]!);
    }
    const operands = operandsOf(atom).map(seriesOf);
    return Array.from({ length: count }, (_, k) =>
      evaluateOperation(
        meaning,
        operands.map((series) => series[k]!),
      ),
    );
  };
  return { count, seriesOf, seriesOfAtom };
}

/** Draw the series of inputs; equal seeds give equal series. */
export function drawInputs(count: number, seed: string): InputSeries {
  const drawn = new Map<string, Series>();
  return (name, lo, hi) => {
    let series = drawn.get(name);
    if (series === undefined) {
      const random = stream(seed, 'proof', name);
      series = Array.from({ length: count }, (_, k) => inputValue(random, k, lo, hi));
      drawn.set(name, series);
    }
    return series;
  };
}

/** Corners first, then corners, values near 0 and values anywhere, in turn. */
function inputValue(random: RandomStream, sample: number, lo: bigint, hi: bigint): bigint {
  if (sample === 0) return lo;
  if (sample === 1) return hi;
  switch (sample % 4) {
    case 0:
      return random.integer(0, 2) === 0 ? lo : hi;
    case 1: {
      const near = between(random, lo / 16n, hi / 16n);
      return near < lo ? lo : near > hi ? hi : near;
    }
    default:
      return between(random, lo, hi);
  }
}

/** A whole number from lo to hi, both inclusive. */
function between(random: RandomStream, lo: bigint, hi: bigint): bigint {
  const size = hi - lo + 1n;
  let value = 0n;
  for (let scale = 1n; scale < size; scale <<= 32n) value = (value << 32n) | BigInt(random.integer(0, 2 ** 32));
  return lo + (value % size);
}
