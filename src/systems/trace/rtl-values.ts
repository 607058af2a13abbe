/**
 * The clocked netlist's value at every layer's output, in the cycle in which it belongs to a sample.
 *
 * Of a sample presented in cycle t, each element of a layer's output stands there in cycle t + its output stage. Idle
 * cycles with inverted data lie between some samples, so that a value of a wrong cycle shows. Elements that no later layer reads are
 * not built and not compared.
 */
import { readElements } from '../../circuit/index.ts';
import { packVector, unpackVector } from '../../netlist/index.ts';
import { simulateGraph, type Signal } from '../../simulation/index.ts';
import { benchGap } from '../../verilog/index.ts';
import type { BuiltPipeline } from '../pipeline.ts';
import type { RtlDifference } from './layer-trace.ts';
import type { Stimulus } from '../stimuli.ts';

/** A pipeline by itself; of several copies in a design one is traced. */
export type TracedPipeline = Pick<BuiltPipeline, 'built' | 'schedule' | 'netlist'>;

/** What the simulated netlist showed. */
export interface RtlValues {
  readonly latencyCycles: number;
  /** Values compared, over all layers and the outputs. */
  readonly compared: number;
  /** By layer: the stage of the last element of its output. */
  readonly stages: ReadonlyMap<string, number>;
  /** By layer: which elements something reads, so that they exist. */
  readonly read: ReadonlyMap<string, readonly boolean[]>;
  /** By layer, in the order of samples; a graph output is compared again at the top module's port. */
  readonly differences: ReadonlyMap<string, readonly RtlDifference[]>;
}

/**
 * Simulate samples and compare every layer with the circuit.
 *
 * @param codes - raw codes by layer, one vector per sample
 */
export function rtlValues(
  { built: graph, schedule, netlist }: TracedPipeline,
  stimuli: readonly Stimulus[],
  codes: (layer: string, sample: number) => readonly bigint[],
): RtlValues {
  const top = netlist.modules.find((module) => module.name === netlist.top)!;
  const formats = graph.layers.map((layer) => layer.circuit.outputs[0]!.formats);
  // What nothing reads is not built.
  const read = readElements(graph);
  const presented: number[] = [];
  for (let sample = 0, next = 0; sample < stimuli.length; sample++) {
    presented.push((next += benchGap(sample)));
    next++;
  }
  const due = new Map<number, { layer: number; stage: number; sample: number }[]>();
  const stages = schedule.layers.map(({ outputStages }) => new Set(outputStages));
  for (const [sample, at] of presented.entries()) {
    for (const [layer, own] of stages.entries()) {
      for (const stage of own) {
        const list = due.get(at + stage);
        if (list === undefined) due.set(at + stage, [{ layer, stage, sample }]);
        else list.push({ layer, stage, sample });
      }
    }
  }

  const differences = new Map<string, RtlDifference[]>(graph.layers.map(({ name }) => [name, []]));
  let compared = 0;
  /** Compare the elements of a layer's output that stand in one stage, or all of them. */
  const compare = (layer: number, stage: number | undefined, sample: number, cycle: number, word: bigint): void => {
    const { name } = graph.layers[layer]!;
    const expected = codes(name, sample);
    const { outputStages } = schedule.layers[layer]!;
    for (const [element, found] of unpackVector(formats[layer]!, word).entries()) {
      if (!read.get(name)![element]! || (stage !== undefined && outputStages[element] !== stage)) continue;
      compared++;
      if (found === expected[element]) continue;
      differences.get(name)!.push({ layer: name, sample, element, cycle, expected: expected[element]!, found });
    }
  };

  let signals: readonly Signal[] | undefined;
  let cycle = 0;
  const result = simulateGraph(netlist, graph, stimuli, {
    idleBefore: benchGap,
    observe: (simulator) => {
      signals ??= outputSignals(
        simulator.signals(),
        top.instances.map((instance) => instance.name),
      );
      for (const { layer, stage, sample } of due.get(cycle) ?? []) {
        compare(layer, stage, sample, cycle, signals[layer]!.read());
      }
      cycle++;
    },
  });
  for (const [sample, outputs] of result.outputs.entries()) {
    for (const [port, raws] of outputs.entries()) {
      const layer = graph.layers.findIndex(({ name }) => name === graph.outputs[port]);
      compare(layer, undefined, sample, result.validAt[sample]!, packVector(formats[layer]!, raws));
    }
  }
  return {
    latencyCycles: result.latencyCycles,
    compared,
    read,
    stages: new Map(
      schedule.layers.map(({ name, outputStages }) => [name, outputStages.reduce((a, b) => Math.max(a, b), 0)]),
    ),
    differences,
  };
}

/** The output of each instance of the top module, which stand in the order of the layers. */
function outputSignals(signals: readonly Signal[], instances: readonly string[]): readonly Signal[] {
  return instances.map((instance) =>
    signals.find(({ path, name }) => path.length === 1 && path[0] === instance && name === 'y')!,
  );
}
