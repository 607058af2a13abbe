/**
 * Places a graph of circuits into pipeline stages for a target clock: retiming by the delay model.
 *
 * Operations are chained across the whole graph: an operation may share a stage with the last ones of the layer before,
 * and every element of a layer's output is handed on in a stage of its own. The latency is the least for the period, or
 * the one that is asked for; of all schedules with that latency, one of fewest register bits is taken (`retiming/`).
 *
 * Limits: no register is placed inside an operation; delays are those of a model, see `DelayModel`.
 */
import type { LayerGraph, Wire } from '../circuit/index.ts';
import { TargetError, ValueError } from '../errors.ts';
import type { DelayModel } from './delay-model.ts';
import {
  earliestStages,
  finishTimes,
  lastStage,
  minimumRegisters,
  registerBits,
  stretchedDelays,
} from './retiming/index.ts';
import { scheduleProblem, UNITS_PER_NS } from './schedule-graph.ts';
import type { ScheduleProblem } from './schedule-graph.ts';

/** Halvings of the search for the smallest period of the latency: to a millionth of the asked one. */
const EVEN_HALVINGS = 20;

/** Halvings of the search for the smallest period that costs no register bit; each is a whole minimisation. */
const FREE_HALVINGS = 6;

/** Largest number of variables for which that search is worth its time. */
const FREE_VARIABLES = 20_000;

/**
 * Variables and constraints that one minimisation looks at before single moves must do, some 17 seconds of one core.
 * Measured: 290,000 operations in 10 stages look at 297 or 388 million, 154,000 in 23 stages at 351 million, 290,000 in
 * 25 stages would at 539 million. Counted in steps and not in seconds, so that every machine makes the same schedule.
 */
const WORK_LIMIT = 4e8;

/** What is done with time that stages have to spare. */
export type Slack = 'registers' | 'even';

/** What to schedule for. */
export interface ScheduleOptions {
  /** Clock period in nanoseconds, above the model's register overhead. */
  readonly periodNs: number;
  readonly delay: DelayModel;
  /**
   * Number of pipeline stages, an integer of at least 1; what is more than needed stands where it costs fewest registers.
   * @defaultValue the least for the period
   */
  readonly latencyCycles?: number;
  /**
   * `registers`: fewest register bits at the asked period; where that costs none, stages are shorter. `even`: stages as
   * short as the latency allows, and fewest register bits at that shorter period.
   * @defaultValue 'registers'
   */
  readonly slack?: Slack;
  /**
   * Largest number of chained operations that take time between two registers, an integer of at least 1.
   * @defaultValue no limit but the period
   */
  readonly maxOpsPerStage?: number;
}

/** Stages of one layer; stage 0 is the first of the whole graph. */
export interface LayerSchedule {
  readonly name: string;
  /**
   * Stage in which each element of the output is handed on. Constants stand in every stage; they have that of their
   * first reader.
   */
  readonly outputStages: readonly number[];
  /**
   * Stage in which each wire is computed, and for inputs, received. Constants and operations that no output needs have
   * stage 0; the former are available in every stage, the latter are not built.
   */
  readonly stages: readonly number[];
}

/** One operation on the slowest path of a stage. */
export interface PathStep {
  readonly layer: string;
  readonly wire: Wire;
  /** The wire's label, or its operation and number. */
  readonly label: string;
  readonly delayNs: number;
}

/** The slowest path of one stage, without the register overhead. */
export interface StagePath {
  readonly stage: number;
  readonly delayNs: number;
  readonly steps: readonly PathStep[];
}

/** Where every operation of a graph stands in the pipeline. */
export interface GraphSchedule {
  /** The period asked for, in nanoseconds. */
  readonly periodNs: number;
  /** The period that the slowest stage needs by the delay model, in nanoseconds. */
  readonly criticalNs: number;
  readonly delayModel: string;
  /** Rising edges between an input being sampled and its output being there: one per stage. */
  readonly latencyCycles: number;
  /**
   * Register bits between stages. The data registers of the netlist are these and one bit per bit of the outputs; they
   * are fewer where two operations of a layer turn out to be the same cells in the same stage.
   */
  readonly registerBits: number;
  /** Whether no schedule of this latency and period has fewer register bits; else the graph was too large to know. */
  readonly isMinimum: boolean;
  readonly layers: readonly LayerSchedule[];
  readonly paths: readonly StagePath[];
}

/**
 * Schedule a graph for a clock.
 *
 * @throws TargetError if one operation alone takes longer than the period allows, naming it and the fastest clock; if
 * the clock network does not carry the period; or if `latencyCycles` are too few, naming the least
 * @throws ValueError if the period, `latencyCycles` or `maxOpsPerStage` is not a number in range
 */
export function scheduleGraph(graph: LayerGraph, options: ScheduleOptions): GraphSchedule {
  const { periodNs, delay, maxOpsPerStage, latencyCycles, slack = 'registers' } = options;
  checkOptions(options);
  const made = scheduleProblem(graph, delay);
  const { problem } = made;
  const slowest = checkBudget(graph, made, delay, periodNs);
  const asked = Math.round((periodNs - delay.registerOverheadNs) * UNITS_PER_NS);
  const stretched = (budget: number): Float64Array => stretchedDelays(problem.delays, budget, maxOpsPerStage);
  const earliest = (budget: number): Int32Array => earliestStages(problem, stretched(budget), budget);
  const least = lastStage(problem, earliest(asked));
  if (latencyCycles !== undefined && latencyCycles <= least) {
    throw new TargetError(
      `latency is ${latencyCycles} ${latencyCycles === 1 ? 'cycle' : 'cycles'}, must be at least ${least + 1} for a clock period of ${periodNs.toFixed(3)} ns by the ${delay.name} model`,
    );
  }
  const last = (latencyCycles ?? least + 1) - 1;
  const minimise = (budget: number) =>
    minimumRegisters(problem, stretched(budget), budget, earliest(budget), last, WORK_LIMIT);

  const isSmall = problem.count <= FREE_VARIABLES;
  const evenBudget =
    slack === 'even' || isSmall
      ? halve(asked, slowest, EVEN_HALVINGS, (budget) => lastStage(problem, earliest(budget)) <= last)
      : asked;
  let best = minimise(slack === 'even' ? evenBudget : asked);
  const bits = registerBits(problem, best.stages, last);
  if (slack === 'registers' && evenBudget < asked) {
    const isFree = (budget: number): boolean => {
      const other = minimise(budget);
      const costsNothing = registerBits(problem, other.stages, last) === bits;
      if (costsNothing) best = other;
      return costsNothing;
    };
    if (!isFree(evenBudget)) halve(asked, evenBudget, FREE_HALVINGS, isFree);
  }
  const paths = slowestPaths(graph, made, best.stages, last);
  let criticalNs = 0;
  for (const path of paths) criticalNs = Math.max(criticalNs, path.delayNs);
  return {
    periodNs,
    criticalNs: delay.registerOverheadNs + criticalNs,
    delayModel: delay.name,
    latencyCycles: last + 1,
    registerBits: bits,
    isMinimum: best.isMinimum,
    layers: graph.layers.map((layer, k) => ({
      name: layer.name,
      outputStages: made.handedOn[k]!.map((variable) => (variable < 0 ? 0 : best.stages[variable]!)),
      stages: Array.from(made.variableOf[k]!, (variable) => (variable < 0 ? 0 : best.stages[variable]!)),
    })),
    paths,
  };
}

/** The smallest budget above `low` that holds, by bisection, given that `high` does. */
function halve(high: number, low: number, halvings: number, holds: (budget: number) => boolean): number {
  let [budget, tooSmall] = [high, low];
  for (let k = 0; k < halvings && budget - tooSmall > 1; k += 1) {
    const middle = Math.round((budget + tooSmall) / 2);
    if (holds(middle)) budget = middle;
    else tooSmall = middle;
  }
  return budget;
}

function checkOptions({ periodNs, delay, maxOpsPerStage, latencyCycles }: ScheduleOptions): void {
  if (!(periodNs > 0 && Number.isFinite(periodNs))) {
    throw new ValueError(`clock period is ${periodNs} ns, must be a finite number above 0`);
  }
  for (const [name, value] of Object.entries({ maxOpsPerStage, latencyCycles })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new ValueError(`${name} is ${value}, must be an integer of at least 1`);
    }
  }
  if (delay.minimumPeriodNs !== undefined && periodNs < delay.minimumPeriodNs) {
    throw new TargetError(
      `clock period is ${periodNs.toFixed(3)} ns, below the ${delay.minimumPeriodNs.toFixed(3)} ns that the clock network carries by the ${delay.name} model; the clock can be at most ${(1000 / delay.minimumPeriodNs).toFixed(1)} MHz`,
    );
  }
}

/** Give the longest delay of one operation in units; throw if it does not fit into the period. */
function checkBudget(graph: LayerGraph, made: ScheduleProblem, delay: DelayModel, periodNs: number): number {
  const { delays } = made.problem;
  let worst = 0;
  for (let v = 0; v < delays.length; v += 1) if (delays[v]! > delays[worst]!) worst = v;
  const overhead = delay.registerOverheadNs;
  const operation = made.operations[worst];
  if (operation === undefined) {
    if (periodNs > overhead) return 0;
    throw new TargetError(
      `clock period is ${periodNs.toFixed(3)} ns, must be above the ${overhead.toFixed(3)} ns that registers take by the ${delay.name} model`,
    );
  }
  const { layer, wire, delayNs } = operation;
  if (delayNs <= periodNs - overhead && periodNs > overhead) return delays[worst]!;
  const fastest = 1000 / (delayNs + overhead);
  throw new TargetError(
    `layer ${graph.layers[layer]!.name}: ${labelOf(graph, layer, wire)} takes ${delayNs.toFixed(3)} ns and registers ${overhead.toFixed(3)} ns by the ${delay.name} model, more than the clock period of ${periodNs.toFixed(3)} ns; the clock can be at most ${fastest.toFixed(1)} MHz`,
  );
}

function labelOf(graph: LayerGraph, layer: number, wire: Wire): string {
  const { circuit } = graph.layers[layer]!;
  return circuit.labels[wire] ?? `${circuit.ops[wire]!.kind} ${wire}`;
}

/** Trace the slowest path of each stage by the true delays. */
function slowestPaths(
  graph: LayerGraph,
  { problem, operations }: ScheduleProblem,
  stages: Int32Array,
  last: number,
): StagePath[] {
  const { count, operands } = problem;
  const finish = finishTimes(problem, problem.delays, stages);
  const ends = new Int32Array(last + 1).fill(-1);
  for (let v = 0; v < count; v += 1) {
    const end = ends[stages[v]!]!;
    if (end < 0 || finish[v]! > finish[end]!) ends[stages[v]!] = v;
  }
  const before = (v: number): number => {
    for (let k = operands.starts[v]!; k < operands.starts[v + 1]!; k += 1) {
      const operand = operands.items[k]!;
      if (stages[operand] === stages[v] && finish[operand] === finish[v]! - problem.delays[v]! && finish[operand]! > 0)
        return operand;
    }
    return -1;
  };
  return Array.from(ends, (end, stage) => {
    const steps: PathStep[] = [];
    let total = 0;
    for (let v = end; v >= 0; v = before(v)) {
      const operation = operations[v];
      if (operation === undefined || operation.delayNs <= 0) continue;
      const { layer, wire, delayNs } = operation;
      total += delayNs;
      steps.push({ layer: graph.layers[layer]!.name, wire, label: labelOf(graph, layer, wire), delayNs });
    }
    return { stage, delayNs: total, steps: steps.toReversed() };
  });
}
