/** What a layer's hardware view is: from input vectors to an output vector inside one circuit. */
import type { AdderOptimizer, CircuitBuilder, MultiplicationStrategy } from '../circuit/index.ts';
import { UnsupportedError } from '../errors.ts';
import { type FixedFormat, sameFormat } from '../fixed/index.ts';
import type { HardwareLayer } from './hardware-layer.ts';
import type { NumericsProfile, SoftmaxOptions } from './options.ts';
import type { PrecisionRequest } from './precision.ts';
import { castElements, castVector, type WireVector } from './wire-vector.ts';
import type { Wire } from '../circuit/index.ts';

export interface LoweringContext {
  readonly builder: CircuitBuilder;
  readonly layer: HardwareLayer;
  readonly inputs: readonly WireVector[];
  readonly precision: PrecisionRequest;
  readonly profile: NumericsProfile;
  readonly strategy: MultiplicationStrategy;
  /** Who makes adder graphs. */
  readonly adderOptimizer: AdderOptimizer;
  /** Entries of hls4ml's look-up tables. */
  readonly tableSize: number;
  readonly softmax: SoftmaxOptions;
  /** Wires of the parameters of each element, by role, where they come from a memory. @defaultValue constants */
  readonly memory?: Readonly<Record<string, readonly Wire[]>>;
}

export type Lowering = (context: LoweringContext) => WireVector;

/** The format asked for the result; undefined means "keep the exact values" (only in the `exact` profile). */
export function resultFormat(context: LoweringContext): FixedFormat | undefined {
  if (context.profile === 'hls4ml') return context.precision.format('result');
  const asked = context.precision.role('result');
  return asked === 'auto' ? undefined : asked;
}

/** The formats asked for the elements of the result one by one, which only the `exact` profile has. */
export function elementFormats({ precision, profile }: LoweringContext): readonly FixedFormat[] | undefined {
  return profile === 'exact' ? precision.elements : undefined;
}

/** Cast exact values to the layer's result format, or each to its own, where it has any. */
export function castResult(context: LoweringContext, wires: readonly Wire[]): WireVector {
  const elements = elementFormats(context);
  if (elements !== undefined) return castElements(context.builder, wires, elements);
  return castVector(context.builder, wires, resultFormat(context));
}

/** The format asked for in the `hls4ml` profile, `inferred` standing in for `auto`. */
export function inferredOr(context: LoweringContext, role: string, inferred: () => FixedFormat): FixedFormat {
  return context.precision.role(role) === 'auto' ? inferred() : context.precision.format(role);
}

/** The format asked for, or `standard` where nothing (or `auto`) is. */
export function askedOr(context: LoweringContext, role: string, standard: FixedFormat): FixedFormat {
  const asked = context.precision.role(role);
  return asked === undefined || asked === 'auto' ? standard : asked;
}

/**
 * Cast as {@link castResult}, but with hls4ml's inference for a result on `auto`.
 *
 * @param inferred - the inferred format, asked for in the `hls4ml` profile only
 */
export function castInferred(
  context: LoweringContext,
  wires: readonly Wire[],
  inferred: () => FixedFormat,
): WireVector {
  if (context.profile === 'exact') return castResult(context, wires);
  return castVector(context.builder, wires, inferredOr(context, 'result', inferred));
}

/** The one format shared by all elements of a vector, which hls4ml's types demand. */
export function uniformFormat(context: LoweringContext, vector: WireVector): FixedFormat {
  const [first, ...rest] = vector.formats;
  if (first === undefined || rest.some((format) => format !== first && !sameFormat(format, first))) {
    throw new UnsupportedError(
      `Layer "${context.layer.name}" (${context.layer.kind}) needs one format for all its inputs in the hls4ml profile.`,
    );
  }
  return first;
}

/** Read a numeric attribute that the layer kind guarantees. */
export function numberAttribute(context: LoweringContext, name: string): number {
  return context.layer.attributes[name] as number;
}
