/** Lowering one hardware layer into one circuit: what whole networks and single stages of streams share. */
import {
  type AdderOptimizer,
  type Circuit,
  type CircuitBuilder,
  circuitBuilder,
  fitsFormat,
  type MultiplicationStrategy,
} from '../circuit/index.ts';
import { type FixedFormat, fractionBits } from '../fixed/index.ts';
import type { Network } from '../network/index.ts';
import { chosenOptimizer } from './adder-options.ts';
import type { HardwareLayer } from './hardware-layer.ts';
import { lowerings } from './layers/index.ts';
import { elementFormats, type LoweringContext, resultFormat } from './lowering.ts';
import { type CompileOptions, completeOptions, type NumericsProfile, type SoftmaxOptions } from './options.ts';
import { precisionRequest } from './precision.ts';
import type { VectorType, WireVector } from './wire-vector.ts';

/** What all layers of a network are lowered with. */
export interface LoweringSettings {
  /** Its precisions hold those that the options ask for. */
  readonly network: Network;
  readonly options: CompileOptions;
  readonly profile: NumericsProfile;
  readonly strategy: MultiplicationStrategy;
  readonly adderOptimizer: AdderOptimizer;
  readonly tableSize: number;
  readonly softmax: SoftmaxOptions;
}

/**
 * Complete the options.
 *
 * @throws ValueError for an adder depth or effort that is none
 */
export function loweringSettings(network: Network, options: CompileOptions): LoweringSettings {
  const { profile, strategy, tableSize, softmax } = completeOptions(options);
  return { network, options, profile, strategy, adderOptimizer: chosenOptimizer(options), tableSize, softmax };
}

/** What a lowering gets to see. */
export function loweringContext(
  settings: LoweringSettings,
  builder: CircuitBuilder,
  layer: HardwareLayer,
  inputs: readonly WireVector[],
): LoweringContext {
  const { network, options, profile, strategy, adderOptimizer, tableSize, softmax } = settings;
  const precision = precisionRequest(network, layer.name, options);
  return { builder, layer, inputs, precision, profile, strategy, adderOptimizer, tableSize, softmax };
}

/**
 * Lower one layer.
 *
 * @param inputs what its inputs carry
 * @param ports formats for an exact result that nobody asked a format for, taken where they hold every value
 */
export function lowerLayer(
  settings: LoweringSettings,
  layer: HardwareLayer,
  inputs: readonly VectorType[],
  ports?: readonly FixedFormat[],
): { readonly circuit: Circuit; readonly result: VectorType } {
  const builder = circuitBuilder(layer.name);
  const vectors = inputs.map((vector, k) => ({
    ...vector,
    wires: builder.input(inputs.length === 1 ? 'x' : `x${k}`, vector.formats),
  }));
  const context = loweringContext(settings, builder, layer, vectors);
  const lowered = lowerings[layer.kind](context);
  const { wires, ...result } = asksFormats(context) ? lowered : inFormats(builder, lowered, ports);
  builder.output('y', wires, result.formats);
  return { circuit: builder.build(), result };
}

/** Whether a format is asked for the result, one or one per element. */
export function asksFormats(context: LoweringContext): boolean {
  return elementFormats(context) !== undefined || resultFormat(context) !== undefined;
}

/** The same values in other formats, if these hold all of them. */
export function inFormats(
  builder: CircuitBuilder,
  vector: WireVector,
  formats: readonly FixedFormat[] = [],
): WireVector {
  const { wires } = vector;
  const areWide =
    formats.length === wires.length && wires.every((wire, k) => fitsFormat(builder.typeOf(wire), formats[k]!));
  if (!areWide) return vector;
  return { ...vector, wires: wires.map((wire, k) => builder.align(wire, fractionBits(formats[k]!))), formats };
}
