/**
 * Fits a network to a part: searches the schedules of its layers for a goal, builds the best design, runs it, and says why
 * it is as it is.
 *
 * What is printed of the chosen design was measured on it; the predictions stand beside.
 */
import type { StreamGraph } from '../../circuit/index.ts';
import { type CompileOptions, type Schedules, streamCompiler } from '../../compile/index.ts';
import { device } from '../../estimation/index.ts';
import type { Network } from '../../network/index.ts';
import { checkTarget } from '../hardware.ts';
import type { HardwareTarget } from '../pipeline.ts';
import { stepRunner, type StepWatch } from '../steps.ts';
import { bestPoint, type CycleGoal, type FitGoal, goalInCycles, missedGoal } from './goal.ts';
import { type MeasuredDesign, measureDesign } from './measure.ts';
import { front } from './pareto.ts';
import { predictDesign, type Prediction } from './predict.ts';
import { reasonsFor } from './reasons.ts';
import type { Refusal } from './candidates.ts';
import { byInterval, type FitPoint, MOST_WORK, searchSchedules, shareOf } from './search.ts';
import { costBook } from './stage-cost.ts';

export type FitStep = 'search' | 'predict' | 'build';

export interface FitOptions extends StepWatch<FitStep> {
  readonly target: Pick<HardwareTarget, 'part' | 'clockMHz'>;
  /** @defaultValue the fastest design that fits the part */
  readonly goal?: FitGoal;
  readonly compile?: CompileOptions;
  /**
   * Most work of a layer per clock: multiplications with constants, and 24 for each with a variable; what does more is
   * not built.
   * @defaultValue 8,192
   */
  readonly mostWork?: number;
  /** Most reuse factors tried per layer and layout. @defaultValue 8 */
  readonly mostFactors?: number;
  /** Most partial designs kept at a place of the network. @defaultValue 400 */
  readonly mostDesigns?: number;
}

export interface FitResult {
  readonly network: string;
  readonly part: string;
  readonly clockMHz: number;
  /** In cycles; infinite where nothing was asked. */
  readonly goal: CycleGoal;
  /**
   * Designs that no other beats in initiation interval, latency and share of the part at once, as the search predicts
   * them; none with a longer interval than the goal's.
   */
  readonly front: readonly FitPoint[];
  readonly chosen: FitPoint;
  /** Whether the search has tried all reuse factors, and dropped nothing for want of room. */
  readonly isExact: boolean;
  readonly refusals: readonly Refusal[];
  readonly schedules: Schedules;
  readonly graph: StreamGraph;
  readonly predicted: Prediction;
  readonly measured: MeasuredDesign;
  /** Whether the built design needs no longer period than the clock has, by the delay model. */
  readonly meetsClock: boolean;
  /** One sentence per layer with a schedule of its own. */
  readonly reasons: readonly string[];
}

/**
 * Fit a network.
 *
 * @throws ValueError for a goal that is no time, TargetError for one that no design reaches, with the nearest that one does
 */
export async function fitNetwork(network: Network, options: FitOptions): Promise<FitResult> {
  const { target, compile = {}, mostWork = MOST_WORK, mostFactors = 8, mostDesigns } = options;
  const { clockMHz } = target;
  const part = checkTarget(target);
  const goal = goalInCycles(options.goal ?? {}, clockMHz);
  const { run: step } = stepRunner<FitStep>(options);
  const compiler = streamCompiler(network, compile);
  const costs = costBook(target);
  const search = (longestInterval: number) =>
    searchSchedules(compiler, costs, part, {
      longestInterval,
      mostWork,
      mostFactors,
      ...(mostDesigns !== undefined && { mostDesigns }),
    });

  const found = await step(
    'search',
    () => search(goal.initiationInterval),
    ({ points }) => `${points.length} designs that no other beats`,
  );
  const best = bestPoint(found.points, part, goal);
  if (best === undefined) throw missedGoal(network.name, search(Infinity).points, target, goal);
  const graph = compiler.compile(best.schedules);
  const predicted = await step(
    'predict',
    () => predictDesign(graph, costs),
    ({ initiationInterval, latencyCycles, resources }) =>
      `initiation interval ${initiationInterval}, latency ${latencyCycles} cycles, ${resources.lut} LUT`,
  );
  const measured = await step(
    'build',
    () => measureDesign(graph, predicted.stages, predicted.fifos, target),
    ({ initiationInterval, latencyCycles, resources }) =>
      `initiation interval ${initiationInterval}, latency ${latencyCycles} cycles, ${resources.lut} LUT`,
  );
  return {
    network: network.name,
    part: target.part,
    clockMHz,
    goal,
    front: paretoFront(found.points),
    chosen: { ...best, resources: predicted.resources, share: shareOf(predicted.resources, device(target.part)) },
    isExact: found.isExact,
    refusals: found.refusals,
    schedules: best.schedules,
    graph,
    predicted,
    measured,
    meetsClock: measured.criticalNs <= 1000 / clockMHz,
    reasons: reasonsFor({ compiler, costs, part, goal, mostWork }, best),
  };
}

/** Of designs that differ in single resources only those with the least share. */
function paretoFront(points: readonly FitPoint[]): readonly FitPoint[] {
  return front(
    points,
    (a, b) => a.initiationInterval <= b.initiationInterval && a.latencyCycles <= b.latencyCycles && a.share <= b.share,
  ).toSorted(byInterval);
}
