/** How long a stage takes behind its sequencer. */
import type { ScheduledStage } from './schedule-stage.ts';

/** Cycles from the issue of the last step of a beat to the cycle in which it stands at the buffer. */
export function stageLatency({ stage, circuit, finish }: ScheduledStage): number {
  const readsInCycle = stage.steps.count > 1 || stage.steps.constants !== undefined ? 1 : 0;
  return (
    readsInCycle +
    (circuit?.schedule.latencyCycles ?? 0) +
    (stage.fold === undefined ? 0 : 1) +
    (finish?.schedule.latencyCycles ?? 0)
  );
}
