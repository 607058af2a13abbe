/**
 * Every layer of a network in its schedule, without formats: which beats it takes and gives, in which form, and how its
 * work is cut.
 */
import { isWrapping } from '../../fixed/index.ts';
import type { HardwareLayer } from '../hardware-layer.ts';
import type { HardwareNetwork } from '../hardware-network.ts';
import type { LoweringSettings } from '../lower-layer.ts';
import { precisionRequest } from '../precision.ts';
import { type StreamForm, type StreamKind, streamForm, streamKind } from './layer-kinds.ts';
import { type Beats, beatsIn, commonDivisor, isInOrder, positionsPerBeat, sizeOf } from './layouts.ts';
import type { Memo } from './memo.ts';
import { outputBeats } from './output-beats.ts';
import { type Divisible, type ReuseSplit, splitReuse } from './reuse.ts';
import { type BeatLayout, scheduleOf, type Schedules } from './schedules.ts';

export interface LayerPlan {
  readonly layer: HardwareLayer;
  readonly kind: StreamKind;
  readonly layout: BeatLayout;
  readonly form: StreamForm;
  /** The beats that it takes of each input. */
  readonly inputs: readonly Beats[];
  readonly output: Beats;
  /** What a reuse factor can cut, and how the schedule's cuts it. */
  readonly work: Divisible;
  readonly split: ReuseSplit;
  /** Results that make one beat of the output. */
  readonly results: number;
  /** Parameters of each role that it has, 0 where it has none by element or channel. */
  readonly parameterCount: number;
  /** Whether the parameters of an element differ from beat to beat. */
  readonly changesParameters: boolean;
  /** Whether it can be computed right behind another layer, result by result in the same clock. */
  readonly isFollower: boolean;
  /** Whether it is one function of single elements, so that it can follow where a result is a part of a beat. */
  readonly isElementwise: boolean;
}

export interface NetworkPlan {
  /** The beats of each input of the network that is read. */
  readonly inputs: ReadonlyMap<string, Beats>;
  /** Layers that lead to an output, in topological order. */
  readonly layers: readonly LayerPlan[];
}

/**
 * Plan all layers.
 *
 * @throws UnsupportedError for a layout that a layer cannot have, ValueError for a reuse factor that does not divide
 */
export function planNetwork(
  { settings, layers, outputs }: HardwareNetwork,
  schedules: Schedules,
  memo: Memo,
): NetworkPlan {
  const { network } = settings;
  const beats = new Map<string, Beats>();
  const shapes = new Map(network.inputs.map(({ name, shape }) => [name, shape]));
  const live = liveLayers(layers, outputs);
  const plans = live.map((layer): LayerPlan => {
    const { layout, reuse } = scheduleOf(layer, schedules);
    const natural = layer.inputs.map((name) => beats.get(name) ?? beatsIn(memo, shapes.get(name)!, layout));
    const known = layer.inputs.findIndex((name) => beats.has(name));
    const inputs = memo('wanted', [layer, layout, known, ...natural], () =>
      wantedBeats(settings, layer, layout, natural, Math.max(0, known), memo),
    );
    layer.inputs.forEach((name, k) => {
      if (!beats.has(name)) beats.set(name, inputs[k]!);
    });
    const plan = memo('plan', [layer, layout, reuse, ...inputs], () =>
      planLayer(settings, layer, layout, reuse, inputs, memo),
    );
    beats.set(layer.name, plan.output);
    return plan;
  });
  const read = network.inputs.flatMap(({ name }) => {
    const carried = beats.get(name);
    return carried === undefined ? [] : [[name, carried] as const];
  });
  return { inputs: new Map(read), layers: plans };
}

/** The layers on which an output depends. */
export function liveLayers(layers: readonly HardwareLayer[], outputs: readonly string[]): readonly HardwareLayer[] {
  const live = new Set(outputs);
  for (const layer of layers.toReversed()) {
    if (live.has(layer.name)) for (const name of layer.inputs) live.add(name);
  }
  return layers.filter(({ name }) => live.has(name));
}

/** The beats that a layer takes of each input, where `natural` are those in which they come. */
function wantedBeats(
  settings: LoweringSettings,
  layer: HardwareLayer,
  layout: BeatLayout,
  natural: readonly Beats[],
  first: number,
  memo: Memo,
): readonly Beats[] {
  const kind = streamKind(layer);
  const whole = (): Beats[] => layer.inputShapes.map((shape) => beatsIn(memo, shape, 'whole'));
  if (layout === 'whole') return whole();
  if (layer.inputShapes[0]!.length > 1) {
    const wanted = layer.inputShapes.map((shape) => beatsIn(memo, shape, layout));
    return kind === 'globalPool' && mustKeepOrder(settings, layer) && !isInOrder(wanted[0]!) ? whole() : wanted;
  }
  if (kind === 'positions') return whole();
  if (kind === 'join') return natural.every(({ length }) => length === natural[0]!.length) ? natural : whole();
  if (kind === 'weights' && mustKeepOrder(settings, layer) && !isInOrder(natural[0]!)) return whole();
  return natural.map(() => natural[first]!);
}

/**
 * Whether a sum depends on the order of its terms. An accumulator that only wraps does not, and where terms are finer
 * than it, neither do roundings that commute with adding what it holds already.
 */
function mustKeepOrder(
  { network, options, profile }: LoweringSettings,
  { name, kind, attributes }: HardwareLayer,
): boolean {
  if (profile === 'exact' || attributes['operation'] === 'maximum') return false;
  const precision = precisionRequest(network, name, options);
  const asked = precision.format('accum');
  // What hls4ml infers for `auto` wraps, and products of weights are cast before they are added.
  if (kind !== 'globalPooling') return precision.role('accum') !== 'auto' && !isWrapping(asked);
  return !isWrapping(asked) || !['AP_TRN', 'AP_RND', 'AP_RND_MIN_INF'].includes(asked.quantization);
}

function planLayer(
  settings: LoweringSettings,
  layer: HardwareLayer,
  layout: BeatLayout,
  reuse: number,
  inputs: readonly Beats[],
  memo: Memo,
): LayerPlan {
  const kind = streamKind(layer);
  const [first] = inputs as readonly [Beats];
  const isSingle = first.length === 1;
  const form = isSingle ? 'beats' : streamForm(kind, layer);
  const work = workOf(layer, kind, isSingle ? 'whole' : layout, inputs);
  const split = splitReuse(layer.name, reuse, work);
  const { elements } = precisionRequest(settings.network, layer.name, settings.options);
  const parameterCount = kind === 'parameters' ? Object.values(layer.parameters)[0]!.length : 0;
  const changesParameters = kind === 'parameters' && changesOverBeats(first, parameterCount);
  return {
    layer,
    kind,
    layout: isSingle ? 'whole' : layout,
    form,
    inputs,
    output: outputBeats(layer, kind, layout, form, inputs, memo),
    work,
    split,
    results: form === 'sum' ? 1 : split.outputs,
    parameterCount,
    changesParameters,
    isFollower: form === 'beats' && reuse === 1 && !changesParameters,
    isElementwise: kind === 'elementwise' && elements === undefined,
  };
}

/** What a reuse factor can cut. */
function workOf(layer: HardwareLayer, kind: StreamKind, layout: BeatLayout, inputs: readonly Beats[]): Divisible {
  const shape = layer.inputShapes[0]!;
  const channels = shape.at(-1)!;
  const kernel = layer.parameters['kernel']?.length ?? 0;
  switch (kind) {
    case 'weights': {
      const { length } = shape.length === 1 ? inputs[0]![0]! : { length: channels };
      return { terms: length, outputs: kernel / channels };
    }
    case 'windows': {
      const cells = sizeOf(layer.attributes['size'] as readonly number[]);
      return { terms: cells * channels, outputs: kernel / (cells * channels) };
    }
    case 'channelWindows': {
      const cells = sizeOf(layer.attributes['size'] as readonly number[]);
      return { terms: cells, outputs: kernel / cells };
    }
    case 'pools':
    case 'globalPool':
      return { terms: 1, outputs: channels };
    case 'positions':
      return { terms: 1, outputs: positionsPerBeat(shape, layout) };
    case 'elementwise':
    case 'parameters':
    case 'join':
      return { terms: 1, outputs: inputs.map((beats) => beats[0]!.length).reduce(commonDivisor) };
    default:
      return kind satisfies never;
  }
}

/** Whether the elements at one place of all beats have different parameters; there is one per channel or per element. */
function changesOverBeats(beats: Beats, count: number): boolean {
  return beats.some((row) => row.some((place, k) => place % count !== beats[0]![k]! % count));
}
