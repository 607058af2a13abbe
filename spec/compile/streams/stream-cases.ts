/**
 * Small random networks over images, lines and vectors, with branches, every kind of layer, precisions of a profile and a
 * schedule per layer, for laws of stream graphs.
 *
 * A network is read from lists of numbers, one list per layer, so that it shrinks to fewer layers and first choices.
 */
import * as fc from 'fast-check';
import type { BeatLayout, CompileOptions, LayerSchedule, Schedules } from '../../../src/compile/index.ts';
import { scheduleChoices } from '../../../src/compile/index.ts';
import { ShapeError } from '../../../src/errors.ts';
import {
  buildNetwork,
  definitionOf,
  type LayerKind,
  layerRegistry,
  type LayerSpec,
  type Network,
  withParameters,
} from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { sizeOfShape, tensor } from '../../../src/tensor/index.ts';

export interface StreamCase {
  readonly network: Network;
  readonly options: CompileOptions;
  readonly schedules: Schedules;
  readonly seed: number;
}

/** Takes choices from a list of numbers; beyond its end always the first. */
interface Chooser {
  below(count: number): number;
  from<T>(list: readonly T[]): T;
}

function chooser(numbers: readonly number[]): Chooser {
  let at = 0;
  const below = (count: number): number => (numbers[at++] ?? 0) % count;
  return { below, from: (list) => list[below(list.length)]! };
}

interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

const pointwise = [
  'relu',
  'affine',
  'leakyRelu',
  'prelu',
  'clippedRelu',
  'thresholdedRelu',
  'elu',
  'selu',
  'sigmoid',
  'tanh',
  'softplus',
  'softsign',
  'hardSigmoid',
  'hardTanh',
  'ternaryTanh',
  'binaryTanh',
  'batchNormalization',
  'linear',
] as const satisfies readonly LayerKind[];

const weighted = [
  'dense',
  'conv',
  'conv',
  'pool',
  'globalPooling',
  'flatten',
  'softmax',
  'merge',
  'concatenate',
] as const;

/** One layer on what there is already. */
function drawLayer(choose: Chooser, values: readonly Value[], name: string): LayerSpec {
  const source = choose.below(3) === 2 ? choose.from(values) : values.at(-1)!;
  const rank = source.shape.length;
  const inputs = [source.name];
  const kind = choose.below(3) === 0 ? choose.from(pointwise) : choose.from(weighted);
  const axes = rank - 1;
  const perAxis = (most: number): number[] => Array.from({ length: axes }, () => 1 + choose.below(most));
  const padding = (): 'valid' | 'same' => choose.from(['same', 'valid'] as const);
  const made = (spec: object): LayerSpec => ({ name, inputs, ...spec }) as unknown as LayerSpec;
  switch (kind) {
    case 'dense':
      return made({ kind, attributes: { units: 1 + choose.below(4), useBias: choose.below(4) > 0 } });
    case 'conv': {
      if (axes === 0) return made({ kind: 'dense', attributes: { units: 1 + choose.below(4) } });
      const isDepthwise = choose.below(3) === 2;
      const attributes = {
        ...(isDepthwise ? { depthMultiplier: 1 + choose.below(3) } : { filters: 1 + choose.below(4) }),
        size: perAxis(3),
        strides: perAxis(2),
        dilation: perAxis(2),
        padding: axes === 1 && choose.below(3) === 0 ? 'causal' : padding(),
        useBias: choose.below(4) > 0,
      };
      const kind = isDepthwise ? 'depthwiseConv' : 'conv';
      return made({ kind: `${kind}${axes}d`, attributes });
    }
    case 'pool': {
      if (axes === 0) return made({ kind: 'relu' });
      const attributes = {
        operation: choose.from(['maximum', 'average'] as const),
        size: perAxis(3),
        strides: perAxis(3),
        padding: padding(),
        countPadding: choose.below(2) === 1,
      };
      return made({ kind: axes === 1 ? 'pooling1d' : 'pooling2d', attributes });
    }
    case 'globalPooling':
      if (axes === 0) return made({ kind: 'relu' });
      return made({
        kind,
        attributes: { operation: choose.from(['maximum', 'average'] as const), keepAxes: choose.below(3) === 0 },
      });
    case 'merge': {
      const others = values.filter(({ shape }) => shape.join() === source.shape.join());
      const operation = choose.from(['add', 'subtract', 'multiply', 'average', 'maximum', 'minimum'] as const);
      return made({ kind, inputs: [source.name, choose.from(others).name], attributes: { operation } });
    }
    case 'concatenate': {
      const axis = choose.below(rank);
      const others = values.filter(
        ({ shape }) => shape.length === rank && shape.every((n, k) => k === axis || n === source.shape[k]),
      );
      return made({ kind, inputs: [source.name, choose.from(others).name], attributes: { axis } });
    }
    case 'flatten':
    case 'softmax':
      return made({ kind });
    default:
      return made({ kind, attributes: choose.from(layerRegistry[kind].examples) });
  }
}

const plainFormats = ['ap_fixed<6,3>', 'ap_fixed<8,4,AP_RND,AP_SAT>', 'ap_ufixed<5,2>', 'ap_fixed<7,2,AP_RND_CONV>'];
const oddFormats = [
  'ap_fixed<10,5,AP_TRN_ZERO,AP_SAT_SYM>',
  'ap_fixed<9,3,AP_RND_ZERO>',
  'ap_fixed<5,6>',
  'ap_fixed<6,3,AP_RND_INF,AP_SAT_ZERO>',
  'ap_int<2>',
];
const anyFormat = [...plainFormats, ...oddFormats];
const roles = ['weight', 'bias', 'result', 'accum', 'scale', 'param', 'slope', 'shift', 'table'];

function drawPrecision(choose: Chooser, kind: LayerKind, profile: 'exact' | 'hls4ml'): Record<string, string> {
  const precision: Record<string, string> = {};
  for (const role of roles) {
    if (choose.below(3) === 0) continue;
    const auto = profile === 'hls4ml' && ['accum', 'result'].includes(role) && choose.below(3) === 0;
    precision[role] = auto ? 'auto' : choose.from(anyFormat);
  }
  if (kind === 'binaryTanh' && profile === 'hls4ml' && choose.below(2) === 0) precision['result'] = 'ap_uint<1>';
  if (kind === 'dense' && profile === 'hls4ml' && choose.below(4) === 0) precision['weight'] = 'ap_uint<1>';
  return precision;
}

/** Draw networks, options and schedules; undefined where layers do not fit together. */
export function streamCases(profile: 'exact' | 'hls4ml', mostLayers = 4): fc.Arbitrary<StreamCase> {
  const numbers = fc.array(fc.nat({ max: 5039 }), { minLength: 30, maxLength: 30 });
  return fc
    .record({
      input: numbers,
      layers: fc.array(numbers, { minLength: 1, maxLength: mostLayers }),
      seed: fc.noShrink(fc.nat({ max: 9999 })),
    })
    .map(({ input, layers, seed }) => {
      const choose = chooser(input);
      const rank = choose.from([3, 3, 2, 3, 1]);
      const shape =
        rank === 3
          ? [1 + choose.below(5), 1 + choose.below(5), 1 + choose.below(3)]
          : rank === 2
            ? [1 + choose.below(7), 1 + choose.below(3)]
            : [1 + choose.below(8)];
      const inputs = [{ name: 'in', shape }];
      if (choose.below(3) === 0) inputs.push({ name: 'x', shape });
      const values: Value[] = [...inputs].toReversed();
      const specs: LayerSpec[] = [];
      const precision: Record<string, Record<string, string>> = {};
      for (const { name } of inputs) precision[name] = { result: choose.from(plainFormats) };
      for (const list of layers) {
        const own = chooser(list);
        const spec = drawLayer(own, values, `layer${specs.length}`);
        const attributes = definitionOf(spec.kind, spec.name!).attributes({ ...spec.attributes }, spec.name!);
        try {
          const shapes = spec.inputs!.map((name) => values.find((value) => value.name === name)!.shape);
          const output = definitionOf(spec.kind, spec.name!).outputShape(attributes as never, shapes, spec.name!);
          if (output.reduce((a, b) => a * b, 1) > 150) continue;
          values.push({ name: spec.name!, shape: output });
        } catch (error) {
          if (error instanceof ShapeError) continue;
          throw error;
        }
        specs.push(spec);
        precision[spec.name!] = drawPrecision(own, spec.kind, profile);
      }
      // Every input leads to an output, and every network has gates.
      const last = values.at(-1)!.name;
      const unread = inputs.map(({ name }) => name).filter((name) => !leadingTo(last, specs).has(name));
      if (unread.length > 0) {
        const flat = [last, ...unread].map((name): LayerSpec => ({
          kind: 'flatten',
          name: `${name}_f`,
          inputs: [name],
        }));
        specs.push(...flat, { kind: 'concatenate', name: 'join', inputs: flat.map(({ name }) => name!) });
      }
      specs.push({ kind: 'linear', name: 'end', inputs: [unread.length > 0 ? 'join' : last] });
      precision['end'] = { result: choose.from(plainFormats) };
      const plain = buildNetwork('random', inputs, specs, stream('stream-cases', String(seed)));
      const second = specs.find(({ kind }) => !['flatten', 'linear'].includes(kind));
      const outputs = second !== undefined && choose.below(3) === 0 ? ['end', second.name!] : ['end'];
      const network = { ...withRandomParameters(plain, seed), outputs };
      const options: CompileOptions = {
        profile,
        adderEffort: 0,
        precision: choose.from(plainFormats),
        layerPrecision: precision,
        tableSize: 64,
        softmax: { implementation: choose.from(['stable', 'latency', 'argmax'] as const) },
      };
      return { network, options, schedules: drawSchedules(choose, network, options), seed };
    });
}

/** Names of the layers and inputs on which a layer depends, its own included. */
function leadingTo(name: string, specs: readonly LayerSpec[]): ReadonlySet<string> {
  const found = new Set([name]);
  for (const spec of specs.toReversed()) if (found.has(spec.name!)) for (const input of spec.inputs!) found.add(input);
  return found;
}

/** A layout and a reuse factor for every layer. */
function drawSchedules(choose: Chooser, network: Network, options: CompileOptions): Schedules {
  if (choose.below(8) === 7) return {};
  const likely = choose.from<BeatLayout | undefined>(['pixels', 'columns', undefined]);
  const layers: Record<string, LayerSchedule> = {};
  for (const { name, layouts } of scheduleChoices(network, options)) {
    const layout =
      likely !== undefined && layouts.includes(likely) && choose.below(4) > 0 ? likely : choose.from(layouts);
    layers[name] = { layout };
  }
  for (const { name, reuse } of scheduleChoices(network, options, { layers })) {
    if (choose.below(2) === 1) layers[name] = { ...layers[name]!, reuse: choose.from(reuse) };
  }
  return { layers };
}

/** Every parameter somewhere in ±1.5, variances positive. */
export function withRandomParameters(network: Network, seed: number): Network {
  const draw = stream('stream-parameters', String(seed));
  const parameters = network.layers.map((layer) => [
    layer.name,
    Object.fromEntries(
      Object.entries(layer.parameters).map(([role, { shape }]) => {
        const value = (): number => (role === 'movingVariance' ? 0.1 + draw.uniform() : 3 * draw.uniform() - 1.5);
        return [role, tensor(Float32Array.from({ length: sizeOfShape(shape) }, value), shape)];
      }),
    ),
  ]);
  return withParameters(network, Object.fromEntries(parameters));
}
