/** Beats of shapes, each list made once: what two schedules have in common is found to be the same object. */
import { type Beats, beatsOf, sizeOf, wholeBeat } from './layouts.ts';
import type { Memo } from './memo.ts';
import type { BeatLayout } from './schedules.ts';

/** The beats of a shape; equal ones are the same object. */
export function beatsIn(memo: Memo, shape: readonly number[], layout: BeatLayout): Beats {
  if (layout === 'whole') return wholeIn(memo, sizeOf(shape));
  return memo('beats', [shape.join(), layout], () => beatsOf(shape, layout));
}

export function wholeIn(memo: Memo, count: number): Beats {
  return memo('whole', [count], () => wholeBeat(count));
}
