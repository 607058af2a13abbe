/** From planned layers to stages: grouped, joined by changes of layout, one stream per edge. */
import type { StreamGraph, StreamInput, StreamStage } from '../../circuit/index.ts';
import { type FixedFormat, formatText, sameFormat } from '../../fixed/index.ts';
import type { HardwareNetwork } from '../hardware-network.ts';
import { inputFormats } from '../input-formats.ts';
import type { CompileOptions } from '../options.ts';
import { compileGroup } from './compile-group.ts';
import { commonFormat, type Edge } from './edge.ts';
import { groupLayers, type LayerGroup } from './groups.ts';
import { changeLayout, copyStage } from './layout-stages.ts';
import { type Beats, regrouping, sameBeats } from './layouts.ts';
import type { Memo } from './memo.ts';
import type { LayerPlan, NetworkPlan } from './plan.ts';

/**
 * Compile planned layers to a stream graph; its outputs are those of `hardware`.
 *
 * @param readOutside inputs of the network that layers read which are not planned
 */
export function compilePlan(
  { settings, outputs }: HardwareNetwork,
  options: CompileOptions,
  plan: NetworkPlan,
  readOutside: ReadonlySet<string>,
  memo: Memo,
): StreamGraph {
  const { network } = settings;
  const groups = groupLayers(plan.layers, outputs);
  const beats = new Map([...plan.inputs, ...plan.layers.map(({ layer, output }) => [layer.name, output] as const)]);
  const uniform = streamsReadInParts(groups, beats, memo);

  const edges = new Map<string, Edge>();
  const inputs = network.inputs.flatMap((input): StreamInput[] => {
    const { name } = input;
    const carried = beats.get(name);
    if (carried === undefined) return [];
    const edge = memo('input', [name, carried, uniform.has(name)], () =>
      inputEdge(name, inputFormats(network, input, options), carried, uniform.has(name)),
    );
    edges.set(name, edge);
    return [{ name, type: { formats: edge.formats, elements: edge.beats } }];
  });

  const stages: StreamStage[] = [];
  const taken = new Set([...network.inputs, ...network.layers].map(({ name }) => name));
  const freeName = (source: string, suffix: string): string => {
    let name = `${source}_${suffix}`;
    for (let n = 2; taken.has(name); n += 1) name = `${source}_${suffix}${n}`;
    return name;
  };
  const changed = new Map<string, Edge[]>();
  const edgeIn = (name: string, wanted: Beats): Edge => {
    const edge = edges.get(name)!;
    const known = [edge, ...(changed.get(name) ?? [])].find((other) => sameBeats(other.beats, wanted));
    if (known !== undefined) return known;
    const names = { gather: freeName(name, 'gather'), order: freeName(name, 'order'), split: freeName(name, 'split') };
    const change = memo('change', [edge, wanted, ...Object.values(names)], () =>
      changeLayout(edge, wanted, (suffix) => names[suffix]),
    );
    for (const stage of change.stages) taken.add(stage.name);
    stages.push(...change.stages);
    const made = sharedEdge(change.edge, memo);
    changed.set(name, [...(changed.get(name) ?? []), made]);
    return made;
  };
  for (const group of groups) {
    const inside = namesIn(group);
    const edgesOf = new Map(
      membersOf(group).map((one) => [
        one,
        one.layer.inputs.map((name, k) => (inside.has(name) ? undefined : edgeIn(name, one.inputs[k]!))),
      ]),
    );
    const { name } = group.last.layer;
    const make = (isUniform: boolean) =>
      memo('group', [group.head, ...group.followers, ...[...edgesOf.values()].flat(), isUniform], () =>
        compileGroup(settings, group, (one, k) => edgesOf.get(one)![k], isUniform),
      );
    // Where all elements have one format anyway, who reads them changes nothing.
    const plain = make(false);
    const { stage, edge } = uniform.has(name) && !hasOneFormat(plain.edge) ? make(true) : plain;
    stages.push(stage);
    edges.set(name, sharedEdge(edge, memo));
  }
  return withCopies(
    { name: network.name, inputs, stages, outputs },
    readOutside,
    (name) => freeName(name, 'copy'),
    memo,
  );
}

/** The stream of an input of the network. */
function inputEdge(name: string, formats: readonly FixedFormat[], beats: Beats, isUniform: boolean): Edge {
  const common = beats[0]!.map((_, k) => commonFormat(beats.map((row) => formats[row[k]!]!)));
  const all = isUniform ? common.map(() => commonFormat(common)) : common;
  const isAsUnrolled = beats.every((row) => row.every((place, k) => sameFormat(formats[place]!, all[k]!)));
  return { stream: name, beats, formats: all, isAsUnrolled };
}

/** Equal edges as the same object, so that what reads them is made once, whatever schedules stand before. */
function sharedEdge(edge: Edge, memo: Memo): Edge {
  const { stream, beats, formats, isAsUnrolled, binary } = edge;
  const text = memo('formats', [formats], () => formats.map(formatText).join());
  return memo('edge', [stream, beats, text, isAsUnrolled, binary], () => edge);
}

function hasOneFormat({ formats }: Edge): boolean {
  return formats.every((format) => sameFormat(format, formats[0]!));
}

/** Streams whose elements take turns at one place of a circuit or a beat, which must have one format then. */
function streamsReadInParts(
  groups: readonly LayerGroup[],
  beats: ReadonlyMap<string, Beats>,
  memo: Memo,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const group of groups) {
    const inside = namesIn(group);
    for (const plan of membersOf(group)) {
      const { split } = plan;
      plan.layer.inputs.forEach((name, k) => {
        if (inside.has(name) || found.has(name)) return;
        const [given, wanted] = [beats.get(name)!, plan.inputs[k]!];
        const isSplit = memo(
          'split',
          [given, wanted],
          () => !sameBeats(given, wanted) && regrouping(given, wanted).given > 1,
        );
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
function withCopies(
  graph: StreamGraph,
  readOutside: ReadonlySet<string>,
  nameOf: (name: string) => string,
  memo: Memo,
): StreamGraph {
  const copied = new Map<string, string>();
  const copies = graph.inputs.flatMap(({ name, type }) => {
    const readers = graph.stages.filter((stage) => stage.inputs.includes(name)).length;
    if (readers + Number(readOutside.has(name)) < 2) return [];
    const copy = nameOf(name);
    copied.set(name, copy);
    const { formats, elements } = type;
    return [memo('copy', [copy, formats, elements], () => copyStage(copy, { stream: name, beats: elements, formats }))];
  });
  const stages = graph.stages.map((stage) => {
    if (!stage.inputs.some((name) => copied.has(name))) return stage;
    return memo('reader', [stage], () => ({
      ...stage,
      inputs: stage.inputs.map((name) => copied.get(name) ?? name),
    }));
  });
  return { ...graph, stages: [...copies, ...stages] };
}
