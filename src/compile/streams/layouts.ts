/** Which elements of a sample each beat carries, as flat row-major places. */
import type { Memo } from './memo.ts';
import type { BeatLayout } from './schedules.ts';

/** beats[b][k]: the place of element k of beat b. */
export type Beats = readonly (readonly number[])[];

/** All elements in one beat. */
export function wholeBeat(count: number): Beats {
  return [Array.from({ length: count }, (_, place) => place)];
}

/** The beats of a sample of a shape with positions and channels, or of a vector, which is one position. */
export function beatsOf(shape: readonly number[], layout: BeatLayout): Beats {
  const count = sizeOf(shape);
  if (layout === 'whole') return wholeBeat(count);
  const channels = shape.at(-1)!;
  const channelsAt = (position: number): number[] =>
    Array.from({ length: channels }, (_, channel) => position * channels + channel);
  if (layout === 'columns' && shape.length === 3) {
    const [height, width] = shape as [number, number, number];
    return Array.from({ length: width }, (_, column) =>
      Array.from({ length: height }, (_row, row) => channelsAt(row * width + column)).flat(),
    );
  }
  return Array.from({ length: count / channels }, (_, position) => channelsAt(position));
}

/** The beats of a shape; equal ones are the same object. */
export function beatsIn(memo: Memo, shape: readonly number[], layout: BeatLayout): Beats {
  if (layout === 'whole') return memo('whole', [sizeOf(shape)], () => wholeBeat(sizeOf(shape)));
  return memo('beats', [shape.join(), layout], () => beatsOf(shape, layout));
}

/** Positions in a beat of a shape in a layout. */
export function positionsPerBeat(shape: readonly number[], layout: BeatLayout): number {
  if (layout === 'whole') return sizeOf(shape.slice(0, -1));
  return layout === 'columns' && shape.length === 3 ? shape[0]! : 1;
}

/** Elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Whether two streams carry the same places in the same beats. */
export function sameBeats(a: Beats, b: Beats): boolean {
  if (a === b) return true;
  return (
    a.length === b.length &&
    a.every((row, beat) => row.length === b[beat]!.length && row.every((place, k) => place === b[beat]![k]))
  );
}

/** Whether beats carry the places of a sample in their order. */
export function isInOrder(beats: Beats): boolean {
  let next = 0;
  return beats.every((row) => row.every((place) => place === next++));
}

/** A change of layout: every `taken` beats become one, elements in another order, and this `given` beats. */
export interface Regrouping {
  readonly taken: number;
  readonly given: number;
  /** order[k]: the element of the joined beat that becomes element k of the given ones, one after another. */
  readonly order: readonly number[];
}

/** Find the change of layout with the smallest joined beat. */
export function regrouping(from: Beats, to: Beats): Regrouping {
  const most = commonDivisor(from.length, to.length);
  for (let groups = most; groups > 1; groups -= 1) {
    if (most % groups !== 0) continue;
    const found = groupOrder(from, to, from.length / groups, to.length / groups, groups);
    if (found !== undefined) return found;
  }
  return groupOrder(from, to, from.length, to.length, 1)!;
}

function groupOrder(from: Beats, to: Beats, taken: number, given: number, groups: number): Regrouping | undefined {
  const index = new Map<number, number>();
  for (const place of from.slice(0, taken).flat()) index.set(place, index.size);
  const order: number[] = [];
  for (const place of to.slice(0, given).flat()) {
    const found = index.get(place);
    if (found === undefined) return undefined;
    order.push(found);
  }
  for (let group = 1; group < groups; group += 1) {
    const joined = from.slice(group * taken, (group + 1) * taken).flat();
    const wanted = to.slice(group * given, (group + 1) * given).flat();
    if (wanted.some((place, k) => joined[order[k]!] !== place)) return undefined;
  }
  return { taken, given, order };
}

/** The largest integer that divides both. */
export function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
