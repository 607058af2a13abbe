/** Designs in the making: some stages are done, with what they take and when their beats come. */
import type { StreamGraph, StreamStage } from '../../circuit/index.ts';
import type { PartCount } from '../../estimation/index.ts';
import { beatTimes } from './beat-times.ts';
import { type CostBook, NO_RESOURCES, together } from './stage-cost.ts';

/** What is known of the stages that are done. */
export interface Progress {
  readonly resources: PartCount;
  /** Cycles for which the slowest stage is busy with one sample. */
  readonly interval: number;
  /** Cycle of the last beat that has left the design. */
  readonly latency: number;
  /** By stream: when the beats of the first sample stand at its readers. */
  readonly times: ReadonlyMap<string, Int32Array>;
}

/** A stage that cannot meet the clock, and why. */
export interface SlowStage {
  readonly slow: StreamStage;
  readonly sentence: string;
}

export function isSlow(made: Progress | SlowStage): made is SlowStage {
  return 'slow' in made;
}

export const START: Progress = { resources: NO_RESOURCES, interval: 0, latency: 0, times: new Map() };

/**
 * Add stages that are final: all that reads them stands in the graph.
 *
 * @param stages in topological order; what they read is an input, in `progress.times`, or among them
 * @param kept streams whose times are wanted later
 * @returns what is known then, or the stage that is too slow for the clock
 */
export function addStages(
  progress: Progress,
  graph: StreamGraph,
  stages: readonly StreamStage[],
  costs: CostBook,
  kept: (stream: string) => boolean,
): Progress | SlowStage {
  const times = new Map(progress.times);
  const resources = [progress.resources];
  let { interval, latency } = progress;
  for (const stage of stages) {
    const cost = costs.stage(graph, stage);
    if (typeof cost === 'string') return { slow: stage, sentence: cost };
    const isOutput = graph.outputs.includes(stage.name);
    const buffers = readersOf(graph, stage.name) + Number(isOutput);
    resources.push(cost.resources, ...Array.from({ length: buffers }, () => costs.buffer(cost.width, cost.depth)));
    const given = beatTimes(cost.work, cost.latency, arrivals(stage, times));
    times.set(stage.name, given);
    interval = Math.max(interval, cost.work.interval);
    if (isOutput) latency = Math.max(latency, given.at(-1)!);
  }
  for (const stream of times.keys()) if (!kept(stream)) times.delete(stream);
  return { resources: together(...resources), interval, latency, times };
}

/** What a whole design takes, or the stage that is too slow for the clock. */
export function wholeDesign(graph: StreamGraph, costs: CostBook): Progress | SlowStage {
  return addStages(START, graph, graph.stages, costs, () => false);
}

/** When the beats of all inputs of a stage are there; those of the graph's inputs always are. */
function arrivals(stage: StreamStage, times: ReadonlyMap<string, Int32Array>): (beat: number) => number {
  const known = stage.inputs.flatMap((name) => times.get(name) ?? []);
  return (beat) => known.reduce((latest, each) => Math.max(latest, each[beat]!), 0);
}

/** Edges from a stream to stages. */
function readersOf(graph: StreamGraph, stream: string): number {
  return graph.stages.reduce((sum, { inputs }) => sum + inputs.filter((name) => name === stream).length, 0);
}
