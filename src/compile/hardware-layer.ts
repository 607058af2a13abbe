/**
 * The list of layers that become hardware: what a network keeps after everything without a gate of its own is gone.
 *
 * Dropout vanishes, and so do linear, flatten and reshape layers for which no precision is asked. Batch normalization becomes a scale and
 * an offset per element; in the `exact` profile it is first folded into the dense layer before it where the network
 * allows that, in the `hls4ml` profile it stays apart, and one followed by a ternary tanh becomes two thresholds, as
 * hls4ml's optimiser makes it.
 */
import {
  foldableBatchNormalizations,
  foldBatchNormalization,
  inferShapes,
  type Layer,
  type LayerKind,
  type Network,
} from '../network/index.ts';
import { toFlat } from '../tensor/index.ts';
import type { NumericsProfile } from './options.ts';

/** Kinds with a lowering: those of the network that cost gates and the ones that only hardware has. */
export type HardwareKind = Exclude<LayerKind, 'dropout' | 'batchNormalization'> | 'ternaryThreshold';

export interface HardwareLayer {
  readonly name: string;
  readonly kind: HardwareKind;
  /** Names of the inputs or hardware layers that feed it. */
  readonly inputs: readonly string[];
  /** Shape of one sample per input, without the batch axis. */
  readonly inputShapes: readonly (readonly number[])[];
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Flat, row-major float parameters by role. */
  readonly parameters: Readonly<Record<string, ArrayLike<number>>>;
}

/** List the hardware layers of a network in topological order. */
export function hardwareLayers(network: Network, profile: NumericsProfile): HardwareLayer[] {
  const source = profile === 'exact' ? foldBatchNormalization(network, normalizationsToFold(network)) : network;
  const shapes = inferShapes(source);
  const layers: HardwareLayer[] = [];
  // A layer without gates passes its input's name on to those that read it.
  const producer = new Map<string, string>(source.inputs.map((input) => [input.name, input.name]));
  const last = new Map<string, HardwareLayer>();
  for (const layer of source.layers) {
    const inputs = layer.inputs.map((name) => producer.get(name)!);
    if (vanishes(layer, source, profile)) {
      producer.set(layer.name, inputs[0]!);
      continue;
    }
    const before = last.get(inputs[0]!);
    let made = toHardware(
      layer,
      inputs,
      layer.inputs.map((name) => shapes.get(name)!),
    );
    if (profile === 'hls4ml' && layer.kind === 'ternaryTanh' && before?.attributes['batchNormalization'] === true) {
      // The threshold layer takes the place of the normalization, under its name.
      layers.splice(layers.indexOf(before), 1);
      made = { ...before, kind: 'ternaryThreshold' };
    }
    layers.push(made);
    last.set(made.name, made);
    producer.set(layer.name, made.name);
  }
  return layers;
}

/** The hardware layer that carries the result of network layer `name` (itself, or what it was merged into). */
export function hardwareOutputs(network: Network, layers: readonly HardwareLayer[]): string[] {
  const kept = new Set(layers.map((layer) => layer.name));
  const inputsOf = new Map(network.layers.map((layer) => [layer.name, layer.inputs]));
  return network.outputs.map((output) => {
    let name = output;
    while (!kept.has(name) && inputsOf.has(name)) name = inputsOf.get(name)![0]!;
    return name;
  });
}

/** Dense layers whose weights already have a format of their own keep them, and their normalization apart. */
function normalizationsToFold(network: Network): string[] {
  const quantized = (name: string): boolean => network.precision?.[name]?.['weight'] !== undefined;
  return foldableBatchNormalizations(network).filter(
    (name) => !network.layers.some((layer) => layer.name === name && quantized(layer.inputs[0]!)),
  );
}

function vanishes({ kind, name }: Layer, network: Network, profile: NumericsProfile): boolean {
  const asked = network.precision?.[name]?.['result'];
  if (kind === 'linear') return asked === undefined;
  // hls4ml hands the same array on; the exact profile casts where a format is asked for.
  if (kind === 'flatten' || kind === 'reshape') {
    return profile === 'hls4ml' || asked === undefined || asked === 'auto';
  }
  return kind === 'dropout';
}

function toHardware(
  layer: Layer,
  inputs: readonly string[],
  inputShapes: readonly (readonly number[])[],
): HardwareLayer {
  const { name, kind, attributes } = layer;
  const parameters = Object.fromEntries(
    Object.entries(layer.parameters).map(([role, tensor]) => [role, toFlat(tensor)]),
  );
  if (kind === 'dropout') throw new Error('dropout has no hardware');
  if (kind !== 'batchNormalization') {
    return { name, kind, inputs, inputShapes, attributes: { ...attributes }, parameters };
  }
  const { epsilon } = attributes as { epsilon: number };
  return {
    name,
    kind: 'affine',
    inputs,
    inputShapes,
    attributes: { batchNormalization: true },
    parameters: normalizationAsAffine(parameters, epsilon),
  };
}

/** scale = γ/√(σ² + ε) and bias = β − scale·μ, every step in single precision as numpy does it for hls4ml. */
function normalizationAsAffine(
  parameters: Readonly<Record<string, ArrayLike<number>>>,
  epsilon: number,
): Readonly<Record<string, ArrayLike<number>>> {
  const { gamma, beta, movingMean, movingVariance } = parameters as Record<string, ArrayLike<number>>;
  const count = movingMean!.length;
  const scale = new Float32Array(count);
  const bias = new Float32Array(count);
  for (let k = 0; k < count; k++) {
    const deviation = Math.fround(Math.sqrt(Math.fround(movingVariance![k]! + Math.fround(epsilon))));
    scale[k] = (gamma?.[k] ?? 1) / deviation;
    bias[k] = (beta?.[k] ?? 0) - Math.fround(scale[k]! * movingMean![k]!);
  }
  return { scale, bias };
}
