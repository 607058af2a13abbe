/**
 * Errors by the bootstrap over events: which events a replica holds is drawn once and shared by everything that is measured.
 *
 * Shared draws make errors of gains and ratios paired: what two sources of weights have in common, the events, cancels.
 * Jets are resampled with their event, since jets of one event share its pileup. Values are sorted once; a replica then
 * walks them in order and counts each as often as its event was drawn, so that no replica is sorted.
 */
import { ShapeError, ValueError } from '../../../errors.ts';
import type { Measurement } from '../../../physics/index.ts';
import type { RandomStream } from '../../../random/index.ts';

/** Any number of values per event: those of event e are values[starts[e]] … values[starts[e + 1] − 1]. */
export interface EventValues {
  readonly values: Float64Array;
  /** Number of events plus one, ascending. */
  readonly starts: Int32Array;
}

/** Where the values of each event start, plus the number of values, from how many each event has. */
export function startsOf(counts: ArrayLike<number>): Int32Array {
  const starts = new Int32Array(counts.length + 1);
  for (let e = 0; e < counts.length; e++) starts[e + 1] = starts[e]! + counts[e]!;
  return starts;
}

/** How often each event is in each replica; the first is the measurement itself, with every event once. */
export type Resamples = readonly Uint16Array[];

/** Quartiles of a sample. */
export interface Quartiles {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/**
 * Draw events with replacement.
 *
 * @param events - at least 1, fewer than 65 536 of them in all replicas
 * @param replicas - at least 2
 * @throws ValueError for fewer replicas
 */
export function resampleEvents(events: number, replicas: number, stream: RandomStream): Resamples {
  if (!Number.isInteger(replicas) || replicas < 2)
    throw new ValueError(`The number of bootstrap replicas is ${replicas}; it must be a whole number of 2 or more.`);
  return [
    new Uint16Array(events).fill(1),
    ...Array.from({ length: replicas }, () => {
      const copies = new Uint16Array(events);
      for (let k = 0; k < events; k++) copies[stream.integer(0, events)]!++;
      return copies;
    }),
  ];
}

/**
 * Compute the quartiles of values in every replica, interpolated linearly between order statistics.
 *
 * @returns one entry per replica; null where a replica holds fewer than 2 values
 * @throws ShapeError if `starts` does not belong to the events of the replicas
 */
export function resampledQuartiles({ values, starts }: EventValues, resamples: Resamples): (Quartiles | null)[] {
  checkEvents(starts.length - 1, resamples);
  const eventOf = new Int32Array(values.length);
  for (let e = 0; e + 1 < starts.length; e++) eventOf.fill(e, starts[e]!, starts[e + 1]!);
  const order = Int32Array.from(values.keys()).toSorted((a, b) => values[a]! - values[b]! || a - b);
  const sorted = Float64Array.from(order, (k) => values[k]!);
  const events = Int32Array.from(order, (k) => eventOf[k]!);
  return resamples.map((copies) => {
    let count = 0;
    for (const event of events) count += copies[event]!;
    if (count < 2) return null;
    const positions = quartilePlaces.map((share) => share * (count - 1));
    const places = positions.flatMap((position) => [Math.floor(position), Math.ceil(position)]);
    const found = valuesAt(places, sorted, events, copies);
    const [low, median, high] = positions.map((position) => {
      const below = found.get(Math.floor(position))!;
      return below + (position - Math.floor(position)) * (found.get(Math.ceil(position))! - below);
    });
    return { low: low!, median: median!, high: high! };
  });
}

const quartilePlaces = [0.25, 0.5, 0.75];

/** Find the values of some places in the order of a replica, in one walk: that of place k is the first that brings the count above k. */
function valuesAt(
  places: readonly number[],
  sorted: Float64Array,
  events: Int32Array,
  copies: Uint16Array,
): Map<number, number> {
  const found = new Map<number, number>();
  let at = -1;
  let counted = 0;
  for (const place of places.toSorted((a, b) => a - b)) {
    while (counted <= place) counted += copies[events[++at]!]!;
    found.set(place, sorted[at]!);
  }
  return found;
}

/**
 * Compute a ratio of two sums over events in every replica, such as matched jets over all jets.
 *
 * @param numerators - one per event
 * @param denominators - one per event, none negative
 * @returns one entry per replica; null where the denominator is 0
 * @throws ShapeError if there is not one of each per event
 */
export function resampledRatio(
  numerators: ArrayLike<number>,
  denominators: ArrayLike<number>,
  resamples: Resamples,
): (number | null)[] {
  checkEvents(numerators.length, resamples);
  checkEvents(denominators.length, resamples);
  return resamples.map((copies) => {
    let above = 0;
    let below = 0;
    for (let e = 0; e < copies.length; e++) {
      above += copies[e]! * numerators[e]!;
      below += copies[e]! * denominators[e]!;
    }
    return below > 0 ? above / below : null;
  });
}

/**
 * Take the first of replicas as the value and the standard deviation of the others as its error.
 *
 * @param replicas - null or not finite where there is nothing to measure
 * @returns null if that is so for the first one, or for all but one of the others
 */
export function measured(replicas: readonly (number | null)[]): Measurement | null {
  const [value, ...others] = replicas;
  const usable = others.filter((other) => other !== null && Number.isFinite(other)) as number[];
  if (value === undefined || value === null || !Number.isFinite(value) || usable.length < 2) return null;
  const mean = usable.reduce((sum, other) => sum + other, 0) / usable.length;
  const squares = usable.reduce((sum, other) => sum + (other - mean) * (other - mean), 0);
  return { value, error: Math.sqrt(squares / (usable.length - 1)) };
}

/** Combine the replicas of two quantities, pair by pair; null where one of them is. */
export function paired(
  a: readonly (number | null)[],
  b: readonly (number | null)[],
  combine: (a: number, b: number) => number,
): (number | null)[] {
  return a.map((value, r) => (value === null || b[r] === null || b[r] === undefined ? null : combine(value, b[r])));
}

function checkEvents(events: number, resamples: Resamples): void {
  const drawn = resamples[0]?.length ?? 0;
  if (events !== drawn)
    throw new ShapeError(`There are values of ${events} events, but replicas of ${drawn}; the numbers must be equal.`);
}
