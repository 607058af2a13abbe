/** Adder graphs as circuits: the sums plus their constants, exactly, with carries and complements where they help. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Circuit,
  circuitBuilder,
  complementOf,
  type Constant,
  formatOfType,
  optimizeAdders,
  realizeAdderGraph,
  validateCircuit,
} from '../../../src/circuit/index.ts';
import { interpret } from '../../../src/emulation/index.ts';
import { type Problem, problems, searches } from './problems.ts';

const constants = fc.option(
  fc.oneof(
    fc.record({ raw: fc.bigInt({ min: -40n, max: 40n }), fraction: fc.integer({ min: -3, max: 8 }) }),
    fc.record({ raw: fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }), fraction: fc.integer({ min: -20, max: 30 }) }),
  ),
  { nil: undefined },
);

interface Realized {
  readonly circuit: Circuit;
  /** Fraction bits of the outputs. */
  readonly fractions: readonly number[];
}

/** The circuit of a problem whose inputs have the fractions given, and whose outputs have `outputFraction` more. */
function realized(
  { kernel, inputs }: Problem,
  options: { readonly extraDepth: number; readonly effort: number },
  fractions: readonly number[],
  outputFraction: number,
  added: readonly (Constant | undefined)[],
): Realized {
  const graph = optimizeAdders(kernel, inputs, options);
  const builder = circuitBuilder('sums');
  const formats = inputs.map(({ lo, hi }, i) =>
    formatOfType({ lo: BigInt(lo), hi: BigInt(hi), fraction: fractions[i]! }),
  );
  const wires = builder.input('x', formats);
  const sums = realizeAdderGraph(builder, graph, wires, fractions, outputFraction, added);
  const types = sums.map((sum) => builder.typeOf(sum));
  builder.output('y', sums, types.map(formatOfType));
  return { circuit: builder.build(), fractions: types.map(({ fraction }) => fraction) };
}

const additions = ({ ops }: Circuit): number => ops.filter(({ kind }) => kind === 'add').length;
const complements = (circuit: Circuit): number =>
  circuit.ops.filter((_, wire) => complementOf(circuit, wire) !== undefined).length;

describe('realizeAdderGraph', () => {
  it('builds Σ x·w + constant exactly, for any constants and fractions', () => {
    let carried = 0;
    const cases = problems.chain((problem) =>
      fc.record({
        problem: fc.constant(problem),
        options: searches,
        outputFraction: fc.integer({ min: -6, max: 12 }),
        fractions: fc.array(fc.integer({ min: -4, max: 9 }), {
          minLength: problem.inputs.length,
          maxLength: problem.inputs.length,
        }),
        added: fc.array(constants, {
          minLength: problem.kernel[0]!.length,
          maxLength: problem.kernel[0]!.length,
        }),
        picks: fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 }), {
          minLength: 1,
          maxLength: 4,
        }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ problem, options, outputFraction, fractions, added, picks }) => {
        const { circuit, fractions: places } = realized(
          problem,
          { ...options, effort: 0 },
          fractions,
          outputFraction,
          added,
        );
        validateCircuit(circuit);
        carried += complements(circuit);
        const samples = [
          problem.inputs.map(({ lo }) => BigInt(lo)),
          problem.inputs.map(({ hi }) => BigInt(hi)),
          ...picks.map((pick) => problem.inputs.map(({ lo, hi }, i) => BigInt(lo + Math.round(pick[i]! * (hi - lo))))),
        ];
        for (const sample of samples) {
          const found = interpret(circuit, [sample])[0]!;
          problem.kernel[0]!.forEach((_, j) => {
            // Everything over the common denominator 2^60.
            const at = (raw: bigint, fraction: number): bigint => raw * 2n ** BigInt(60 - fraction);
            const sum = sample.reduce((acc, x, i) => acc + x * BigInt(problem.kernel[i]![j]!), 0n);
            const constant = added[j];
            const expected =
              at(sum, outputFraction) + (constant === undefined ? 0n : at(constant.raw, constant.fraction));
            expect(at(found[j]!, places[j]!)).toBe(expected);
          });
        }
      }),
      { numRuns: 200 },
    );
    expect(carried).toBeGreaterThan(100);
  });

  const byte = { lo: -128, hi: 127 };
  const search = { extraDepth: 0, effort: 0 };
  const build = (kernel: number[][], added: (number | undefined)[]): Circuit =>
    realized(
      { kernel, inputs: kernel.map(() => byte) },
      search,
      kernel.map(() => 0),
      0,
      added.map((raw) => (raw === undefined ? undefined : { raw: BigInt(raw), fraction: 0 })),
    ).circuit;

  it('adds a constant through the carries of adders that have room for it', () => {
    // x + y + z + t: three adders, each with a carry of 1.
    const kernel = [[1], [1], [1], [1]];
    for (const constant of [0, 1, 2, 3]) expect(additions(build(kernel, [constant]))).toBe(3);
    expect(complements(build(kernel, [2]))).toBe(2);
    expect(additions(build(kernel, [4]))).toBe(4);
    expect(additions(build(kernel, [-1]))).toBe(4);
  });

  it('takes no carry of an adder that two outputs read', () => {
    const circuit = build(
      [
        [1, 1],
        [1, 1],
        [0, 4],
      ],
      [1, 0],
    );

    expect(additions(circuit)).toBe(3);
    expect(complements(circuit)).toBe(0);
  });

  it('turns a difference round where its negative is wanted', () => {
    // 3x = 4x − x, although the finer operand x is the one that is subtracted.
    const circuit = build([[3]], [undefined]);

    expect(additions(circuit)).toBe(1);
    expect(complements(circuit)).toBe(0);
  });

  it('negates −x and −2x with one addition', () => {
    expect(additions(build([[-1, -2]], [undefined, undefined]))).toBe(1);
  });

  it('gives constants for columns of zeros', () => {
    const { circuit, fractions } = realized({ kernel: [[0, 0]], inputs: [byte] }, search, [3], 2, [
      { raw: 5n, fraction: 4 },
      undefined,
    ]);

    expect(circuit.ops.filter(({ kind }) => kind === 'add')).toEqual([]);
    expect(interpret(circuit, [[17n]])[0]!.map((raw, k) => Number(raw) / 2 ** fractions[k]!)).toEqual([5 / 16, 0]);
  });
});
