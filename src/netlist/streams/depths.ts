/**
 * How many places a buffer needs so that its writer is never held up by the way its credits take.
 *
 * A credit is spent when the last step of a beat is issued and is back two cycles after the beat has left, so one beat is
 * under way for the latency of the stage and two more. Between beats pass as many cycles as a beat has steps, at least.
 * Beats that wait for a slower or later reader come on top: how many, `sizeFifos` finds.
 */
import { type StreamGraph, stageCounts } from '../../circuit/index.ts';
import type { ScheduledStage } from './schedule-stage.ts';
import { streamEdges } from './build-streams.ts';
import { stageLatency } from './stage-latency.ts';

/** Places per edge, in the order of `streamEdges`, for readers that take every beat at once. */
export function leastDepths(graph: StreamGraph, stages: readonly ScheduledStage[]): readonly number[] {
  return streamEdges(graph).map(({ from }) =>
    leastDepth(
      graph,
      stages.find(({ stage }) => stage.name === from)!,
    ),
  );
}

/** Places of a buffer behind a stage for a reader that takes every beat at once. */
export function leastDepth(graph: StreamGraph, scheduled: ScheduledStage): number {
  const { steps, outputBeats } = stageCounts(graph, scheduled.stage);
  return Math.ceil((stageLatency(scheduled) + 2) / (steps / outputBeats));
}
