/**
 * How the products of steps become sums.
 *
 * hls4ml casts every product to the accumulator: where that only wraps, the products of a step are summed before they are
 * accumulated, which is the same modulo 2^W; else each is accumulated in hls4ml's order. The exact profile sums modulo
 * 2^W, with W wide enough for the final sums: what partial sums lose by wrapping comes back.
 *
 * A sum over beats holds all outputs. Where they are worked off in groups, the accumulator turns by one group per step,
 * so that the first group is always the one at work; after a patch it stands as before.
 */
import {
  alignType,
  circuitBuilder,
  type CircuitBuilder,
  fitsFormat,
  type Fold,
  formatOfType,
  sumTerms,
  type Wire,
  type WireType,
} from '../../circuit/index.ts';
import { cast, type FixedFormat, fractionBits, isWrapping } from '../../fixed/index.ts';
import { accumulate, type WeightedSum, wrappingSum } from '../layers/weighted-sum.ts';
import { castVector, type WireVector } from '../wire-vector.ts';
import { type StepPlan, stepsPerResult } from './step-plan.ts';

/** One term of the sums of a layer. */
export interface SumTerm {
  /** Which input of the kernel it is. */
  readonly input: number;
  /** What its input can be. */
  readonly type: WireType;
}

export interface Accumulation {
  /** Whether a result takes more than one step. */
  readonly isFolded: boolean;
  /** What each output starts with, in `startFormat`; empty where that is 0. */
  readonly starts: readonly bigint[];
  readonly startFormat: FixedFormat;
  /** From the products of a step, output by output, to what the fold adds. */
  readonly term: (builder: CircuitBuilder, products: readonly (readonly Wire[])[]) => WireVector;
  /** The sum of all products of an output, where one step has them all. */
  readonly total: (builder: CircuitBuilder, start: Wire | undefined, products: readonly Wire[]) => Wire;
  readonly fold: (name: string, termFormats: readonly FixedFormat[]) => Fold;
}

/** How the sums of a layer accumulate. */
export function accumulation(sum: WeightedSum, step: StepPlan, terms: readonly SumTerm[]): Accumulation {
  const isFolded = stepsPerResult(step) > 1;
  const accumulator = sum.rule?.accumulator ?? exactAccumulator(sum, terms);
  // An exact sum in one step is not cut to the accumulator, and its bias must not be either.
  const startFormat = sum.rule !== undefined || isFolded ? accumulator : sum.biasFormat;
  const starts = (sum.biases ?? []).map((bias) => cast(bias, fractionBits(sum.biasFormat), startFormat));
  const keepsOrder = sum.rule !== undefined && !isWrapping(accumulator);
  return {
    isFolded,
    starts,
    startFormat,
    term: (builder, products) => {
      if (keepsOrder) return castVector(builder, products.flat(), accumulator);
      const totals = products.map((each) => {
        const total = sum.rule === undefined ? exactSum(builder, each) : wrappingSum(builder, each, accumulator);
        return fitsFormat(builder.typeOf(total), accumulator) ? total : builder.cast(total, accumulator);
      });
      return castVector(builder, totals, undefined);
    },
    total: (builder, start, products) =>
      sum.rule === undefined
        ? exactSum(builder, start === undefined ? products : [...products, start])
        : accumulate(builder, start ?? builder.constant(0n, 0), products, accumulator),
    fold: (name, termFormats) => ({
      steps: stepsPerResult(step),
      initial: initialSums(starts, step),
      circuit: foldCircuit(name, step, accumulator, termFormats),
    }),
  };
}

/** The weight as the memory holds it. */
export function memoryWeight({ rule }: WeightedSum, weight: bigint): bigint {
  return rule?.product.raw(weight) ?? weight;
}

/** Fraction bits of the weights in the memory. */
export function memoryFraction({ rule, weightFormat }: WeightedSum): number {
  return rule?.product.fraction ?? fractionBits(weightFormat);
}

/** An element times a weight from the memory, as the layer accumulates it. */
export function stepProduct(builder: CircuitBuilder, { rule }: WeightedSum, value: Wire, weight: Wire): Wire {
  if (rule === undefined) return builder.multiply(value, weight);
  const { product, accumulator } = rule;
  const exact = product.countsOnes
    ? builder.subtract(builder.constant(1n, 0), builder.bitwise('xor', value, weight))
    : builder.multiply(product.value(value), weight);
  return builder.cast(exact, accumulator);
}

function exactSum(builder: CircuitBuilder, wires: readonly Wire[]): Wire {
  return sumTerms(
    builder,
    wires.map((wire) => ({ wire, shift: 0, negative: false })),
  );
}

/** The smallest format that holds the final sum of every output. */
function exactAccumulator(sum: WeightedSum, terms: readonly SumTerm[]): FixedFormat {
  const { columns, biases, biasFormat } = sum;
  const inputs = Math.max(...terms.map(({ type }) => type.fraction));
  const fraction = Math.max(inputs + memoryFraction(sum), biases === undefined ? -Infinity : fractionBits(biasFormat));
  const ranges = terms.map(({ input, type }) => ({ input, ...alignType(type, fraction - memoryFraction(sum)) }));
  let [lo, hi] = [0n, 0n];
  columns.forEach((column, j) => {
    const bias = biases === undefined ? 0n : biases[j]! << BigInt(fraction - fractionBits(biasFormat));
    let [least, most] = [bias, bias];
    for (const range of ranges) {
      const weight = column[range.input]!;
      least += weight * (weight < 0n ? range.hi : range.lo);
      most += weight * (weight < 0n ? range.lo : range.hi);
    }
    if (least < lo) lo = least;
    if (most > hi) hi = most;
  });
  return formatOfType({ lo, hi, fraction });
}

/** Sums before the first step: all outputs of a sum over beats, else one group after another. */
function initialSums(starts: readonly bigint[], { windows, units, groups, patches }: StepPlan): bigint[][] {
  const start = (output: number): bigint => starts[output] ?? 0n;
  if (patches > 1) return [Array.from({ length: units * groups }, (_, output) => start(output))];
  return Array.from({ length: groups }, (_, group) =>
    Array.from({ length: windows * units }, (_sum, k) => start(group * units + (k % units))),
  );
}

function foldCircuit(
  name: string,
  { windows, units, groups, patches }: StepPlan,
  accumulator: FixedFormat,
  termFormats: readonly FixedFormat[],
): Fold['circuit'] {
  const builder = circuitBuilder(name);
  const atWork = windows * units;
  const all = patches > 1 ? atWork * groups : atWork;
  const sums = builder.input('sum', new Array<FixedFormat>(all).fill(accumulator));
  const terms = builder.input('term', termFormats);
  const each = terms.length / atWork;
  const updated = sums
    .slice(0, atWork)
    .map((sum, k) =>
      terms
        .slice(k * each, (k + 1) * each)
        .reduce((running, term) => builder.cast(builder.add(running, term), accumulator), sum),
    );
  builder.output('next', [...sums.slice(atWork), ...updated], new Array<FixedFormat>(all).fill(accumulator));
  return builder.build();
}
