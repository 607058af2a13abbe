/**
 * Parameters that belong to single elements or channels (scales, offsets, slopes, thresholds): constants in an unrolled
 * layer, wires where a memory gives other ones in every step.
 */
import { constantMultiple, type Wire } from '../../circuit/index.ts';
import type { LoweringContext } from '../lowering.ts';

/** One parameter of a layer, channels last: element k has code number k modulo their number. */
export interface ElementParameter {
  readonly role: string;
  readonly codes: readonly bigint[];
  readonly fraction: number;
}

/** The parameter of each element of the layer's input. */
export interface ElementFactor {
  /** The parameter of element k as a wire. */
  readonly at: (k: number) => Wire;
  /** Element k, which `wire` carries, times its parameter. */
  readonly times: (wire: Wire, k: number) => Wire;
}

/** Take a parameter from the memory that the context names, else from its codes. */
export function elementFactor(context: LoweringContext, { role, codes, fraction }: ElementParameter): ElementFactor {
  const { builder, memory, strategy } = context;
  const wires = memory?.[role];
  if (wires !== undefined) {
    return { at: (k) => wires[k]!, times: (wire, k) => builder.multiply(wire, wires[k]!) };
  }
  const code = (k: number): bigint => codes[k % codes.length]!;
  return {
    at: (k) => builder.constant(code(k), fraction),
    times: (wire, k) => constantMultiple(builder, wire, code(k), fraction, strategy),
  };
}
