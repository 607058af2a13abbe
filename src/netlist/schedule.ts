/**
 * Places a graph of circuits into pipeline stages for a target clock.
 *
 * Operations are chained across the whole graph: an operation may share a stage with the last ones of the layer before.
 * The latency is that of the earliest schedule for the asked period. Then the stages are evened out: the smallest
 * period with the same latency is found by bisection (as da4ml does), and registers are saved at that period.
 *
 * Limits: no register is placed inside an operation; delays are those of a model, see `DelayModel`.
 */
import type { LayerGraph, Wire } from '../circuit/index.ts';
import { TargetError, ValueError } from '../errors.ts';
import type { DelayModel } from './delay-model.ts';
import { scheduleNodes } from './schedule-graph.ts';
import type { ScheduleNodes } from './schedule-graph.ts';
import { assignEarliest, registerBits, saveRegisters } from './stage-assignment.ts';
import type { StageAssignment } from './stage-assignment.ts';

/** Halvings of the search for the smallest period: to a millionth of the asked one. */
const BISECTIONS = 20;

/** What to schedule for. */
export interface ScheduleOptions {
  /** Clock period in nanoseconds, above the model's register overhead. */
  readonly periodNs: number;
  readonly delay: DelayModel;
  /**
   * Largest number of chained operations that take time between two registers, an integer of at least 1.
   * @defaultValue no limit but the period
   */
  readonly maxOpsPerStage?: number;
}

/** Stages of one layer; stage 0 is the first of the whole graph. */
export interface LayerSchedule {
  readonly name: string;
  /** Stage in which each input port receives its elements. */
  readonly inputStages: readonly number[];
  /** Stage in which all elements of the output are handed on. */
  readonly outputStage: number;
  /** Stage in which each wire is computed; constants have stage 0 and are available in every stage. */
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
  /** Register bits between stages and at the outputs of layers, without output registers and valid bits. */
  readonly registerBits: number;
  readonly layers: readonly LayerSchedule[];
  readonly paths: readonly StagePath[];
}

/**
 * Schedule a graph for a clock.
 *
 * @throws TargetError if one operation alone takes longer than the period allows, naming it and the fastest clock, or if
 * the clock network does not carry the period
 * @throws ValueError if the period or `maxOpsPerStage` is not a number in range
 */
export function scheduleGraph(graph: LayerGraph, options: ScheduleOptions): GraphSchedule {
  const { periodNs, delay, maxOpsPerStage } = options;
  if (!(periodNs > 0 && Number.isFinite(periodNs))) {
    throw new ValueError(`clock period is ${periodNs} ns, must be a finite number above 0`);
  }
  if (maxOpsPerStage !== undefined && !(Number.isInteger(maxOpsPerStage) && maxOpsPerStage >= 1)) {
    throw new ValueError(`maxOpsPerStage is ${maxOpsPerStage}, must be an integer of at least 1`);
  }
  if (delay.minimumPeriodNs !== undefined && periodNs < delay.minimumPeriodNs) {
    throw new TargetError(
      `clock period is ${periodNs.toFixed(3)} ns, below the ${delay.minimumPeriodNs.toFixed(3)} ns that the clock network carries by the ${delay.name} model; the clock can be at most ${(1000 / delay.minimumPeriodNs).toFixed(1)} MHz`,
    );
  }
  const nodes = scheduleNodes(graph, delay);
  const asked = periodNs - delay.registerOverheadNs;
  const slowest = checkBudget(graph, nodes, delay, periodNs);
  const last = (assignment: StageAssignment): number => Math.max(0, ...assignment.outputStages);
  const stagesAsked = last(assignEarliest(nodes, asked, maxOpsPerStage));
  let budget = asked;
  let tooSmall = slowest;
  for (let k = 0; k < BISECTIONS; k += 1) {
    const middle = (budget + tooSmall) / 2;
    if (last(assignEarliest(nodes, middle, maxOpsPerStage)) <= stagesAsked) budget = middle;
    else tooSmall = middle;
  }
  const assignment = saveRegisters(nodes, assignEarliest(nodes, budget, maxOpsPerStage), budget, maxOpsPerStage);
  const paths = slowestPaths(graph, nodes, assignment);
  return {
    periodNs,
    criticalNs: delay.registerOverheadNs + Math.max(0, ...paths.map((path) => path.delayNs)),
    delayModel: delay.name,
    latencyCycles: stagesAsked + 1,
    registerBits: registerBits(nodes, assignment),
    layers: layerSchedules(graph, nodes, assignment),
    paths,
  };
}

/** Give the longest delay of one operation; throw if it does not fit into the period. */
function checkBudget(graph: LayerGraph, { nodes }: ScheduleNodes, delay: DelayModel, periodNs: number): number {
  let worst = nodes[0];
  for (const node of nodes) if (node.delayNs > worst!.delayNs) worst = node;
  const longest = worst?.delayNs ?? 0;
  const overhead = delay.registerOverheadNs;
  if (worst === undefined || (longest <= periodNs - overhead && periodNs > overhead)) return longest;
  const layer = graph.layers[worst.layer]!;
  const fastest = 1000 / (longest + overhead);
  throw new TargetError(
    `layer ${layer.name}: ${labelOf(graph, worst.layer, worst.wire)} takes ${longest.toFixed(3)} ns and registers ${overhead.toFixed(3)} ns by the ${delay.name} model, more than the clock period of ${periodNs.toFixed(3)} ns; the clock can be at most ${fastest.toFixed(1)} MHz`,
  );
}

function labelOf(graph: LayerGraph, layer: number, wire: Wire): string {
  const { circuit } = graph.layers[layer]!;
  return circuit.labels[wire] ?? `${circuit.ops[wire]!.kind} ${wire}`;
}

function layerSchedules(graph: LayerGraph, nodes: ScheduleNodes, assignment: StageAssignment): LayerSchedule[] {
  const outputStageOf = new Map(graph.layers.map((layer, k) => [layer.name, assignment.outputStages[k]!]));
  return graph.layers.map((layer, k) => ({
    name: layer.name,
    inputStages: layer.inputs.map((input) => outputStageOf.get(input) ?? 0),
    outputStage: assignment.outputStages[k]!,
    stages: nodes.nodeOf[k]!.map((node) => (node < 0 ? 0 : assignment.stages[node]!)),
  }));
}

/** Trace the slowest path of each stage by the true delays. */
function slowestPaths(
  graph: LayerGraph,
  { nodes }: ScheduleNodes,
  { stages, outputStages }: StageAssignment,
): StagePath[] {
  const finish = new Float64Array(nodes.length);
  const before = new Int32Array(nodes.length).fill(-1);
  const ends = new Int32Array(Math.max(0, ...outputStages) + 1).fill(-1);
  nodes.forEach((node, number) => {
    let start = 0;
    for (const operand of node.operands) {
      if (stages[operand] === stages[number] && finish[operand]! > start) {
        start = finish[operand]!;
        before[number] = operand;
      }
    }
    finish[number] = start + node.delayNs;
    const end = ends[stages[number]!]!;
    if (end < 0 || finish[number]! > finish[end]!) ends[stages[number]!] = number;
  });
  return Array.from(ends, (end, stage) => {
    const steps: PathStep[] = [];
    for (let number = end; number >= 0; number = before[number]!) {
      const { layer, wire, delayNs } = nodes[number]!;
      if (delayNs > 0)
        steps.unshift({ layer: graph.layers[layer]!.name, wire, label: labelOf(graph, layer, wire), delayNs });
    }
    return { stage, delayNs: end < 0 ? 0 : finish[end]!, steps };
  });
}
