/**
 * How many places every buffer needs: the fewest with which samples that come without a pause leave as early as with
 * buffers of two samples more than their writers need.
 *
 * A run decides more than its own case. What a stage does next depends on beats and places, not on when they came, and a
 * step that can be taken stays possible whatever others do first; so all orders of steps lead to the same end, and if one
 * run brings every sample out, no pattern of stalls can lock the design up. Samples without a pause, taken at once, are the
 * case in which most beats are under way at a time.
 */
import { stageCounts, type StreamGraph, streamType } from '../../circuit/index.ts';
import { busWidth } from '../bus.ts';
import { streamEdges } from './build-streams.ts';
import { leastDepths } from './depths.ts';
import type { ScheduledStage } from './schedule-stage.ts';
import { stageLatency } from './stage-latency.ts';
import { type StreamTiming, streamTiming } from './stream-timing.ts';

export interface FifoSizes {
  /** Places per edge, in the order of `streamEdges`. */
  readonly depths: readonly number[];
  /** Timing of samples without a pause with these depths; it may be stuck where depths were given. */
  readonly timing: StreamTiming;
}

/** Find the depths. */
export function sizeFifos(graph: StreamGraph, stages: readonly ScheduledStage[]): FifoSizes {
  const latencies = stages.map(stageLatency);
  const edges = streamEdges(graph);
  const samples = samplesToFill(graph, latencies);
  const run = (depths: readonly number[]): StreamTiming => streamTiming(graph, latencies, depths, { samples });
  const ample = ampleDepths(graph, stages);
  const { givenAt: wanted, committed } = run(ample);
  const isAsFast = ({ givenAt, isStuck }: StreamTiming): boolean =>
    !isStuck && givenAt.every((cycles, k) => cycles.every((cycle, beat) => cycle <= wanted[k]![beat]!));

  // The widest first: a place there costs most. More places never make a design slower, so bisection finds the fewest.
  const widths = edges.map(({ from }) => busWidth(streamType(graph, from).formats));
  const order = edges.map((_, k) => k).toSorted((a, b) => widths[b]! - widths[a]! || a - b);
  const depths = [...committed];
  for (const k of order) {
    let [low, high] = [0, depths[k]!];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      depths[k] = middle;
      if (isAsFast(run(depths))) high = middle;
      else low = middle;
    }
    depths[k] = high;
  }
  return { depths, timing: run(depths) };
}

/** Give every buffer the same number of places. */
export function equalFifos(graph: StreamGraph, stages: readonly ScheduledStage[], depth: number): FifoSizes {
  const latencies = stages.map(stageLatency);
  const depths = streamEdges(graph).map(() => depth);
  return { depths, timing: streamTiming(graph, latencies, depths, { samples: samplesToFill(graph, latencies) }) };
}

/** Depths beyond which nothing is gained but room for samples that wait for a slower stage. */
export function ampleDepths(graph: StreamGraph, stages: readonly ScheduledStage[]): readonly number[] {
  const edges = streamEdges(graph);
  return leastDepths(graph, stages).map((least, k) => least + 2 * streamType(graph, edges[k]!.from).elements.length);
}

/** Samples to follow: the first finds an empty design, the last one that has been full for as long as filling it took. */
export function samplesToFill(graph: StreamGraph, latencies: readonly number[]): number {
  const slowest = Math.max(
    ...graph.stages.map((stage) => {
      const { times, patches } = stageCounts(graph, stage);
      return times + patches * (stage.steps.count - 1);
    }),
  );
  const onTheWay = latencies.reduce((sum, latency) => sum + latency + 3, 0);
  return 4 + Math.ceil((2 * onTheWay) / slowest);
}
