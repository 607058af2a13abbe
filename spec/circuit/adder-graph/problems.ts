/** Constant matrices and ranges to make adder graphs for, and what they must compute, in whole numbers of any size. */
import * as fc from 'fast-check';
import { type AdderGraph, type AdderOptions, countSignedDigits, type InputRange } from '../../../src/circuit/index.ts';

export interface Problem {
  /** One row per input. */
  readonly kernel: readonly (readonly number[])[];
  readonly inputs: readonly InputRange[];
}

const DEPTHS = [0, 1, 2, Infinity] as const;

/** How far a search goes, and how deep its graphs may be. */
export const searches: fc.Arbitrary<Required<AdderOptions>> = fc.record({
  extraDepth: fc.constantFrom(...DEPTHS),
  effort: fc.constantFrom(0, 1),
});

const bounded = (magnitude: number): fc.Arbitrary<number> => fc.integer({ min: -magnitude, max: magnitude });

/** Signed, unsigned, lopsided, of one value, and zero. */
const ranges: fc.Arbitrary<InputRange> = fc.oneof(
  fc.nat({ max: 15 }).map((bits) => ({ lo: -(2 ** bits), hi: 2 ** bits - 1 })),
  fc.integer({ min: 1, max: 16 }).map((bits) => ({ lo: 0, hi: 2 ** bits - 1 })),
  fc.tuple(bounded(1000), bounded(1000)).map(([a, b]) => ({ lo: Math.min(a, b), hi: Math.max(a, b) })),
  bounded(300).map((value) => ({ lo: value, hi: value })),
  fc.constant({ lo: 0, hi: 0 }),
);

/** Any column, or one that is another's multiple by ± 2^n or nothing at all. */
function columns(rows: number, weights: fc.Arbitrary<number>): fc.Arbitrary<number[][]> {
  const fresh = fc.array(weights, { minLength: rows, maxLength: rows });
  const derived = fc.record({ from: fc.nat(), factor: fc.constantFrom(1, -1, 2, -4, 0) });
  return fc
    .array(fc.oneof({ weight: 3, arbitrary: fresh }, { weight: 1, arbitrary: derived }), {
      minLength: 1,
      maxLength: 7,
    })
    .map((choices) => {
      const made: number[][] = [];
      for (const choice of choices) {
        if (Array.isArray(choice)) made.push(choice);
        else {
          const from = made[choice.from % Math.max(1, made.length)] ?? Array.from({ length: rows }, () => 0);
          made.push(from.map((weight) => weight * choice.factor));
        }
      }
      return made;
    });
}

/** Any kernel of up to 7 inputs and outputs with weights of up to 16 bits, sparse and dense. */
export const problems: fc.Arbitrary<Problem> = fc
  .record({
    rows: fc.integer({ min: 1, max: 7 }),
    magnitude: fc.constantFrom(1, 3, 15, 127, 2 ** 15),
    isSparse: fc.boolean(),
  })
  .chain(({ rows, magnitude, isSparse }) => {
    const dense = bounded(magnitude);
    const weights = isSparse
      ? fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: dense })
      : dense;
    return fc.record({
      kernel: columns(rows, weights).map((made) =>
        Array.from({ length: rows }, (_, i) => made.map((column) => column[i]!)),
      ),
      inputs: fc.array(ranges, { minLength: rows, maxLength: rows }),
    });
  });

/** Values of a graph for inputs of any size: the inputs, then one per adder. */
export function graphValues({ adders }: AdderGraph, inputs: readonly bigint[]): bigint[] {
  const values = [...inputs];
  for (const { a, b, shift, subtract } of adders) {
    const second = values[b]! << BigInt(shift);
    values.push(subtract ? values[a]! - second : values[a]! + second);
  }
  return values;
}

/** Outputs of a graph. */
export function graphOutputs(graph: AdderGraph, inputs: readonly bigint[]): bigint[] {
  const values = graphValues(graph, inputs);
  return graph.outputs.map(({ value, shift, negative }) => {
    const magnitude = value < 0 ? 0n : values[value]! << BigInt(shift);
    return negative ? -magnitude : magnitude;
  });
}

/** Inputs of which one is 1 and all others 0, whose outputs are the rows of the kernel. */
export const units = (count: number): bigint[][] =>
  Array.from({ length: count }, (_, i) => Array.from({ length: count }, (_unused, k) => (i === k ? 1n : 0n)));

/** Least number of adder levels of any graph whose sums start at the signed digits. */
export function leastDepth(kernel: readonly (readonly number[])[]): number {
  const terms = kernel[0]!.map((_, j) => kernel.reduce((sum, row) => sum + countSignedDigits(row[j]!), 0));
  return Math.max(0, ...terms.map((count) => Math.ceil(Math.log2(Math.max(1, count)))));
}
