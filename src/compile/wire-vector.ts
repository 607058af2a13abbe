/** The vector that flows between layers: wires and the format in which each element's raw code is read. */
import { type CircuitBuilder, formatOfType, type Wire } from '../circuit/index.ts';
import type { FixedFormat } from '../fixed/index.ts';

/** What a vector's codes mean. */
export interface VectorType {
  readonly formats: readonly FixedFormat[];
  /** True where the codes 0 and 1 of `ap_uint<1>` stand for −1 and 1 (hls4ml's binary activations). */
  readonly binary?: boolean;
}

export interface WireVector extends VectorType {
  readonly wires: readonly Wire[];
}

/** Cast every wire to `format`, or, with no format asked for, keep the exact values in their narrowest formats. */
export function castVector(
  builder: CircuitBuilder,
  wires: readonly Wire[],
  format: FixedFormat | undefined,
): WireVector {
  if (format === undefined) {
    return { wires, formats: wires.map((wire) => formatOfType(builder.typeOf(wire))) };
  }
  return { wires: wires.map((wire) => builder.cast(wire, format)), formats: wires.map(() => format) };
}

/** Cast every wire to a format of its own; there are as many formats as wires. */
export function castElements(
  builder: CircuitBuilder,
  wires: readonly Wire[],
  formats: readonly FixedFormat[],
): WireVector {
  return { wires: wires.map((wire, k) => builder.cast(wire, formats[k]!)), formats };
}
