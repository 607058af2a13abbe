/**
 * Dense layer: y = x·W + b.
 *
 * hls4ml (nnet_dense_latency.h): acc = accum(bias); for each input in order, acc = accum(acc + accum(x·w));
 * y = result(acc). With a wrapping accumulator the order is irrelevant modulo 2^W, so the sum becomes a balanced tree
 * whose nodes wrap only where they outgrow the accumulator; any other overflow mode keeps hls4ml's order.
 * The exact profile sums without any rounding and casts once, at the result.
 */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';
import { constantMultiple, linearCombination, widthOf } from '../../circuit/index.ts';
import { ShapeError } from '../../errors.ts';
import { type FixedFormat, fixed, fractionBits } from '../../fixed/index.ts';
import { castResult, type LoweringContext, uniformFormat } from '../lowering.ts';
import { quantizeParameter } from '../parameters.ts';
import { castVector, type WireVector } from '../wire-vector.ts';

export function lowerDense(context: LoweringContext): WireVector {
  const { builder, layer, precision, profile } = context;
  const inputs = context.inputs[0]!;
  const weightFormat = precision.format('weight');
  const biasFormat = precision.format('bias');
  const weights = quantizeParameter(layer, 'kernel', weightFormat, profile);
  const units = weights.length / inputs.wires.length;
  if (!Number.isInteger(units)) {
    throw new ShapeError(
      `Layer "${layer.name}" has ${weights.length} weights, which does not divide among its ${inputs.wires.length} inputs.`,
    );
  }
  const biases =
    layer.parameters['bias'] === undefined ? undefined : quantizeParameter(layer, 'bias', biasFormat, profile);
  const columns = Array.from({ length: units }, (_, j) => inputs.wires.map((_, i) => weights[i * units + j]!));
  const bias = (j: number): Wire | undefined =>
    biases === undefined ? undefined : builder.constant(biases[j]!, fractionBits(biasFormat));

  if (profile === 'exact') {
    const sums = columns.map((column, j) => {
      const sum = linearCombination(
        builder,
        inputs.wires,
        column,
        fractionBits(weightFormat),
        bias(j),
        context.strategy,
      );
      return builder.label(sum, `n${j}_sum`);
    });
    return castResult(context, sums);
  }

  const inputFormat = uniformFormat(context, inputs);
  const terms = inputs.wires.length;
  const ternary = isTernary(inputFormat) && isTernary(weightFormat);
  const inferred = ternary ? ternaryFormat(terms) : autoFormat(inputFormat, weightFormat, biasFormat, terms);
  const formatOf = (role: string): FixedFormat => {
    const asked = precision.role(role);
    return asked === 'auto' || (asked === undefined && ternary) ? inferred : precision.format(role);
  };
  const accumulator = formatOf('accum');
  const sums = columns.map((column, j) => {
    const products: Wire[] = [];
    for (let i = 0; i < column.length; i++) {
      if (column[i] === 0n) continue;
      const product = constantMultiple(
        builder,
        inputs.wires[i]!,
        column[i]!,
        fractionBits(weightFormat),
        context.strategy,
      );
      products.push(builder.cast(product, accumulator));
    }
    const start = builder.cast(bias(j) ?? builder.constant(0n, 0), accumulator);
    const wraps = accumulator.overflow === 'AP_WRAP' && accumulator.saturationBits === 0;
    const sum = wraps
      ? wrappingSum(builder, [start, ...products], accumulator)
      : products.reduce((acc, product) => builder.cast(builder.add(acc, product), accumulator), start);
    return builder.label(sum, `n${j}_sum`);
  });
  return castVector(builder, sums, formatOf('result'));
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

/** Whether a format is hls4ml's two-bit integer for −1, 0 and 1. */
function isTernary(format: FixedFormat): boolean {
  return format.signed && format.width === 2 && format.integer === 2;
}

/** hls4ml's accumulator and result for ternary inputs and weights (passes/bn_quant.py): a count of at most n. */
function ternaryFormat(terms: number): FixedFormat {
  const width = Math.ceil(Math.log2(terms)) + 2;
  return fixed(width, width);
}

/**
 * hls4ml's inferred accumulator (passes/infer_precision.py): full product width, ⌈log2 n⌉ bits for the sum, one bit
 * for the bias.
 */
function autoFormat(input: FixedFormat, weight: FixedFormat, bias: FixedFormat, terms: number): FixedFormat {
  const growth = Math.ceil(Math.log2(terms));
  const signed = input.signed || weight.signed || bias.signed;
  const width = input.width + weight.width + growth;
  const integer = input.integer + weight.integer + growth;
  const biasInteger = bias.integer + (signed && !bias.signed ? 1 : 0);
  const sumInteger = Math.max(integer, biasInteger) + 1;
  const fraction = Math.max(width - integer, fractionBits(bias));
  const format = fixed(sumInteger + fraction, sumInteger);
  return signed ? format : { ...format, signed: false };
}
