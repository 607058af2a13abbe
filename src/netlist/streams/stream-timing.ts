/**
 * When beats move through a stream design, without its data: control alone, cycle by cycle.
 *
 * What a stage does at a clock depends on counters, credits and handshakes, never on values. So the timing of a design,
 * and with it latency, initiation interval and the filling of every buffer, follows from its stages' latencies and its
 * buffers' depths. This model keeps the state that the sequencers of `stage-module.ts` keep and nothing else; it is equal to
 * the netlist in every cycle (`spec/netlist/streams/stream-timing.spec.ts`) and thousands of times as fast, which is what
 * finding depths and schedules needs.
 */
import { stageCounts } from '../../circuit/index.ts';
import type { StreamGraph, StreamStage } from '../../circuit/index.ts';
import { streamEdges } from './build-streams.ts';

/** The world outside: who stands still, when. */
export interface TimingOptions {
  /** Samples that come in, at least 1. */
  readonly samples: number;
  /** Whether input number k offers no new beat in a cycle. @defaultValue never */
  readonly inputStalls?: (input: number, cycle: number) => boolean;
  /** Whether output number k takes no beat in a cycle. @defaultValue never */
  readonly outputStalls?: (output: number, cycle: number) => boolean;
  /** Cycles without a move after which the design stands still for ever. @defaultValue 100,000 */
  readonly patience?: number;
}

/** When beats moved; cycles count from 0. */
export interface StreamTiming {
  /** takenAt[k]: cycles in which beats of input k were taken. */
  readonly takenAt: readonly (readonly number[])[];
  /** givenAt[k]: cycles in which beats of output k were given. */
  readonly givenAt: readonly (readonly number[])[];
  /** Most beats inside the buffer of each edge. */
  readonly highest: readonly number[];
  /** Places of each edge that were needed for never being held up: with fewer, a step would have waited for a credit. */
  readonly committed: readonly number[];
  /** Whether beats were missing when nothing moved any more. */
  readonly isStuck: boolean;
}

/** The buffer of an edge, and the credits for it. */
interface Edge {
  readonly from: string;
  readonly isOutput: boolean;
  count: number;
  credits: number;
  /** A beat left in the cycle before. */
  left: boolean;
  /** A beat enters, or leaves, in this cycle. */
  enters: boolean;
  pops: boolean;
  highest: number;
  fewest: number;
}

interface Stage {
  readonly plan: StreamStage;
  readonly beats: number;
  readonly stepsPerBeat: number;
  readonly latency: number;
  /** Edge numbers of inputs; −1 − k for graph input k. */
  readonly sources: readonly number[];
  readonly edges: readonly Edge[];
  /** underWay[c mod length]: a beat comes out in cycle c. */
  readonly underWay: Uint8Array;
  time: number;
  hasPatch: boolean;
  step: number;
  stepOfBeat: number;
}

/**
 * Follow the samples through a design.
 *
 * @param latencies cycles from the last step of a beat to its buffer, per stage (`stageLatency`)
 * @param depths places per edge, in the order of `streamEdges`
 */
export function streamTiming(
  graph: StreamGraph,
  latencies: readonly number[],
  depths: readonly number[],
  options: TimingOptions,
): StreamTiming {
  const { samples, inputStalls = never, outputStalls = never, patience = 100_000 } = options;
  const { stages, edges } = model(graph, latencies, depths);
  const outputs = graph.outputs.map((name) => edges.findIndex(({ isOutput, from }) => isOutput && from === name));
  const wanted = graph.inputs.map(({ type }) => type.elements.length * samples);
  const due = graph.outputs.map(
    (name) => graph.stages.find((stage) => stage.name === name)!.output.elements.length * samples,
  );
  const takenAt: number[][] = graph.inputs.map(() => []);
  const givenAt: number[][] = graph.outputs.map(() => []);
  const offered = graph.inputs.map(() => false);
  let quiet = 0;
  const isDone = (): boolean => givenAt.every((cycles, k) => cycles.length === due[k]);
  for (let cycle = 0; !isDone() && quiet < patience; cycle += 1, quiet += 1) {
    offered.forEach((was, k) => {
      offered[k] = was || (takenAt[k]!.length < wanted[k]! && !inputStalls(k, cycle));
    });
    for (const stage of stages) {
      const { plan, edges: behind, underWay, stepsPerBeat } = stage;
      const completes = stage.stepOfBeat === stepsPerBeat - 1;
      const issues = stage.hasPatch && (!completes || behind.every(({ credits }) => credits > 0));
      const endsPatch = issues && stage.step === plan.steps.count - 1;
      const isFree = !stage.hasPatch || endsPatch;
      const isFlush = stage.time >= stage.beats;
      const comes = stage.sources.every((source) => (source < 0 ? offered[-1 - source]! : isValid(edges[source]!)));
      const advances = isFree && (isFlush || comes);
      if (advances && !isFlush) {
        quiet = 0;
        for (const source of stage.sources) {
          if (source >= 0) edges[source]!.pops = true;
          else {
            takenAt[-1 - source]!.push(cycle);
            offered[-1 - source] = false;
          }
        }
      }
      if (issues) {
        stage.stepOfBeat = completes ? 0 : stage.stepOfBeat + 1;
        stage.step = endsPatch ? 0 : stage.step + 1;
        if (completes) underWay[(cycle + stage.latency) % underWay.length] = 1;
      }
      const givesBeat = underWay[cycle % underWay.length] === 1;
      underWay[cycle % underWay.length] = 0;
      for (const edge of behind) {
        edge.enters = givesBeat;
        if (issues && completes && edge.credits < edge.fewest) edge.fewest = edge.credits;
        edge.credits += (edge.left ? 1 : 0) - (issues && completes ? 1 : 0);
      }
      if (advances) {
        stage.hasPatch = plan.taps.classes[stage.time]! >= 0;
        stage.time = stage.time + 1 === plan.taps.classes.length ? 0 : stage.time + 1;
      } else if (endsPatch) stage.hasPatch = false;
    }
    outputs.forEach((at, k) => {
      const edge = edges[at]!;
      if (!isValid(edge) || outputStalls(k, cycle)) return;
      edge.pops = true;
      givenAt[k]!.push(cycle);
      quiet = 0;
    });
    for (const edge of edges) {
      edge.count += (edge.enters ? 1 : 0) - (edge.pops ? 1 : 0);
      if (edge.count > edge.highest) edge.highest = edge.count;
      edge.left = edge.pops;
      edge.pops = false;
      edge.enters = false;
    }
  }
  return {
    takenAt,
    givenAt,
    highest: edges.map(({ highest }) => highest),
    committed: edges.map(({ fewest }, k) => depths[k]! - fewest + 1),
    isStuck: !isDone(),
  };
}

const never = (): boolean => false;

const isValid = ({ count, enters }: Edge): boolean => count > 0 || enters;

function model(
  graph: StreamGraph,
  latencies: readonly number[],
  depths: readonly number[],
): { readonly stages: readonly Stage[]; readonly edges: readonly Edge[] } {
  const ends = streamEdges(graph);
  const edges = ends.map(({ from, to }, k): Edge => ({
    from,
    isOutput: to === undefined,
    count: 0,
    credits: depths[k]!,
    left: false,
    enters: false,
    pops: false,
    highest: 0,
    fewest: depths[k]!,
  }));
  const stages = graph.stages.map((plan, k): Stage => {
    const { beats } = stageCounts(graph, plan);
    return {
      plan,
      beats,
      stepsPerBeat: (plan.fold?.steps ?? 1) * plan.gather.results,
      latency: latencies[k]!,
      sources: plan.inputs.map((name, input) => {
        const at = graph.inputs.findIndex((candidate) => candidate.name === name);
        if (at >= 0) return -1 - at;
        return ends.findIndex((edge) => edge.from === name && edge.to === plan.name && edge.input === input);
      }),
      edges: edges.filter(({ from }) => from === plan.name),
      underWay: new Uint8Array(latencies[k]! + 1),
      time: 0,
      hasPatch: false,
      step: 0,
      stepOfBeat: 0,
    };
  });
  return { stages, edges };
}
