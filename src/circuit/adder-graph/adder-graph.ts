/**
 * Adder graphs: a constant matrix times a vector, y_j = Σ_i x_i · kernel[i][j], as shared additions of shifted values.
 *
 * Values are numbered: first the inputs, then one per adder. An adder computes `a + b·2^shift` or `a − b·2^shift` with a
 * shift of at least 0: the finer operand is never subtracted, so its low bits pass beside the adder. Shifts are wires and
 * signs travel outwards, so an adder is the only thing that costs.
 *
 * The cost is that of da4ml (arXiv:2507.04535): full-adder bits. An adder of which one operand is shifted starts at the
 * lowest bit of the shifted one, since the bits below pass beside it; it ends at the top of the wider operand.
 */

/** a ± b·2^shift. */
export interface Adder {
  readonly a: number;
  readonly b: number;
  /** At least 0. */
  readonly shift: number;
  readonly subtract: boolean;
}

/** ± value·2^shift; value −1 is the constant 0. */
export interface AdderOutput {
  readonly value: number;
  readonly shift: number;
  readonly negative: boolean;
}

/** Range of the integer codes of an input, both ends inclusive. */
export interface InputRange {
  readonly lo: number;
  readonly hi: number;
}

export interface AdderGraph {
  readonly inputs: readonly InputRange[];
  /** Adder k is value `inputs.length + k`; its operands have smaller numbers. */
  readonly adders: readonly Adder[];
  readonly outputs: readonly AdderOutput[];
}

/** What a graph costs. */
export interface AdderGraphCost {
  readonly adders: number;
  /** Full-adder bits, by the ranges that the values really take. */
  readonly adderBits: number;
  /** Bits of the results above the lowest bit of the shifted operand: one look-up table each, carries out included. */
  readonly lutBits: number;
  /** Adders on the longest path from an input to an output. */
  readonly depth: number;
  /** Outputs that are the negative of a value: not counted as adders. */
  readonly negatedOutputs: number;
}
