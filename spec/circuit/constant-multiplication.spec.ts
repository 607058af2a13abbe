import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitBuilder, constantMultiple, formatOfType, linearCombination } from '../../src/circuit/index.ts';
import { interpret } from '../../src/emulation/index.ts';
import { fixed } from '../../src/fixed/index.ts';

const strategies = ['multiplier', 'shift-add'] as const;

describe('linearCombination', () => {
  const cases = fc.record({
    inputs: fc.array(fc.bigInt({ min: -128n, max: 127n }), { minLength: 1, maxLength: 6 }),
    fraction: fc.integer({ min: -2, max: 9 }),
    seedCoefficients: fc.array(fc.bigInt({ min: -600n, max: 600n }), { minLength: 6, maxLength: 6 }),
    bias: fc.option(fc.bigInt({ min: -1000n, max: 1000n }), { nil: undefined }),
    strategy: fc.constantFrom(...strategies),
  });

  it('equals the exact sum for every strategy', () => {
    fc.assert(
      fc.property(cases, ({ inputs, fraction, seedCoefficients, bias, strategy }) => {
        const builder = circuitBuilder('sum');
        const format = fixed(8, 5);
        const wires = builder.input(
          'x',
          inputs.map(() => format),
        );
        const coefficients = seedCoefficients.slice(0, wires.length);
        const biasWire = bias === undefined ? undefined : builder.constant(bias, 2);

        const sum = linearCombination(builder, wires, coefficients, fraction, biasWire, strategy);
        const type = builder.typeOf(sum);
        builder.output('y', [sum], [formatOfType(type)]);
        const found = interpret(builder.build(), [inputs])[0]![0]!;

        // Everything over the common denominator 2^20.
        const scaled = (raw: bigint, f: number): bigint => raw * 2n ** BigInt(20 - f);
        const expected =
          inputs.reduce((acc, x, k) => acc + scaled(x * coefficients[k]!, 3 + fraction), 0n) +
          (bias === undefined ? 0n : scaled(bias, 2));
        expect(scaled(found, type.fraction)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('costs nothing for zero coefficients and powers of two', () => {
    const builder = circuitBuilder('free');
    const [a, b] = builder.input('x', [fixed(8, 8), fixed(8, 8)]);
    const sum = linearCombination(builder, [a!, b!], [4n, 0n], 0, undefined, 'shift-add');
    builder.output('y', [sum], [formatOfType(builder.typeOf(sum))]);
    expect(builder.build().ops.some((op) => op.kind === 'add' || op.kind === 'multiply')).toBe(false);
  });

  it('adds n terms in a tree of depth ⌈log2 n⌉', () => {
    const builder = circuitBuilder('tree');
    const wires = builder.input(
      'x',
      Array.from({ length: 13 }, () => fixed(8, 8)),
    );
    const sum = linearCombination(
      builder,
      wires,
      wires.map(() => 1n),
      0,
      undefined,
      'shift-add',
    );
    builder.output('y', [sum], [formatOfType(builder.typeOf(sum))]);
    const { ops } = builder.build();
    const depth: number[] = [];
    for (const op of ops) depth.push(op.kind === 'add' ? 1 + Math.max(depth[op.a]!, depth[op.b]!) : 0);
    expect(Math.max(...depth)).toBe(4);
  });
});

describe('constantMultiple', () => {
  it('shares the adder of odd multiples', () => {
    const builder = circuitBuilder('share');
    const [x] = builder.input('x', [fixed(8, 8)]);
    const three = constantMultiple(builder, x!, 3n, 0, 'shift-add');
    const six = constantMultiple(builder, x!, 6n, 0, 'shift-add');
    builder.output(
      'y',
      [three, six],
      [three, six].map((wire) => formatOfType(builder.typeOf(wire))),
    );
    expect(builder.build().ops.filter((op) => op.kind === 'add')).toHaveLength(1);
  });
});
