/**
 * From a trained network, its precisions and a schedule per layer to stages joined by streams.
 *
 * Every schedule gives the same values. Formats are those that are asked for; an exact result that nobody asked a format
 * for can have a wider one than in `compileNetwork`'s graph, whose circuits prove every element by itself.
 */
import type { StreamGraph, StreamInput, StreamStage } from '../../circuit/index.ts';
import { type FixedFormat, sameFormat } from '../../fixed/index.ts';
import type { Network } from '../../network/index.ts';
import { hardwareNetwork } from '../hardware-network.ts';
import { inputFormats } from '../input-formats.ts';
import type { CompileOptions } from '../options.ts';
import { compileGroup } from './compile-group.ts';
import { commonFormat, type Edge } from './edge.ts';
import { groupLayers, type LayerGroup } from './groups.ts';
import { changeLayout, copyStage } from './layout-stages.ts';
import { type Beats, regrouping, sameBeats } from './layouts.ts';
import { type LayerPlan, planNetwork } from './plan.ts';
import { checkSchedules, type Schedules } from './schedules.ts';

/**
 * Compile a network to streams.
 *
 * @throws ShapeError, ValueError, FormatError or UnsupportedError with the layer's name
 */
export function compileStreams(trained: Network, options: CompileOptions = {}, schedules: Schedules = {}): StreamGraph {
  const hardware = hardwareNetwork(trained, options);
  const { settings, outputs } = hardware;
  const { network } = settings;
  checkSchedules(network, schedules);
  const plan = planNetwork(hardware, schedules);
  const groups = groupLayers(plan.layers, outputs);
  const beats = new Map([...plan.inputs, ...plan.layers.map(({ layer, output }) => [layer.name, output] as const)]);
  const uniform = streamsReadInParts(groups, beats);

  const edges = new Map<string, Edge>();
  const inputs = network.inputs.map((input): StreamInput => {
    const edge = inputEdge(input.name, inputFormats(network, input, options), beats.get(input.name)!, uniform);
    edges.set(input.name, edge);
    return { name: input.name, type: { formats: edge.formats, elements: edge.beats } };
  });

  const stages: StreamStage[] = [];
  const taken = new Set([...network.inputs, ...network.layers].map(({ name }) => name));
  const nameOf = (source: string, suffix: string): string => {
    let name = `${source}_${suffix}`;
    for (let n = 2; taken.has(name); n += 1) name = `${source}_${suffix}${n}`;
    taken.add(name);
    return name;
  };
  const changed = new Map<string, Edge[]>();
  const edgeIn = (name: string, wanted: Beats): Edge => {
    const edge = edges.get(name)!;
    const known = [edge, ...(changed.get(name) ?? [])].find((other) => sameBeats(other.beats, wanted));
    if (known !== undefined) return known;
    const change = changeLayout(edge, wanted, (suffix) => nameOf(name, suffix));
    stages.push(...change.stages);
    changed.set(name, [...(changed.get(name) ?? []), change.edge]);
    return change.edge;
  };
  for (const group of groups) {
    const inside = namesIn(group);
    const edgeOf = ({ layer, inputs: wanted }: LayerPlan, k: number): Edge | undefined =>
      inside.has(layer.inputs[k]!) ? undefined : edgeIn(layer.inputs[k]!, wanted[k]!);
    const { name } = group.last.layer;
    const { stage, edge } = compileGroup(settings, group, edgeOf, uniform.has(name));
    stages.push(stage);
    edges.set(name, edge);
  }
  return withCopies({ name: network.name, inputs, stages, outputs }, (name) => nameOf(name, 'copy'));
}

/** The stream of an input of the network. */
function inputEdge(name: string, formats: readonly FixedFormat[], beats: Beats, uniform: ReadonlySet<string>): Edge {
  const common = beats[0]!.map((_, k) => commonFormat(beats.map((row) => formats[row[k]!]!)));
  const all = uniform.has(name) ? common.map(() => commonFormat(common)) : common;
  const isAsUnrolled = beats.every((row) => row.every((place, k) => sameFormat(formats[place]!, all[k]!)));
  return { stream: name, beats, formats: all, isAsUnrolled };
}

/** Streams whose elements take turns at one place of a circuit or a beat, which must have one format then. */
function streamsReadInParts(groups: readonly LayerGroup[], beats: ReadonlyMap<string, Beats>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const group of groups) {
    const inside = namesIn(group);
    for (const plan of membersOf(group)) {
      const { split } = plan;
      plan.layer.inputs.forEach((name, k) => {
        if (inside.has(name) || found.has(name)) return;
        const [given, wanted] = [beats.get(name)!, plan.inputs[k]!];
        const isSplit = !sameBeats(given, wanted) && regrouping(given, wanted).given > 1;
        if (isSplit || split.terms * split.outputs > 1) found.add(name);
      });
    }
  }
  return found;
}

function membersOf({ head, followers }: LayerGroup): readonly LayerPlan[] {
  return head === undefined ? followers : [head, ...followers];
}

function namesIn(group: LayerGroup): ReadonlySet<string> {
  return new Set(membersOf(group).map(({ layer }) => layer.name));
}

/** An input that several stages read gets a stage that hands it on. */
function withCopies(graph: StreamGraph, nameOf: (name: string) => string): StreamGraph {
  const copied = new Map<string, string>();
  const copies = graph.inputs.flatMap(({ name, type }) => {
    if (graph.stages.filter((stage) => stage.inputs.includes(name)).length < 2) return [];
    copied.set(name, nameOf(name));
    return [copyStage(copied.get(name)!, { stream: name, beats: type.elements, formats: type.formats })];
  });
  const stages = graph.stages.map((stage) => ({
    ...stage,
    inputs: stage.inputs.map((name) => copied.get(name) ?? name),
  }));
  return { ...graph, stages: [...copies, ...stages] };
}
