/**
 * When a stage gives its beats, from when the beats come that it takes: one stage at a time, without its data.
 *
 * What `streamTiming` follows cycle by cycle through a whole design, for the first sample in an empty one whose buffers
 * never fill: then nobody waits for places, and a stage's beats follow from those before it alone. A beat that comes later
 * makes no other come earlier, so of two schedules with the same beats the one that is never later is the better one.
 */
import { stageCounts, type StreamGraph, type StreamStage } from '../../circuit/index.ts';

/** What of a stage decides about time. */
export interface StageWork {
  /** Class of the patch by time, −1 for none; the first times are those of beats. */
  readonly classes: readonly number[];
  readonly beats: number;
  /** Steps per patch, and per beat of the output. */
  readonly steps: number;
  readonly stepsPerBeat: number;
  readonly outputBeats: number;
  /** Cycles that a sample keeps the stage busy. */
  readonly interval: number;
}

/** Say what of a stage decides about time. */
export function stageWork(graph: StreamGraph, stage: StreamStage): StageWork {
  const { beats, times, patches, outputBeats } = stageCounts(graph, stage);
  return {
    classes: stage.taps.classes,
    beats,
    steps: stage.steps.count,
    stepsPerBeat: (stage.fold?.steps ?? 1) * stage.gather.results,
    outputBeats,
    interval: times + patches * (stage.steps.count - 1),
  };
}

/**
 * Cycles in which the beats of the first sample stand at the reader.
 *
 * @param latency cycles from the last step of a beat to its buffer (`stageLatency`)
 * @param comes comes[b]: cycle in which beat b of every input is there
 */
export function beatTimes(work: StageWork, latency: number, comes: (beat: number) => number): Int32Array {
  const { classes, beats, steps, stepsPerBeat, outputBeats } = work;
  const given = new Int32Array(outputBeats);
  let count = 0;
  let step = 0;
  let free = 0;
  for (let time = 0; time < classes.length; time += 1) {
    const taken = time < beats ? Math.max(free, comes(time)) : free;
    if (classes[time]! < 0) {
      free = taken + 1;
      continue;
    }
    // Steps follow in the next cycles; the last of them leaves room for the next beat.
    for (let k = 1; k <= steps; k += 1) {
      step += 1;
      if (step % stepsPerBeat === 0) given[count++] = taken + k + latency;
    }
    free = taken + steps;
  }
  return given;
}
