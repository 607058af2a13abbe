/**
 * Where a network has trainable bit-widths: kernels and biases of its dense layers, and the values that feed these.
 *
 * A value is an input of the network or the result of a layer, such as a ReLU. Results that feed no dense layer, the
 * outputs among them, keep the formats that they are given.
 *
 * Limits: dense layers over vectors; each reads one value. Convolutions before them keep the formats that they are given.
 */
import { UnsupportedError, ValueError } from '../../errors.ts';
import { inferShapes } from '../../network/index.ts';
import type { Network } from '../../network/index.ts';
import { isNotNegative } from '../value-flow.ts';

/** For what each width is: for every weight, every output channel of a layer, or all of its weights. */
export type WeightGranularity = 'weight' | 'channel' | 'tensor';

/** For what each width is: for every element of a value, or all of them. */
export type ValueGranularity = 'element' | 'tensor';

/** A dense layer. */
export interface DenseSite {
  readonly layer: string;
  /** The value that feeds it. */
  readonly source: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly hasBias: boolean;
  /** The value that its result becomes on the way to other dense layers: its own, or that of an activation behind it. */
  readonly result: string | null;
}

/** A value that feeds dense layers. */
export interface ValueSite {
  readonly name: string;
  readonly elements: number;
  /** Whether it is an input of the network. */
  readonly isInput: boolean;
  /** Whether it cannot be negative. */
  readonly isUnsigned: boolean;
}

/** All of them, in the order of the network. */
export interface BitWidthSites {
  readonly layers: readonly DenseSite[];
  readonly values: readonly ValueSite[];
}

/**
 * Find the places of a network that have bit-widths.
 *
 * @throws ValueError if there is no dense layer, UnsupportedError for one over other than vectors
 */
export const bitWidthSites = (network: Network): BitWidthSites => {
  const shapes = inferShapes(network);
  const dense = network.layers.filter((layer) => layer.kind === 'dense');
  if (dense.length === 0) {
    throw new ValueError(`Network "${network.name}" has no dense layer, and only these have trainable bit-widths.`);
  }
  const sources = new Set(dense.map((layer) => layer.inputs[0]!));
  const layers = dense.map((layer): DenseSite => {
    const source = layer.inputs[0]!;
    const shape = shapes.get(source)!;
    if (shape.length !== 1) {
      throw new UnsupportedError(
        `Dense layer "${layer.name}" reads values of shape [${shape.join(', ')}]; trainable bit-widths take vectors only.`,
      );
    }
    const readers = network.layers.filter((other) => other.inputs.includes(layer.name));
    const [only] = readers;
    const behind = readers.length === 1 && only!.kind !== 'dense' && sources.has(only!.name) ? only!.name : null;
    return {
      layer: layer.name,
      source,
      inputs: shape[0]!,
      outputs: shapes.get(layer.name)![0]!,
      hasBias: layer.parameters['bias'] !== undefined,
      result: sources.has(layer.name) ? layer.name : behind,
    };
  });
  const values = [...sources].map((name): ValueSite => {
    const layer = network.layers.find((one) => one.name === name);
    const isUnsigned = layer !== undefined && isNotNegative(network, layer);
    return { name, elements: shapes.get(name)![0]!, isInput: layer === undefined, isUnsigned };
  });
  return { layers, values };
};
