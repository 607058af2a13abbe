/**
 * A scheduled stream graph as a clocked netlist: one module per stage, one buffer per edge, one top module.
 *
 * The contract of the top module and of its buffers stands in `stream-netlist.ts`.
 */
import { stageCounts, type StreamGraph, streamType } from '../../circuit/index.ts';
import { busWidth } from '../bus.ts';
import { CLOCK, RESET, identifier, uniqueIdentifier } from '../identifiers.ts';
import { moduleBuilder } from '../module-builder.ts';
import type { OpenInstance } from '../module-builder.ts';
import type { Module, Net } from '../netlist.ts';
import { stageLatency } from './stage-latency.ts';
import { fifoModule } from './fifo.ts';
import type { ScheduledStage } from './schedule-stage.ts';
import { stageModule } from './stage-module.ts';
import {
  readyPort,
  type StreamNetlist,
  type StreamPort,
  type StreamStageModules,
  validPort,
} from './stream-netlist.ts';

/** An edge of the graph that has a buffer. */
export interface StreamEdge {
  readonly from: string;
  /** Undefined where the stream leaves the graph. */
  readonly to: string | undefined;
  /** Number of the reader's input. */
  readonly input: number;
}

/** List the edges that have buffers, by writer, in the order of its `left` ports; outputs of the graph last. */
export function streamEdges(graph: StreamGraph): readonly StreamEdge[] {
  const inner = graph.stages.flatMap(({ name: from }) =>
    graph.stages.flatMap(({ name: to, inputs }) =>
      inputs.flatMap((name, input): StreamEdge[] => (name === from ? [{ from, to, input }] : [])),
    ),
  );
  return [...inner, ...graph.outputs.map((from): StreamEdge => ({ from, to: undefined, input: 0 }))];
}

/**
 * Build the netlist of a stream graph.
 *
 * @param stages the graph's stages, scheduled
 * @param depths places of the buffer of each edge, in the order of `streamEdges`, at least 1
 */
export function streamNetlist(
  graph: StreamGraph,
  stages: readonly ScheduledStage[],
  depths: readonly number[],
): StreamNetlist {
  const taken = new Set<string>();
  const top = uniqueIdentifier(graph.name, taken);
  const edges = streamEdges(graph).map((edge, k) => ({ ...edge, depth: depths[k]! }));
  const modules: Module[] = [];
  const stageModules = new Map<string, Module>();
  const modulesOf: StreamStageModules[] = [];
  for (const scheduled of stages) {
    const { name } = scheduled.stage;
    const behind = edges.filter(({ from }) => from === name).map(({ depth }) => depth);
    const made = stageModule(graph, scheduled, uniqueIdentifier(`${top}_${name}`, taken), behind);
    modules.push(...made.modules);
    modulesOf.push({ stage: name, modules: made.modules.map((module) => module.name) });
    stageModules.set(name, made.module);
  }
  const fifoModules = new Map<string, Module>();
  const fifoOf = (width: number, depth: number): Module => {
    const key = `${top}_fifo_${width}x${depth}`;
    const known = fifoModules.get(key) ?? fifoModule(uniqueIdentifier(key, taken), width, depth);
    if (!fifoModules.has(key)) modules.push(known);
    fifoModules.set(key, known);
    return known;
  };

  const builder = moduleBuilder(top, `${graph.name}: ${stages.length} stages joined by streams`);
  const names = new Set([CLOCK, RESET]);
  const port = (name: string): StreamPort => {
    const data = uniqueIdentifier(name, names);
    return { name: data, type: streamType(graph, name) };
  };
  const inputs = graph.inputs.map(({ name }) => port(name));
  const outputs = graph.outputs.map(port);
  const given = inputs.map(({ name, type }) => ({
    valid: builder.input(validPort(name), 1),
    data: builder.input(name, busWidth(type.formats)),
  }));
  const taking = outputs.map(({ name }) => builder.input(readyPort(name), 1));
  for (const { name } of inputs) builder.reserve(readyPort(name));
  for (const { name } of outputs) for (const output of [validPort(name), name]) builder.reserve(output);

  const lines = edges.map((edge, k): Line => {
    const width = busWidth(streamType(graph, edge.from).formats);
    const instance = `fifo_${k}_${identifier(edge.to ?? edge.from)}`;
    const left = builder.registerPlaceholder(1, { reset: 0n });
    builder.name(left, `${instance}_left`);
    return { edge, left, fifo: builder.openInstance(instance, fifoOf(width, edge.depth)), instance, width };
  });
  const ready = new Map<Line, Net>();
  const written = new Map<Line, readonly Net[]>();
  for (const { stage } of stages) {
    const sources = stage.inputs.map((input, k) => {
      const at = graph.inputs.findIndex(({ name }) => name === input);
      if (at >= 0) return { nets: [given[at]!.valid, given[at]!.data], input: inputs[at]! };
      const line = lines.find(({ edge }) => edge.from === input && edge.to === stage.name && edge.input === k)!;
      return { nets: line.fifo.outputs, line };
    });
    const behind = lines.filter(({ edge }) => edge.from === stage.name);
    const nets = [...sources.flatMap((source) => source.nets), ...behind.map(({ left }) => left)];
    const results = builder.instance(`u_${identifier(stage.name)}`, stageModules.get(stage.name)!, nets);
    sources.forEach(({ input, line }, k) => {
      if (line === undefined) builder.output(readyPort(input.name), results[k]!);
      else ready.set(line, results[k]!);
    });
    for (const line of behind) written.set(line, results.slice(sources.length));
  }
  outputs.forEach(({ name }, k) => {
    const line = lines.find(({ edge }) => edge.from === graph.outputs[k] && edge.to === undefined)!;
    const [valid, data] = line.fifo.outputs;
    ready.set(line, taking[k]!);
    builder.output(validPort(name), valid!);
    builder.output(name, data!);
  });
  for (const line of lines) {
    line.fifo.connect([...written.get(line)!, ready.get(line)!]);
    builder.connect(line.left, builder.and(line.fifo.outputs[0]!, ready.get(line)!));
  }
  modules.push(builder.build());
  return {
    netlist: { name: graph.name, top, modules },
    inputs,
    outputs,
    fifos: lines.map(({ edge, instance, width }) => ({
      instance,
      from: edge.from,
      to: edge.to ?? edge.from,
      width,
      depth: edge.depth,
    })),
    stages: modulesOf,
    quietCycles: quietCycles(graph, stages),
  };
}

/** A buffer under construction, and the register that tells its writer that a beat has left. */
interface Line {
  readonly edge: StreamEdge & { readonly depth: number };
  readonly left: Net;
  readonly fifo: OpenInstance;
  readonly instance: string;
  readonly width: number;
}

/** A bound on the cycles in which no beat moves though nobody waits: all that stages do between beats, one after another. */
function quietCycles(graph: StreamGraph, stages: readonly ScheduledStage[]): number {
  return stages.reduce((sum, scheduled) => {
    const { times, beats, steps, outputBeats } = stageCounts(graph, scheduled.stage);
    return sum + stageLatency(scheduled) + times - beats + Math.ceil(steps / outputBeats) + 4;
  }, 0);
}
