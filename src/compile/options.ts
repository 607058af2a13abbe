/** What a user may ask of the compiler. */
import type { AdderOptimizer, MultiplicationStrategy } from '../circuit/index.ts';
import type { LayerPrecision } from '../network/index.ts';

/**
 * - `hls4ml`: the arithmetic of hls4ml's C++ to the bit (every product and partial sum cast to the accumulator type,
 *   its table constructions and its defaults).
 * - `exact`: nothing is rounded except where a precision asks for it; accumulators are as wide as their proven
 *   intervals and tables are exact over the reachable codes of their input.
 */
export type NumericsProfile = 'hls4ml' | 'exact';

export interface CompileOptions {
  /** @defaultValue 'exact' */
  readonly profile?: NumericsProfile;
  /** How constants are multiplied. @defaultValue 'adder-graph' */
  readonly strategy?: MultiplicationStrategy;
  /**
   * Adder levels that the graphs of the strategy 'adder-graph' may have beyond the least possible: an integer of at
   * least 0, or Infinity. More levels share more; fewer need fewer pipeline stages.
   *
   * @defaultValue 2, as da4ml and hls4ml have it
   */
  readonly adderDepth?: number;
  /** How long adder graphs are searched for, at least 0; see `AdderOptions`. @defaultValue 1 */
  readonly adderEffort?: number;
  /** Who makes the adder graphs instead. @defaultValue optimizeAdders with `adderDepth` and `adderEffort` */
  readonly adderOptimizer?: AdderOptimizer;
  /**
   * Format of everything that has no format of its own, as an `ap_fixed` text.
   *
   * @defaultValue 'ap_fixed<16,6>'
   */
  readonly precision?: string;
  /**
   * Formats by layer (or input) name and role; they win over the network's own. Roles: weight, bias, accum, result,
   * scale, table, expTable, invTable, invInput, inputNorm, slope, shift, param. In the `hls4ml` profile the text
   * `auto` asks for hls4ml's inference; in the `exact` profile it asks for no rounding at all.
   */
  readonly layerPrecision?: Readonly<Record<string, LayerPrecision>>;
  /**
   * Formats of the elements of an input, by input name, as one text per element; without them all elements have the
   * input's one format. hls4ml has no such inputs, so only the `exact` profile takes them.
   */
  readonly inputFormats?: Readonly<Record<string, readonly string[]>>;
  /** Entries of the tables of activations in the `hls4ml` profile, at least 2. @defaultValue 1024 */
  readonly tableSize?: number;
  /** How softmax layers are computed. @defaultValue {} */
  readonly softmax?: SoftmaxOptions;
}

/** Options with every default written out but those of `adderOptimizer`, which has no text. */
export type CompleteOptions = Omit<Required<CompileOptions>, 'adderOptimizer'>;

/** Levels beyond the least that da4ml and hls4ml allow, too: most of the sharing for few stages. */
export const DEFAULT_ADDER_DEPTH = 2;
export const DEFAULT_ADDER_EFFORT = 1;
export const DEFAULT_PRECISION = 'ap_fixed<16,6>';

/** Write every default out. */
export function completeOptions(options: CompileOptions): CompleteOptions {
  const { adderOptimizer: _, ...asked } = options;
  return {
    profile: 'exact',
    strategy: 'adder-graph',
    adderDepth: DEFAULT_ADDER_DEPTH,
    adderEffort: DEFAULT_ADDER_EFFORT,
    precision: DEFAULT_PRECISION,
    layerPrecision: {},
    inputFormats: {},
    tableSize: 1024,
    softmax: {},
    ...asked,
  };
}

/** Options of softmax layers; all but `argmax` hold in the `hls4ml` profile only. */
export interface SoftmaxOptions {
  /**
   * - `stable`: the maximum is subtracted before the exponentials.
   * - `latency`: exponentials of the inputs themselves.
   * - `legacy`: one sum of exponentials of differences per element.
   * - `argmax`: 1 at the first maximum, else 0; in both profiles.
   *
   * @defaultValue 'stable'
   */
  readonly implementation?: 'stable' | 'latency' | 'legacy' | 'argmax';
  /** Entries of the table of exponentials. @defaultValue the option tableSize */
  readonly expTableSize?: number;
  /** Entries of the table of inverses. @defaultValue the option tableSize */
  readonly invTableSize?: number;
  /** Factor of the argument of the exponentials (`stable` and `latency`). @defaultValue 1 */
  readonly expScale?: number;
}
