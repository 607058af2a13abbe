/** From a group of layers to a stage: the head's circuits, and the other layers behind it in the same clock. */
import type { GraphInput, GraphLayer, LayerGraph, StreamStage } from '../../circuit/index.ts';
import { sameFormat } from '../../fixed/index.ts';
import { lowerings } from '../layers/index.ts';
import type { LoweringSettings } from '../lower-layer.ts';
import { precisionRequest } from '../precision.ts';
import type { VectorType } from '../wire-vector.ts';
import { beatLayer } from './beat-layer.ts';
import type { Edge, ResultType } from './edge.ts';
import { elementStage } from './element-stage.ts';
import { globalPoolStage } from './global-pool-stage.ts';
import type { LayerGroup } from './groups.ts';
import type { LayerPlan } from './plan.ts';
import { poolStage } from './pool-stage.ts';
import { checkFormats } from './sensitivity.ts';
import {
  type HeadTask,
  type JoinedBeat,
  joinBeats,
  layerCircuit,
  layerName,
  stageContext,
  type StageDraft,
} from './stage-draft.ts';
import { weightedStage } from './weighted-stage.ts';
import { beatPatches } from './windows.ts';

/**
 * Compile a group.
 *
 * @param edgeOf the stream that carries input k of a layer of the group in the layer's beats; undefined where another
 * layer of the group gives it
 * @param isUniform whether all elements of the result must have one format
 */
export function compileGroup(
  settings: LoweringSettings,
  group: LayerGroup,
  edgeOf: (plan: LayerPlan, k: number) => Edge | undefined,
  isUniform: boolean,
): { readonly stage: StreamStage; readonly edge: Edge } {
  const { head, followers, last } = group;
  const members = head === undefined ? followers : [head, ...followers];
  const edges = members.flatMap((plan) => plan.inputs.flatMap((_, k) => edgeOf(plan, k) ?? []));
  const beat = joinBeats(edges);
  const draft =
    head === undefined ? beatDraft(edges, beat) : headDraft(settings, head, beat, edgeOf, head === last && isUniform);
  const made = new Map<string, ResultType>();
  const layers: GraphLayer[] = [];
  if (head !== undefined) {
    const result = { ...draft.result, isAsUnrolled: isAsked(settings, head, head === last && isUniform) };
    made.set(head.layer.name, result);
  }
  for (const plan of followers) {
    const { layer, result } = follow(settings, plan, draft, beat, made, edgeOf, plan === last && isUniform);
    layers.push(layer);
    made.set(plan.layer.name, result);
  }

  const { name } = last.layer;
  const result = made.get(name)!;
  const { taps, steps, fold, gather } = draft;
  const extended = (chain: StageDraft['circuit'], added: readonly GraphLayer[], graph: string): LayerGraph => {
    const all = [...chain.layers, ...added];
    return { name: graph, inputs: chain.inputs, layers: all, outputs: [all.at(-1)!.name] };
  };
  const joined = Array.from({ length: gather.results }, () => result.formats).flat();
  const formats = gather.order?.map((k) => joined[k]!) ?? joined;
  const stage: StreamStage = {
    name,
    kind: mainKind(members),
    layers: members.map(({ layer }) => layer.name),
    inputs: beat.streams,
    taps,
    steps,
    circuit: extended(draft.circuit, draft.finish === undefined ? layers : [], name),
    ...(fold !== undefined && { fold }),
    ...(draft.finish !== undefined && { finish: extended(draft.finish, layers, `${name}_finish`) }),
    gather,
    output: { formats, elements: last.output },
  };
  return { stage, edge: { ...result, formats, stream: name, beats: last.output } };
}

/** A stage without a head: every beat is a patch, read once. */
function beatDraft(edges: readonly Edge[], beat: JoinedBeat): StageDraft {
  return {
    taps: beatPatches(edges[0]!.beats.length, []).taps,
    steps: { count: 1 },
    circuit: { inputs: [{ name: 'x', formats: beat.formats }], layers: [] },
    gather: { results: 1 },
    result: { formats: beat.formats },
  };
}

function headDraft(
  settings: LoweringSettings,
  plan: LayerPlan,
  beat: JoinedBeat,
  edgeOf: (plan: LayerPlan, k: number) => Edge | undefined,
  isUniform: boolean,
): StageDraft {
  const inputs = plan.inputs.map((_, k) => edgeOf(plan, k)!);
  checkFormats(settings, plan.layer, inputs);
  const task: HeadTask = { settings, plan, inputs, beat, isUniform };
  switch (plan.kind) {
    case 'weights':
    case 'windows':
    case 'channelWindows':
      return weightedStage(task);
    case 'pools':
      return poolStage(task);
    case 'globalPool':
      return plan.form === 'sum' ? globalPoolStage(task) : poolStage(task);
    case 'elementwise':
    case 'parameters':
    case 'positions':
    case 'join':
      return elementStage(task);
    default:
      return plan.kind satisfies never;
  }
}

/** Lower a layer that follows in the same clock. */
function follow(
  settings: LoweringSettings,
  plan: LayerPlan,
  draft: StageDraft,
  beat: JoinedBeat,
  made: ReadonlyMap<string, ResultType>,
  edgeOf: (plan: LayerPlan, k: number) => Edge | undefined,
  isUniform: boolean,
): { readonly layer: GraphLayer; readonly result: ResultType } {
  const sources: GraphInput[] = [];
  const inputs = plan.layer.inputs.map((name, k) => {
    const edge = edgeOf(plan, k);
    const source =
      edge === undefined
        ? { name: layerName(name), formats: made.get(name)!.formats }
        : { name: 'x', formats: beat.formats };
    let port = sources.findIndex((known) => known.name === source.name);
    if (port < 0) port = sources.push(source) - 1;
    const type = edge ?? made.get(name)!;
    return { type, port, first: edge === undefined ? 0 : beat.first.get(edge.stream)! };
  });
  const types = inputs.map(({ type }) => type);
  checkFormats(settings, plan.layer, types);
  const sizes = types.map(({ formats }) => formats.length);
  const layer =
    draft.gather.results === 1 ? beatLayer(plan, sizes) : { ...plan.layer, inputShapes: sizes.map((size) => [size]) };
  const circuit = layerCircuit(layer, sources, isUniform, (builder, ports) => {
    const vectors = inputs.map(({ type, port, first }) => ({
      ...vectorOf(type),
      wires: ports[port]!.slice(first, first + type.formats.length),
    }));
    return lowerings[layer.kind](stageContext({ settings, plan }, builder, layer, vectors));
  });
  const isAsUnrolled =
    isAsked(settings, plan, isUniform) ||
    (types.every((type) => type.isAsUnrolled) && provesAsUnrolled(plan) && !(isUniform && hasSeveral(circuit.result)));
  return {
    layer: { ...circuit.layer, kind: plan.layer.kind },
    result: { ...circuit.result, isAsUnrolled },
  };
}

function vectorOf({ formats, binary }: ResultType): VectorType {
  return binary === undefined ? { formats } : { formats, binary };
}

/** Whether the result has the formats that are asked for, and none that is wider. */
function isAsked({ network, options, profile }: LoweringSettings, { layer }: LayerPlan, isUniform: boolean): boolean {
  if (profile === 'hls4ml') return true;
  const asked = network.precision?.[layer.name]?.['result'];
  if (asked === undefined || asked === 'auto') return false;
  return !isUniform || precisionRequest(network, layer.name, options).elements === undefined;
}

/** Whether the circuit of a follower proves the formats of the unrolled network, given that it reads such. */
function provesAsUnrolled({ kind, inputs }: LayerPlan): boolean {
  return inputs[0]!.length === 1 || kind === 'elementwise' || kind === 'positions' || kind === 'join';
}

function hasSeveral({ formats }: VectorType): boolean {
  return formats.some((format) => !sameFormat(format, formats[0]!));
}

/** The kind of the layer that a stage is for: its head, else the first with weights, else its first. */
function mainKind(members: readonly LayerPlan[]): string {
  const [first] = members as readonly [LayerPlan];
  const main = first.isFollower
    ? (members.find(({ layer }) => layer.parameters['kernel'] !== undefined) ?? first)
    : first;
  return main.layer.kind;
}
