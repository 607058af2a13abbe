import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitNetwork, FALSE, TRUE } from '../../src/estimation/bit-network.ts';
import type { BitNetwork, Literal } from '../../src/estimation/bit-network.ts';
import { coverWithTables } from '../../src/estimation/table-cover.ts';
import { bitEvaluator } from './evaluate-bits.ts';

/** Functions of three bits with their meaning. */
const functions: readonly {
  readonly make: (network: BitNetwork, a: Literal, b: Literal, c: Literal) => Literal;
  readonly mean: (a: bigint, b: bigint, c: bigint) => bigint;
}[] = [
  { make: (network, a, b) => network.and(a, b), mean: (a, b) => a & b },
  { make: (network, a, b) => network.or(a, b), mean: (a, b) => a | b },
  { make: (network, a, b) => network.xor(a, b), mean: (a, b) => a ^ b },
  { make: (network, a, b, c) => network.mux(a, b, c), mean: (a, b, c) => (a === 1n ? b : c) },
  { make: (network, a, b, c) => network.majority(a, b, c), mean: (a, b, c) => (a & b) | (a & c) | (b & c) },
  { make: (network, a, b, c) => network.andAll([a, b, c, b]), mean: (a, b, c) => a & b & c },
];
const sources = 5;
const valuations = fc.array(fc.boolean(), { minLength: sources, maxLength: sources });
const valuesOf = (values: readonly boolean[]): Map<number, boolean> => new Map(values.map((bit, k) => [k + 1, bit]));
const open = (): { network: BitNetwork; bits: Literal[] } => {
  const network = bitNetwork();
  return { network, bits: [FALSE, TRUE, ...Array.from({ length: sources }, () => network.source())] };
};

describe('bitNetwork', () => {
  it('computes every function of any bits, inverted ones and constants included', () => {
    const choice = fc.record({ op: fc.nat(functions.length - 1), a: fc.nat(60), b: fc.nat(60), c: fc.nat(60) });
    fc.assert(
      fc.property(fc.array(choice, { maxLength: 30 }), valuations, (choices, values) => {
        const { network, bits } = open();
        const evaluate = (bit: Literal): bigint => bitEvaluator({ network, blocks: [] }, valuesOf(values))(bit);
        const pick = (n: number): Literal => bits[(n >> 1) % bits.length]! ^ (n & 1);
        for (const { op, a, b, c } of choices) {
          const { make, mean } = functions[op]!;
          const made = make(network, pick(a), pick(b), pick(c));
          expect(evaluate(made)).toBe(mean(evaluate(pick(a)), evaluate(pick(b)), evaluate(pick(c))));
          bits.push(made);
        }
      }),
    );
  });

  it('looks tables up by their inputs, however many are constant, equal or without effect', () => {
    const inputs = fc.array(fc.nat(2 * sources + 3), { minLength: 0, maxLength: 6 });
    fc.assert(
      fc.property(inputs, fc.bigInt(0n, (1n << 64n) - 1n), valuations, (picks, pattern, values) => {
        const { network, bits } = open();
        const literals = picks.map((n) => bits[n >> 1]! ^ (n & 1));
        const truth = BigInt.asUintN(2 ** literals.length, pattern);
        const evaluate = bitEvaluator({ network, blocks: [] }, valuesOf(values));
        const row = literals.reduceRight((sum, bit) => 2n * sum + evaluate(bit), 0n);
        expect(evaluate(network.table(truth, literals))).toBe((truth >> row) & 1n);
      }),
    );
  });

  it('makes one gate of equal functions', () => {
    const { network, bits } = open();
    const [a, b, c] = bits.slice(2) as [Literal, Literal, Literal];
    const size = network.size();
    expect(network.and(a, b)).toBe(network.and(b, a));
    expect(network.or(a, b)).toBe(network.and(a ^ 1, b ^ 1) ^ 1);
    expect(network.xor(a, b ^ 1)).toBe(network.xor(b, a) ^ 1);
    expect(network.mux(c ^ 1, a, b)).toBe(network.mux(c, b, a));
    expect(network.majority(a, b, c)).toBe(network.majority(c, a, b));
    expect(network.size()).toBe(size + 5);
  });

  it('knows no bit as its own data behind a multiplexer', () => {
    const { network, bits } = open();
    const both = network.and(bits[2]!, bits[3]!);
    expect(network.mux(both, both, FALSE)).toBe(both);
    expect(network.gatedBit(both)?.data).not.toBe(both);
    expect(network.mux(bits[4]!, both, FALSE)).not.toBe(both);
    expect(network.gatedBit(network.mux(bits[4]!, both, FALSE))).toEqual({
      select: bits[4]! ^ 1,
      data: both,
      value: 0,
    });
  });
});

describe('coverWithTables', () => {
  const count = (
    make: (network: BitNetwork, bits: readonly Literal[]) => readonly Literal[],
    width: number,
  ): number => {
    const network = bitNetwork();
    const bits = Array.from({ length: width }, () => network.source());
    let tables = 0;
    coverWithTables(network, make(network, bits), (_, more) => (tables += more));
    return tables;
  };
  const parity = (network: BitNetwork, bits: readonly Literal[]): Literal => bits.reduce(network.xor);

  it('takes no table for wiring and inverters, one for a function of six bits', () => {
    expect(count((_, [a, b]) => [a!, b! ^ 1, TRUE], 2)).toBe(0);
    expect(count((network, bits) => [parity(network, bits)], 6)).toBe(1);
    expect(count((network, bits) => [network.andAll(bits)], 6)).toBe(1);
  });

  it('builds wide functions of the tables whose parts are not constant', () => {
    expect(count((network, bits) => [network.andAll(bits)], 8)).toBe(1);
    expect(count((network, bits) => [parity(network, bits)], 7)).toBe(2);
  });

  it('shares a table that two functions need, where a deeper path leaves time for it', () => {
    const deep = (network: BitNetwork, bits: readonly Literal[]): Literal => network.andAll(bits.slice(8));
    const alone = count((network, bits) => [deep(network, bits)], 24);
    const tables = count((network, bits) => {
      const shared = parity(network, bits.slice(0, 6));
      return [network.and(shared, bits[6]!), network.or(shared, bits[7]!), shared, deep(network, bits)];
    }, 24);
    expect(tables).toBe(alone + 3);
  });
});
