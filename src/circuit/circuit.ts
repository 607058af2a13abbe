/**
 * The untimed circuit: a list of exact operations over fixed-point wires in static single assignment form.
 *
 * A wire is the index of the operation that drives it, so operands always have smaller indices. Its type is a proven
 * interval of raw integers and a binary point: value = raw · 2^-fraction, lo ≤ raw ≤ hi. Width and sign follow from
 * the interval (`widthOf`, `isSigned`), so a wire never carries a bit that it does not need.
 *
 * Everything but `cast` and `table` is exact: the result type is the smallest interval that holds every result.
 * Rounding and overflow happen in `cast` alone, which names its modes. Multiplication by a power of two (`scale`)
 * only moves the binary point and costs nothing.
 */
import type { FixedFormat } from '../fixed/index.ts';

export type Wire = number;

/** A proven interval of raw codes, both ends inclusive, and the number of fraction bits (any integer). */
export interface WireType {
  readonly lo: bigint;
  readonly hi: bigint;
  readonly fraction: number;
}

export type Relation = 'lt' | 'le' | 'eq' | 'ne';

export type Op =
  /** Element `index` of input port `port`. */
  | { readonly kind: 'input'; readonly port: number; readonly index: number }
  /** The value is the (single) raw code of the wire's type. */
  | { readonly kind: 'constant' }
  /** a + b·2^shift, or a − b·2^shift; fraction = max(fraction(a), fraction(b) − shift). */
  | { readonly kind: 'add'; readonly a: Wire; readonly b: Wire; readonly shift: number; readonly subtract: boolean }
  /** a·2^shift: the same raw code with another binary point. */
  | { readonly kind: 'scale'; readonly a: Wire; readonly shift: number }
  | { readonly kind: 'multiply'; readonly a: Wire; readonly b: Wire }
  | { readonly kind: 'negate'; readonly a: Wire }
  /** 1 if `a relation b` (compared as values), else 0; fraction 0. */
  | { readonly kind: 'compare'; readonly relation: Relation; readonly a: Wire; readonly b: Wire }
  /** `a` if the condition wire is non-zero, else `b`; fraction = max of both. */
  | { readonly kind: 'select'; readonly condition: Wire; readonly a: Wire; readonly b: Wire }
  /** Look-up by the raw code of `a`: entry raw(a) − tables[table].lo. */
  | { readonly kind: 'table'; readonly a: Wire; readonly table: number }
  /** On the infinitely sign-extended two's complement of the operands aligned to the larger fraction. */
  | { readonly kind: 'bitwise'; readonly operation: 'and' | 'or' | 'xor'; readonly a: Wire; readonly b: Wire }
  /** The only rounding and the only overflow: quantization and overflow as the format says; fraction = the format's. */
  | { readonly kind: 'cast'; readonly a: Wire; readonly format: FixedFormat };

export type OpKind = Op['kind'];

/** A look-up table over a contiguous range of raw addresses `lo` … `lo + values.length - 1`. */
export interface Table {
  readonly name: string;
  readonly lo: bigint;
  /** Raw codes with `fraction` fraction bits. */
  readonly values: readonly bigint[];
  readonly fraction: number;
}

/**
 * A named vector at the edge of a circuit. Element k is read or written as a raw code of `formats[k]`: its wire has
 * exactly the format's fraction bits, and an output's interval lies within the format.
 */
export interface Port {
  readonly name: string;
  readonly wires: readonly Wire[];
  readonly formats: readonly FixedFormat[];
}

export interface Circuit {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly ops: readonly Op[];
  /** types[w] is the type of wire w. */
  readonly types: readonly WireType[];
  readonly tables: readonly Table[];
  /** Readable names of some wires, from the model (e.g. "n3_sum"); used in Verilog and traces. */
  readonly labels: Readonly<Record<Wire, string>>;
}
