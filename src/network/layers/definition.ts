/**
 * What one layer kind must say about itself: the object that every file of this folder exports.
 *
 * A kind is one room: attributes, shapes, parameters, float forward pass and cost stand together, so that adding a kind
 * is adding a file and one line in `registry.ts`. Kinds know nothing of networks; `forward.ts` and `build.ts` do.
 */
import type { Variable } from '../../autograd/index.ts';
import type { Tensor } from '../../tensor/index.ts';

/**
 * How a parameter starts. The uniform ones draw from [−limit, limit): `glorotUniform` has limit √(6 / (fanIn +
 * fanOut)), `heUniform` √(6 / fanIn), as Keras does.
 */
export type Initializer = 'glorotUniform' | 'heUniform' | 'zeros' | 'ones';

/** One parameter of a layer: its role, shape and start. */
export interface ParameterSpec {
  readonly role: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /** False for statistics that the forward pass reports and no optimiser may touch. */
  readonly trainable: boolean;
}

/** What a forward pass lends to a layer. */
export interface LayerContext {
  /** Name of the layer, for error messages. */
  readonly layer: string;
  /** True while training: dropout drops and batch normalisation uses the statistics of the batch. */
  readonly training: boolean;
  /** The parameter of a role, after any transform. */
  readonly parameter: (role: string) => Variable;
  /** The key of this layer's random numbers, i32 of shape [2]; throws a sentence when the caller gave none. */
  readonly randomKey: () => Tensor;
  /** Hands new running statistics to the caller; the network itself never changes. */
  readonly reportStatistics: (statistics: Readonly<Record<string, Tensor>>) => void;
}

/** Everything known about a layer kind with attributes of type `A`. */
export interface LayerDefinition<K extends string, A extends object> {
  readonly kind: K;
  /** Attributes that a layer gets where its description leaves them out; absent here means the user must give them. */
  readonly defaults: Partial<A>;
  /**
   * Check attributes and fill in defaults.
   *
   * @param raw attributes as read from a file or written by hand
   * @param layer name of the layer, for the message
   * @throws ValueError naming layer, attribute, its value and the allowed ones
   */
  readonly attributes: (raw: Readonly<Record<string, unknown>>, layer: string) => A;
  /**
   * Give the shape of one sample of the result.
   *
   * @param inputs shapes of one sample per input, without batch axis
   * @throws ShapeError when the kind does not accept them
   */
  readonly outputShape: (attributes: A, inputs: readonly (readonly number[])[], layer: string) => readonly number[];
  /** List the parameters for these input shapes. */
  readonly parameters: (attributes: A, inputs: readonly (readonly number[])[]) => readonly ParameterSpec[];
  /** Compute the result of a batch ([batch, …sample]) differentiably. */
  readonly forward: (attributes: A, inputs: readonly Variable[], context: LayerContext) => Variable;
  /** Count multiplications by trained values for one sample at inference. */
  readonly multiplyAccumulates: (attributes: A, inputs: readonly (readonly number[])[]) => number;
  /** 'surrogate' when backward is a stand-in for a derivative that is zero almost everywhere. */
  readonly gradient: 'exact' | 'surrogate';
  /** Attribute sets that a test must try; at least one. */
  readonly examples: readonly A[];
  /** Sample shape of each input that the examples fit. @defaultValue one input, a vector of any length */
  readonly exampleInputs?: readonly (readonly number[])[];
}
