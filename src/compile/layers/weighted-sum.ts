/**
 * The arithmetic of dense layers and convolutions, y_j = Σ_i x_i·w[i, j] + b_j: formats, codes of weights and biases,
 * products, partial sums and the result. Who multiplies by constants (`weighted-rows.ts`) and who reads weights from a
 * memory, some terms at a time (`streams/`), both take it from here.
 *
 * hls4ml (nnet_dense_latency.h): acc = accum(bias); for each input in order, acc = accum(acc + accum(x·w));
 * y = result(acc). The exact profile sums without any rounding and casts once, at the result.
 *
 * Binary operands (nnet_mult.h) are codes 0 and 1 of `ap_uint<1>` for −1 and 1; a float weight above 0 is 1. With both binary a product is the
 * single bit x = w, the accumulator counts ones, and the sum 2·acc − n passes through an integer of ⌈log2 n⌉ + 2 bits.
 */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';
import { constantMultiple, widthOf } from '../../circuit/index.ts';
import { type FixedFormat, fixed, fractionBits, isWrapping } from '../../fixed/index.ts';
import { weightedSumFormat } from '../inferred-format.ts';
import { castResult, inferredOr, type LoweringContext, uniformFormat } from '../lowering.ts';
import { quantizeParameter } from '../parameters.ts';
import { castVector, type WireVector } from '../wire-vector.ts';

export interface WeightedSum {
  /** Outputs per row. */
  readonly units: number;
  /** columns[j][i]: raw code of the weight of input i and output j. */
  readonly columns: readonly (readonly bigint[])[];
  readonly weightFormat: FixedFormat;
  /** Raw codes of the biases, one per output. */
  readonly biases: readonly bigint[] | undefined;
  readonly biasFormat: FixedFormat;
  /** How hls4ml accumulates; undefined in the exact profile. */
  readonly rule: AccumulationRule | undefined;
  /** From the sums of all outputs of some rows to the result. */
  readonly finish: (sums: readonly Wire[]) => WireVector;
}

/** hls4ml's accumulator. */
export interface AccumulationRule {
  readonly accumulator: FixedFormat;
  readonly product: ProductRule;
}

/** How a weight, by its raw code, multiplies an input: value · raw · 2^-fraction, unless ones are counted. */
export interface ProductRule {
  /** x·w exactly. */
  readonly multiply: (wire: Wire, weight: bigint) => Wire;
  readonly value: (wire: Wire) => Wire;
  readonly raw: (weight: bigint) => bigint;
  readonly fraction: number;
  readonly countsOnes: boolean;
}

/**
 * Collect the arithmetic of a layer with kernel and bias for sums of `terms` products; the kernel's last axis counts the
 * outputs. The first input of the context tells the format of what is multiplied.
 */
export function weightedSum(context: LoweringContext, terms: number): WeightedSum {
  const { builder, layer, precision, profile } = context;
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
  const common = { units, columns, weightFormat, biases, biasFormat };
  if (profile === 'exact') return { ...common, rule: undefined, finish: (sums) => castResult(context, sums) };

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
  const finish = (sums: readonly Wire[]): WireVector =>
    castVector(builder, product.countsOnes ? sums.map((sum) => signedCount(builder, sum, terms)) : sums, result);
  return { ...common, rule: { accumulator, product }, finish };
}

/** The bias of output j as a wire, if the layer has biases. */
export function biasWire(builder: CircuitBuilder, { biases, biasFormat }: WeightedSum, j: number): Wire | undefined {
  return biases && builder.constant(biases[j]!, fractionBits(biasFormat));
}

/** What the accumulator of output j starts with: accum(bias). */
export function startWire(builder: CircuitBuilder, sum: WeightedSum, rule: AccumulationRule, j: number): Wire {
  return builder.cast(biasWire(builder, sum, j) ?? builder.constant(0n, 0), rule.accumulator);
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

/** Add products, each in the accumulator's format, to what it holds: in hls4ml's order, or modulo 2^W in a tree. */
export function accumulate(
  builder: CircuitBuilder,
  start: Wire,
  products: readonly Wire[],
  accumulator: FixedFormat,
): Wire {
  return isWrapping(accumulator)
    ? wrappingSum(builder, [start, ...products.filter((product) => !isZero(builder, product))], accumulator)
    : products.reduce((acc, product) => builder.cast(builder.add(acc, product), accumulator), start);
}

/** Sum in a balanced tree modulo 2^width: a node is wrapped when it needs more bits than the accumulator has. */
export function wrappingSum(builder: CircuitBuilder, wires: readonly Wire[], accumulator: FixedFormat): Wire {
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
