/**
 * The recipe of dense layers and convolutions: every row of inputs times the kernel, y_j = Σ_i x_i·w[i, j] + b_j. Depthwise
 * convolutions have rows for every group of outputs: those of a channel see its own window only.
 *
 * hls4ml (nnet_dense_latency.h): acc = accum(bias); for each input in order, acc = accum(acc + accum(x·w));
 * y = result(acc). With a wrapping accumulator the order is irrelevant modulo 2^W, so the sum becomes a balanced tree
 * whose nodes wrap only where they outgrow the accumulator; any other overflow mode keeps hls4ml's order.
 * Where a wrapping accumulator also keeps every fraction bit of the products, the whole sum is exact modulo 2^W: the
 * strategy 'adder-graph' then shares it between outputs and casts once.
 * The exact profile sums without any rounding and casts once, at the result.
 *
 * Binary operands (nnet_mult.h) are codes 0 and 1 of `ap_uint<1>` for −1 and 1; a float weight above 0 is 1. With both binary a product is the
 * single bit x = w, the accumulator counts ones, and the sum 2·acc − n passes through an integer of ⌈log2 n⌉ + 2 bits.
 */
import type { CircuitBuilder, Constant, Wire } from '../../circuit/index.ts';
import { constantMultiple, constantProducts, linearCombination, widthOf } from '../../circuit/index.ts';
import { type FixedFormat, fixed, fractionBits, isWrapping } from '../../fixed/index.ts';
import { weightedSumFormat } from '../inferred-format.ts';
import { castResult, inferredOr, type LoweringContext, uniformFormat } from '../lowering.ts';
import { quantizeParameter } from '../parameters.ts';
import { castVector, type WireVector } from '../wire-vector.ts';

/** Rows of equal length: inputs of the sums of one position each. */
type Rows = readonly (readonly Wire[])[];

/** Multiply rows by the layer's kernel, whose last axis counts the outputs; add its bias, if any. */
export const weightedRows = (context: LoweringContext, rows: Rows): WireVector => weightedGroups(context, [rows]);

/**
 * Multiply rows by their part of the layer's kernel [terms, outputs]; add its bias, if any.
 *
 * @param groups rows by position for each group of outputs, the groups being equal parts of the outputs
 * @returns the outputs of all groups, position by position
 */
export function weightedGroups(context: LoweringContext, groups: readonly Rows[]): WireVector {
  const { builder, layer, precision, profile } = context;
  const positions = groups[0]!.length;
  const terms = groups[0]![0]!.length;
  const weightFormat = precision.format('weight');
  const biasFormat = precision.format('bias');
  const weights =
    profile === 'hls4ml' && isBinary(weightFormat)
      ? Array.from(layer.parameters['kernel']!, (weight) => (weight > 0 ? 1n : 0n))
      : quantizeParameter(layer, 'kernel', weightFormat, profile);
  const units = weights.length / terms;
  const columns = Array.from({ length: units }, (_, j) =>
    Array.from({ length: terms }, (_, i) => weights[i * units + j]!),
  );
  const biases =
    layer.parameters['bias'] === undefined ? undefined : quantizeParameter(layer, 'bias', biasFormat, profile);
  const bias = (j: number): Wire | undefined =>
    biases === undefined ? undefined : builder.constant(biases[j]!, fractionBits(biasFormat));
  /** Sum group by group, each with its part of lists by output; the sums of all groups by position. */
  const byPosition = (sumsOf: (rows: Rows, own: <T>(all: readonly T[]) => readonly T[]) => Wire[][]): Wire[] => {
    const each = units / groups.length;
    const sums = groups.map((rows, g) => sumsOf(rows, (all) => all.slice(g * each, (g + 1) * each)));
    return Array.from({ length: positions }, (_, position) =>
      sums
        .flatMap((rows) => rows[position]!)
        .map((sum, j) => builder.label(sum, positions === 1 ? `n${j}_sum` : `p${position}_n${j}_sum`)),
    ).flat();
  };

  if (profile === 'exact') {
    const constants = columns.map((_, j) => biases && { raw: biases[j]!, fraction: fractionBits(biasFormat) });
    const sums = byPosition((rows, own) =>
      exactSums(context, rows, own(columns), fractionBits(weightFormat), own(constants)),
    );
    return castResult(context, sums);
  }

  const input = context.inputs[0]!;
  const inputFormat = uniformFormat(context, input);
  const ternary = isTernary(inputFormat) && isTernary(weightFormat);
  const formatOf = (role: string): FixedFormat =>
    ternary && typeof precision.role(role) !== 'object'
      ? ternaryFormat(terms)
      : inferredOr(context, role, () => weightedSumFormat(inputFormat, weightFormat, biasFormat, terms));
  const accumulator = formatOf('accum');
  const result = formatOf('result');
  const product = productRule(context, input.binary === true, weightFormat);
  const starts = columns.map((_, j) => builder.cast(bias(j) ?? builder.constant(0n, 0), accumulator));
  const sums = byPosition(
    (rows, own) =>
      modularSums(context, rows, own(columns), product, own(starts), accumulator) ??
      orderedSums(context, rows, own(columns), product, own(starts), accumulator),
  );
  return castVector(builder, product.countsOnes ? sums.map((sum) => signedCount(builder, sum, terms)) : sums, result);
}

/** All sums of all rows without any rounding. */
function exactSums(
  { builder, strategy, adderOptimizer }: LoweringContext,
  rows: Rows,
  columns: readonly (readonly bigint[])[],
  fraction: number,
  constants: readonly (Constant | undefined)[],
): Wire[][] {
  if (strategy === 'adder-graph') {
    const kernel = rows[0]!.map((_, i) => columns.map((column) => column[i]!));
    const sums = constantProducts(builder, rows, kernel, fraction, constants, adderOptimizer);
    if (sums !== null) return sums;
  }
  const bias = (j: number): Wire | undefined => {
    const constant = constants[j];
    return constant && builder.constant(constant.raw, constant.fraction);
  };
  return rows.map((row) =>
    columns.map((column, j) => linearCombination(builder, row, column, fraction, bias(j), strategy)),
  );
}

/** Sums whose products the accumulator only wraps, shared between outputs; null where it rounds or saturates. */
function modularSums(
  { builder, strategy, adderOptimizer }: LoweringContext,
  rows: Rows,
  columns: readonly (readonly bigint[])[],
  product: ProductRule,
  starts: readonly Wire[],
  accumulator: FixedFormat,
): Wire[][] | null {
  if (strategy !== 'adder-graph' || product.countsOnes || !isWrapping(accumulator)) return null;
  const kernel = rows[0]!.map((_, i) => columns.map((column) => product.raw(column[i]!)));
  const factors = rows.map((row) => row.map(product.value));
  const isKept = factors.every((row) =>
    row.every((wire, i) => {
      const spare = fractionBits(accumulator) - builder.typeOf(wire).fraction - product.fraction;
      return kernel[i]!.every((weight) => spare >= 0 || weight % (1n << BigInt(-spare)) === 0n);
    }),
  );
  if (!isKept) return null;
  const constants = starts.map((start) => {
    const { lo, fraction } = builder.typeOf(start);
    return { raw: lo, fraction };
  });
  const sums = constantProducts(builder, factors, kernel, product.fraction, constants, adderOptimizer);
  return sums && sums.map((row) => row.map((sum) => builder.cast(sum, accumulator)));
}

/** Sums as hls4ml makes them: every product and every partial sum in the accumulator's format. */
function orderedSums(
  { builder }: LoweringContext,
  rows: Rows,
  columns: readonly (readonly bigint[])[],
  product: ProductRule,
  starts: readonly Wire[],
  accumulator: FixedFormat,
): Wire[][] {
  return rows.map((row) =>
    columns.map((column, j) => {
      const products = row.map((wire, i) => builder.cast(product.multiply(wire, column[i]!), accumulator));
      return accumulate(builder, starts[j]!, products, accumulator);
    }),
  );
}

/** How a weight, by its raw code, multiplies an input: value · raw · 2^-fraction, unless ones are counted. */
interface ProductRule {
  /** x·w exactly. */
  readonly multiply: (wire: Wire, weight: bigint) => Wire;
  readonly value: (wire: Wire) => Wire;
  readonly raw: (weight: bigint) => bigint;
  readonly fraction: number;
  readonly countsOnes: boolean;
}

/** How hls4ml multiplies, by which operands are binary. */
function productRule(context: LoweringContext, binaryData: boolean, weightFormat: FixedFormat): ProductRule {
  const { builder, strategy } = context;
  const one = builder.constant(1n, 0);
  const binaryWeight = isBinary(weightFormat);
  if (binaryData && binaryWeight) {
    const multiply = (wire: Wire, weight: bigint): Wire => (weight === 1n ? wire : builder.subtract(one, wire));
    return { multiply, value: (wire) => wire, raw: (weight) => weight, fraction: 0, countsOnes: true };
  }
  const fraction = fractionBits(weightFormat);
  const value = (wire: Wire): Wire => (binaryData ? builder.subtract(builder.scale(wire, 1), one) : wire);
  const raw = (weight: bigint): bigint => (binaryWeight ? 2n * weight - 1n : weight);
  return {
    multiply: (wire, weight) => constantMultiple(builder, value(wire), raw(weight), fraction, strategy),
    value,
    raw,
    fraction,
    countsOnes: false,
  };
}

/** 2·ones − n as hls4ml's integer of ⌈log2 n⌉ + 2 bits. */
function signedCount(builder: CircuitBuilder, ones: Wire, terms: number): Wire {
  const bits = Math.max(1, Math.ceil(Math.log2(terms))) + 2;
  const sum = builder.subtract(builder.scale(ones, 1), builder.constant(BigInt(terms), 0));
  return builder.cast(sum, fixed(bits, bits));
}

function accumulate(builder: CircuitBuilder, start: Wire, products: readonly Wire[], accumulator: FixedFormat): Wire {
  return isWrapping(accumulator)
    ? wrappingSum(builder, [start, ...products.filter((product) => !isZero(builder, product))], accumulator)
    : products.reduce((acc, product) => builder.cast(builder.add(acc, product), accumulator), start);
}

/** Sum in a balanced tree modulo 2^width: a node is wrapped when it needs more bits than the accumulator has. */
function wrappingSum(builder: CircuitBuilder, wires: readonly Wire[], accumulator: FixedFormat): Wire {
  let level = [...wires];
  while (level.length > 1) {
    const next: Wire[] = [];
    for (let k = 0; k + 1 < level.length; k += 2) {
      const sum = builder.add(level[k]!, level[k + 1]!);
      next.push(widthOf(builder.typeOf(sum)) > accumulator.width ? builder.cast(sum, accumulator) : sum);
    }
    if (level.length % 2 === 1) next.push(level.at(-1)!);
    level = next;
  }
  return builder.cast(level[0]!, accumulator);
}

function isZero(builder: CircuitBuilder, wire: Wire): boolean {
  const { lo, hi } = builder.typeOf(wire);
  return lo === 0n && hi === 0n;
}

/** Whether a format is hls4ml's two-bit integer for −1, 0 and 1. */
function isTernary(format: FixedFormat): boolean {
  return format.signed && format.width === 2 && format.integer === 2;
}

/** Whether a format is the single bit that hls4ml's binary operands have. */
export function isBinary(format: FixedFormat): boolean {
  return !format.signed && format.width === 1 && format.integer === 1;
}

/** hls4ml's accumulator and result for ternary inputs and weights (passes/bn_quant.py): a count of at most n. */
function ternaryFormat(terms: number): FixedFormat {
  const width = Math.ceil(Math.log2(terms)) + 2;
  return fixed(width, width);
}
