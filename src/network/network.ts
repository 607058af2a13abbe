/**
 * A network is data: a list of layers in topological order, each naming the layers that feed it, with its attributes
 * and parameters. What a layer kind does is looked up by name in the registry (`layers/registry.ts`); nothing in here
 * has behaviour, so a network can be saved, compared, hashed and sent to a worker.
 */
import type { Tensor } from '../tensor/index.ts';
import type { LayerAttributes, LayerKind } from './layers/index.ts';

export interface NetworkInput {
  readonly name: string;
  /** Shape of one sample, without the batch axis. */
  readonly shape: readonly number[];
}

/** One layer of a kind; a union over kinds, so that testing `layer.kind` narrows `layer.attributes`. */
export type Layer<K extends LayerKind = LayerKind> = {
  [P in K]: {
    readonly name: string;
    readonly kind: P;
    /** Names of the inputs or earlier layers that feed it. */
    readonly inputs: readonly string[];
    readonly attributes: LayerAttributes[P];
    /** Parameters and statistics by role ("kernel", "bias", "gamma", "movingMean", …). */
    readonly parameters: Readonly<Record<string, Tensor>>;
  };
}[K];

/**
 * Fixed-point precisions by role ("weight", "bias", "accum", "result", "table", …) as `ap_fixed` texts.
 * Written by quantization-aware training and importers, read by `compile`; absent roles take the compiler's default.
 *
 * A "result" may be a list of texts, one per element of a sample in row-major order.
 */
export type LayerPrecision = Readonly<Record<string, string | readonly string[]>>;

export interface Network {
  readonly name: string;
  readonly inputs: readonly NetworkInput[];
  readonly layers: readonly Layer[];
  /** Names of the layers whose results are the outputs. */
  readonly outputs: readonly string[];
  /** Precisions by layer or input name. */
  readonly precision?: Readonly<Record<string, LayerPrecision>>;
}
