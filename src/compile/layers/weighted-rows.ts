/**
 * Dense layers and convolutions fully unrolled: every row of inputs times the kernel, all weights constants
 * (`weighted-sum.ts` holds the arithmetic).
 *
 * With a wrapping accumulator the order of a sum is irrelevant modulo 2^W, so it becomes a balanced tree
 * whose nodes wrap only where they outgrow the accumulator; any other overflow mode keeps hls4ml's order.
 * Where a wrapping accumulator also keeps every fraction bit of the products, the whole sum is exact modulo 2^W: the
 * strategy 'adder-graph' then shares it between outputs and casts once.
 */
import type { Constant, Wire } from '../../circuit/index.ts';
import { constantProducts, linearCombination } from '../../circuit/index.ts';
import { fractionBits, isWrapping } from '../../fixed/index.ts';
import type { LoweringContext } from '../lowering.ts';
import type { WireVector } from '../wire-vector.ts';
import {
  accumulate,
  type AccumulationRule,
  biasWire,
  startWire,
  type WeightedSum,
  weightedSum,
} from './weighted-sum.ts';

/** Rows of equal length: inputs of the sums of one position each. */
type Rows = readonly (readonly Wire[])[];

/** Multiply rows by the layer's kernel, whose last axis counts the outputs; add its bias, if any. */
export const weightedRows = (context: LoweringContext, rows: Rows): WireVector => weightedGroups(context, [rows]);

/**
 * Multiply rows by their part of the layer's kernel [terms, outputs]; add its bias, if any. Depthwise convolutions have
 * rows for every group of outputs: those of a channel see its own window only.
 *
 * @param groups rows by position for each group of outputs, the groups being equal parts of the outputs
 * @returns the outputs of all groups, position by position
 */
export function weightedGroups(context: LoweringContext, groups: readonly Rows[]): WireVector {
  const positions = groups[0]!.length;
  const sum = weightedSum(context, groups[0]![0]!.length);
  const each = sum.units / groups.length;
  const sums = groups.map((rows, g) => groupSums(context, rows, sum, g * each, (g + 1) * each));
  const byPosition = Array.from({ length: positions }, (_, position) =>
    sums
      .flatMap((rows) => rows[position]!)
      .map((wire, j) => context.builder.label(wire, positions === 1 ? `n${j}_sum` : `p${position}_n${j}_sum`)),
  );
  return sum.finish(byPosition.flat());
}

/** Sums of the outputs `from` … `to` − 1, of which the rows are, by row. */
function groupSums(context: LoweringContext, rows: Rows, all: WeightedSum, from: number, to: number): Wire[][] {
  const { builder } = context;
  const sum = { ...all, columns: all.columns.slice(from, to), biases: all.biases?.slice(from, to) };
  const { rule, columns } = sum;
  if (rule === undefined) return exactSums(context, rows, sum);
  const starts = columns.map((_, j) => startWire(builder, sum, rule, j));
  return (
    modularSums(context, rows, sum, rule, starts) ??
    rows.map((row) =>
      columns.map((column, j) => {
        const products = row.map((wire, i) => builder.cast(rule.product.multiply(wire, column[i]!), rule.accumulator));
        return accumulate(builder, starts[j]!, products, rule.accumulator);
      }),
    )
  );
}

/** All sums of all rows without any rounding. */
function exactSums({ builder, strategy, adderOptimizer }: LoweringContext, rows: Rows, sum: WeightedSum): Wire[][] {
  const { columns, biases, biasFormat, weightFormat } = sum;
  const fraction = fractionBits(weightFormat);
  if (strategy === 'adder-graph') {
    const constants = columns.map((_, j) => biases && { raw: biases[j]!, fraction: fractionBits(biasFormat) });
    const kernel = rows[0]!.map((_, i) => columns.map((column) => column[i]!));
    const sums = constantProducts(builder, rows, kernel, fraction, constants, adderOptimizer);
    if (sums !== null) return sums;
  }
  return rows.map((row) =>
    columns.map((column, j) => linearCombination(builder, row, column, fraction, biasWire(builder, sum, j), strategy)),
  );
}

/** Sums whose products the accumulator only wraps, shared between outputs; null where it rounds or saturates. */
function modularSums(
  { builder, strategy, adderOptimizer }: LoweringContext,
  rows: Rows,
  { columns }: WeightedSum,
  { product, accumulator }: AccumulationRule,
  starts: readonly Wire[],
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
  const constants: Constant[] = starts.map((start) => {
    const { lo, fraction } = builder.typeOf(start);
    return { raw: lo, fraction };
  });
  const sums = constantProducts(builder, factors, kernel, product.fraction, constants, adderOptimizer);
  return sums && sums.map((row) => row.map((wire) => builder.cast(wire, accumulator)));
}
