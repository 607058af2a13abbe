/** What must hold of every layer graph: its flat circuit, its emulation and its clocked pipeline compute the same. */
import { flattenGraph, validateCircuit } from '../../../circuit/index.ts';
import type { LayerGraph } from '../../../circuit/index.ts';
import { compileEmulator, interpret, interpretGraph } from '../../../emulation/index.ts';
import { MismatchError } from '../../../errors.ts';
import { device, ultrascalePlusDelay } from '../../../estimation/index.ts';
import { type DelayModel, pipelineGraph, scheduleGraph, type Slack, validateNetlist } from '../../../netlist/index.ts';
import { simulateGraph } from '../../../simulation/index.ts';
import type { Stimuli } from '../samples.ts';
import type { Sample } from '../simpler-circuits.ts';

/** Options of `pipelineEqualsCircuit`. */
export interface PipelineOptions {
  /** @defaultValue that of xcvu13p-flga2577-2-e */
  readonly delay?: DelayModel;
  /** Most operations that are chained in one stage. @defaultValue what the period holds */
  readonly maxOpsPerStage?: number;
  /** Pipeline stages. @defaultValue the fewest for the period */
  readonly latencyCycles?: number;
  /** What is done with time that stages have to spare. @defaultValue that of `scheduleGraph` */
  readonly slack?: Slack;
}

/** Compare output vectors of a graph with the interpreter's. */
function compare(graph: LayerGraph, who: string, sample: Sample, k: number, found: Sample): void {
  const expected = interpretGraph(graph, sample);
  for (const [output, name] of graph.outputs.entries()) {
    for (const [element, raw] of expected.get(name)!.entries()) {
      const value = found[output]![element];
      if (value === raw) continue;
      throw new MismatchError(
        `${who} gives raw ${value} for ${name}[${element}] of graph "${graph.name}" at sample ${k}, where the interpreter gives ${raw}.`,
      );
    }
  }
}

/**
 * Check that the graph, scheduled and pipelined for a clock and simulated cycle by cycle, computes what its circuits
 * compute, with exactly the scheduled latency and a new sample in every cycle.
 *
 * @param stimuli samples and the idle cycles between them
 * @param periodNs clock period in nanoseconds
 * @throws MismatchError at the first difference; TargetError if one operation alone takes longer than the period, or if
 *   the latency is too short
 */
export function pipelineEqualsCircuit(
  graph: LayerGraph,
  stimuli: Stimuli,
  periodNs: number,
  options: PipelineOptions = {},
): void {
  const { delay = ultrascalePlusDelay(device('xcvu13p-flga2577-2-e')), ...limits } = options;
  const schedule = scheduleGraph(graph, { periodNs, delay, ...limits });
  const netlist = pipelineGraph(graph, schedule);
  validateNetlist(netlist);
  const { samples, gaps } = stimuli;
  const result = simulateGraph(netlist, graph, samples, { idleBefore: (k) => gaps[k] ?? 0 });
  for (const [k, sample] of samples.entries()) {
    compare(graph, `The pipeline at ${periodNs} ns`, sample, k, result.outputs[k]!);
  }
  if (result.latencyCycles !== schedule.latencyCycles) {
    throw new MismatchError(
      `The pipeline of graph "${graph.name}" at ${periodNs} ns has a latency of ${result.latencyCycles} cycles, and its schedule says ${schedule.latencyCycles}.`,
    );
  }
  if (result.initiationInterval !== null && result.initiationInterval !== 1) {
    throw new MismatchError(
      `The pipeline of graph "${graph.name}" gives a result every ${result.initiationInterval} cycles for samples in consecutive cycles.`,
    );
  }
}

/**
 * Check that all layers of a graph, emulated in WebAssembly, compute what the interpreter computes.
 *
 * @throws MismatchError at the first difference; UnsupportedError if the graph needs more than 64 bits
 */
export function graphEmulationEqualsInterpreter(graph: LayerGraph, samples: readonly Sample[]): void {
  const observed: LayerGraph = { ...graph, outputs: graph.layers.map(({ name }) => name) };
  const flat = graph.inputs.map((_, port) => BigInt64Array.from(samples.flatMap((sample) => sample[port]!)));
  const results = compileEmulator(observed).run(samples.length, flat);
  for (const [k, sample] of samples.entries()) {
    const found = observed.layers.map(({ circuit }, layer) => {
      const width = circuit.outputs[0]!.wires.length;
      return Array.from(results[layer]!.subarray(k * width, (k + 1) * width), BigInt);
    });
    compare(observed, 'Compiled emulation', sample, k, found);
  }
}

/**
 * Check that the graph as one flat circuit computes what its layers compute.
 *
 * @throws MismatchError at the first difference
 */
export function flatteningKeepsMeaning(graph: LayerGraph, samples: readonly Sample[]): void {
  const circuit = flattenGraph(graph);
  validateCircuit(circuit);
  for (const [k, sample] of samples.entries()) {
    compare(graph, 'The flat circuit', sample, k, interpret(circuit, sample));
  }
}
