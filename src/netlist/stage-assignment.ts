/**
 * Stages for the nodes of a graph: as soon as possible first, then with fewer registers at the same latency.
 *
 * A node lives in a stage and finishes at a time within it; it may start when its operands of the same stage have
 * finished, or at 0 when they come from registers. All elements of a layer's output are handed on in one stage, the
 * latest among them.
 *
 * Registers are saved by moving single nodes between the bounds that their neighbours leave, backwards and forwards in
 * turn, wherever that lowers the exact count of register bits. Each pass keeps the schedule valid and never adds bits.
 * Single moves cannot carry a group of nodes over a hill, so the search runs from the earliest and from the latest
 * schedule and keeps the better. Exact minimisation (a flow problem: Leiserson and Saxe, "Retiming synchronous
 * circuitry", Algorithmica 6, 1991) is left out.
 */
import type { ScheduleNodes } from './schedule-graph.ts';

/** Times closer than this are equal, in nanoseconds. */
const TOLERANCE_NS = 1e-9;

/** A stage per node and the stage in which each layer hands on its output. */
export interface StageAssignment {
  readonly stages: Int32Array;
  readonly outputStages: readonly number[];
}

/** Delay of a node under a budget: stretched so that at most `maxOps` operations that take time fit into one stage. */
export function stretchedDelay(delayNs: number, budgetNs: number, maxOps: number | undefined): number {
  return delayNs > 0 && maxOps !== undefined ? Math.max(delayNs, budgetNs / maxOps) : delayNs;
}

/** Put every node into its earliest stage. Every delay must be within the budget. */
export function assignEarliest(graph: ScheduleNodes, budgetNs: number, maxOps?: number): StageAssignment {
  const { nodes, outputNodes } = graph;
  const stages = new Int32Array(nodes.length);
  const finish = new Float64Array(nodes.length);
  const outputStages: number[] = [];
  // Layers stand in order, and so do their nodes: a layer's output stage is known when the next layer begins.
  let number = 0;
  outputNodes.forEach((outputs, layer) => {
    for (; number < nodes.length && nodes[number]!.layer === layer; number += 1) {
      const node = nodes[number]!;
      const least = node.pinnedTo === undefined || node.pinnedTo < 0 ? 0 : outputStages[node.pinnedTo]!;
      let stage = least;
      let start = 0;
      for (const operand of node.operands) {
        if (stages[operand]! > stage) [stage, start] = [stages[operand]!, finish[operand]!];
        else if (stages[operand] === stage) start = Math.max(start, finish[operand]!);
      }
      const delay = stretchedDelay(node.delayNs, budgetNs, maxOps);
      const fits = start + delay <= budgetNs + TOLERANCE_NS;
      stages[number] = fits ? stage : stage + 1;
      finish[number] = fits ? start + delay : delay;
    }
    outputStages.push(Math.max(0, ...outputs.map((node) => stages[node]!)));
  });
  return { stages, outputStages };
}

/** Register bits between the stages: each value once per stage that it crosses. */
export function registerBits(graph: ScheduleNodes, { stages, outputStages }: StageAssignment): number {
  let bits = 0;
  graph.nodes.forEach((node, number) => {
    let last = graph.isOutput[number] ? outputStages[node.layer]! : stages[number]!;
    for (const consumer of graph.consumers[number]!) last = Math.max(last, usedAt(graph, stages, number, consumer));
    bits += node.bits * (last - stages[number]!);
  });
  return bits;
}

/** Lower the number of register bits without moving any layer's output stage. */
export function saveRegisters(
  graph: ScheduleNodes,
  earliest: StageAssignment,
  budgetNs: number,
  maxOps?: number,
): StageAssignment {
  let best = earliest;
  let bestBits = registerBits(graph, earliest);
  for (const fromLatest of [false, true]) {
    const current = { stages: earliest.stages.slice(), outputStages: earliest.outputStages };
    const search = movement(graph, current, budgetNs, maxOps);
    search.backward(fromLatest);
    search.forward();
    let bits = registerBits(graph, current);
    for (let previous = Infinity; bits < previous;) {
      previous = bits;
      search.backward(false);
      search.forward();
      bits = registerBits(graph, current);
    }
    if (bits < bestBits) [best, bestBits] = [current, bits];
  }
  return best;
}

/** The stage in which `consumer` reads `node`: an input of another layer reads it when its layer hands it on. */
function usedAt(graph: ScheduleNodes, stages: Int32Array, node: number, consumer: number): number {
  return graph.nodes[consumer]!.layer === graph.nodes[node]!.layer ? stages[consumer]! : stages[node]!;
}

/** The two passes over one assignment, which they change in place. */
function movement(
  graph: ScheduleNodes,
  { stages, outputStages }: { stages: Int32Array; outputStages: readonly number[] },
  budgetNs: number,
  maxOps: number | undefined,
): { backward(latest: boolean): void; forward(): void } {
  const { nodes, consumers, isOutput } = graph;
  const delays = Float64Array.from(nodes, (node) => stretchedDelay(node.delayNs, budgetNs, maxOps));
  /** Earliest finish within the node's stage, given all stages before it. */
  const early = new Float64Array(nodes.length);
  /** Latest finish within the node's stage, given all stages after it. */
  const late = new Float64Array(nodes.length).fill(budgetNs);

  const start = (number: number, stage: number): number => {
    let time = 0;
    for (const operand of nodes[number]!.operands)
      if (stages[operand] === stage) time = Math.max(time, early[operand]!);
    return time;
  };
  const limit = (number: number, stage: number): number => {
    let time = budgetNs;
    for (const consumer of consumers[number]!) {
      if (stages[consumer] === stage) time = Math.min(time, late[consumer]! - delays[consumer]!);
    }
    return time;
  };
  /** Last stage in which a node is needed, `except` for one of its consumers. */
  const lastUse = (number: number, except: number): number => {
    let last = isOutput[number] ? outputStages[nodes[number]!.layer]! : stages[number]!;
    for (const consumer of consumers[number]!) {
      if (consumer !== except) last = Math.max(last, usedAt(graph, stages, number, consumer));
    }
    return last;
  };
  /** Choose the stage of a node between its neighbours; with 0 a tie stays, with 1 it sinks, with 2 every node sinks. */
  const choose = (number: number, sink: 0 | 1 | 2): void => {
    const node = nodes[number]!;
    if (node.pinnedTo !== undefined) return;
    let lowest = 0;
    for (const operand of node.operands) lowest = Math.max(lowest, stages[operand]!);
    let highest = isOutput[number] ? outputStages[node.layer]! : Number.MAX_SAFE_INTEGER;
    for (const consumer of consumers[number]!) highest = Math.min(highest, stages[consumer]!);
    const current = stages[number]!;
    if (highest === Number.MAX_SAFE_INTEGER) return;
    const fits = (stage: number): boolean =>
      start(number, stage) + delays[number]! <= limit(number, stage) + TOLERANCE_NS;
    if (sink === 2) {
      let stage = highest;
      while (stage > current && !fits(stage)) stage -= 1;
      stages[number] = stage;
      return;
    }
    if (lowest === highest) return;
    const others = node.operands.map((operand) => lastUse(operand, number));
    const cost = (stage: number): number =>
      node.operands.reduce(
        (sum, operand, k) => sum + nodes[operand]!.bits * Math.max(0, stage - others[k]!),
        -node.bits * stage,
      );
    let chosen = current;
    let least = cost(current);
    for (let stage = lowest; stage <= highest; stage += 1) {
      const bits = stage === current ? least : cost(stage);
      if ((bits < least || (bits === least && sink === 1 && stage > chosen)) && fits(stage))
        [chosen, least] = [stage, bits];
    }
    stages[number] = chosen;
  };
  const forward = (): void => {
    for (let number = 0; number < nodes.length; number += 1) {
      choose(number, 0);
      early[number] = start(number, stages[number]!) + delays[number]!;
    }
  };
  const backward = (latest: boolean): void => {
    for (let number = nodes.length - 1; number >= 0; number -= 1) {
      choose(number, latest ? 2 : 1);
      late[number] = limit(number, stages[number]!);
    }
  };
  // The first backward pass needs the earliest finishes of the given stages.
  for (let number = 0; number < nodes.length; number += 1)
    early[number] = start(number, stages[number]!) + delays[number]!;
  return { backward, forward };
}
