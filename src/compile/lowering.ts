/** What a layer's hardware view is: from input vectors to an output vector inside one circuit. */
import type { CircuitBuilder, MultiplicationStrategy } from '../circuit/index.ts';
import { UnsupportedError } from '../errors.ts';
import type { FixedFormat } from '../fixed/index.ts';
import type { HardwareLayer } from './hardware-layer.ts';
import type { NumericsProfile } from './options.ts';
import type { PrecisionRequest } from './precision.ts';
import { castVector, type WireVector } from './wire-vector.ts';
import type { Wire } from '../circuit/index.ts';

export interface LoweringContext {
  readonly builder: CircuitBuilder;
  readonly layer: HardwareLayer;
  readonly inputs: readonly WireVector[];
  readonly precision: PrecisionRequest;
  readonly profile: NumericsProfile;
  readonly strategy: MultiplicationStrategy;
  /** Entries of hls4ml's look-up tables. */
  readonly tableSize: number;
  /** Entries of hls4ml's softmax tables where they differ from `tableSize`. */
  readonly expTableSize?: number;
  readonly invTableSize?: number;
}

export type Lowering = (context: LoweringContext) => WireVector;

/** The format asked for the result; undefined means "keep the exact values" (only in the `exact` profile). */
export function resultFormat(context: LoweringContext): FixedFormat | undefined {
  if (context.profile === 'hls4ml') return context.precision.format('result');
  const asked = context.precision.role('result');
  return asked === 'auto' ? undefined : asked;
}

/** Cast exact values to the layer's result format, where it has one. */
export function castResult(context: LoweringContext, wires: readonly Wire[]): WireVector {
  return castVector(context.builder, wires, resultFormat(context));
}

/** The one format shared by all elements of a vector, which hls4ml's types demand. */
export function uniformFormat(context: LoweringContext, vector: WireVector): FixedFormat {
  const [first, ...rest] = vector.formats;
  if (
    first === undefined ||
    rest.some((format) => format !== first && JSON.stringify(format) !== JSON.stringify(first))
  ) {
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
