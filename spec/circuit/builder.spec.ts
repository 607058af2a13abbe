import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitBuilder, inlineCircuit, validateCircuit } from '../../src/circuit/index.ts';
import type { CircuitBuilder, Table, Wire } from '../../src/circuit/index.ts';
import { interpret, interpretWires } from '../../src/emulation/index.ts';
import { fixed, ufixed } from '../../src/fixed/index.ts';
import { circuitCases, properties } from '../../src/verification/arbitraries/index.ts';

const F = fixed(8, 4);

/** Build with two inputs and tell how many operations beyond inputs and constants are left. */
function operations(make: (b: CircuitBuilder, x: Wire, y: Wire) => Wire): number {
  const b = circuitBuilder('test');
  const [x, y] = b.input('in', [F, F]) as [Wire, Wire];
  const result = make(b, x, y);
  const { lo, hi, fraction } = b.typeOf(result);
  const width = 80;
  b.output('out', [result], [fixed(width, width - fraction)]);
  expect(lo <= hi).toBe(true);
  return b.build().ops.filter((op) => op.kind !== 'input' && op.kind !== 'constant').length;
}

describe('circuitBuilder', () => {
  it('keeps the meaning of random circuits', () => {
    fc.assert(
      fc.property(circuitCases({ maxWidth: 60, maxSteps: 30 }), ({ circuit, samples }) => {
        validateCircuit(circuit);
        properties.simplificationKeepsMeaning(circuit, samples);
      }),
      { numRuns: 300 },
    );
  });

  it('removes what costs nothing', () => {
    expect(operations((b, x) => b.add(x, b.constant(0n, 5)))).toBe(0);
    expect(operations((b, x) => b.subtract(x, x))).toBe(0);
    expect(operations((b, x) => b.add(x, x))).toBe(1);
    expect(operations((b, x) => b.multiply(b.constant(0n, 0), x))).toBe(0);
    expect(operations((b, x) => b.multiply(x, b.constant(4n, 2)))).toBe(0);
    expect(operations((b, x) => b.negate(b.negate(x)))).toBe(0);
    expect(operations((b, x) => b.scale(b.scale(x, 3), -3))).toBe(0);
    expect(operations((b, x, y) => b.select(b.constant(1n, 0), x, y))).toBe(0);
    expect(operations((b, x, y) => b.select(y, x, x))).toBe(0);
    expect(operations((b, x) => b.compare('lt', x, b.constant(9n, 0)))).toBe(0);
    expect(operations((b, x) => b.compare('le', x, x))).toBe(0);
    expect(operations((b, x) => b.cast(x, fixed(10, 6)))).toBe(0);
    expect(operations((b, x) => b.bitwise('and', x, b.constant(-1n, 8)))).toBe(0);
    expect(operations((b, x, y) => b.add(x, b.negate(y)))).toBe(1);
    expect(operations((b, x, y) => b.multiply(b.negate(x), b.negate(y)))).toBe(1);
  });

  it('shares equal operations', () => {
    const b = circuitBuilder('test');
    const [x, y] = b.input('in', [F, F]) as [Wire, Wire];
    expect(b.add(x, y)).toBe(b.add(y, x));
    expect(b.multiply(x, y)).toBe(b.multiply(y, x));
    expect(b.multiply(x, b.constant(6n, 1))).toBe(b.multiply(b.constant(3n, 0), x));
    expect(b.add(x, b.scale(y, 2))).toBe(b.add(x, y, 2));
    expect(b.cast(b.multiply(x, y), F)).toBe(b.cast(b.multiply(y, x), { ...F }));
  });

  it('gives a cast the binary point of its format, and reads through it where only the value counts', () => {
    const b = circuitBuilder('test');
    const [x, y] = b.input('in', [F, F]) as [Wire, Wire];
    const wide = b.cast(x, fixed(20, 8));
    expect(b.typeOf(wide).fraction).toBe(12);
    expect(b.typeOf(b.multiply(wide, y)).fraction).toBe(8);
    expect(b.cast(wide, F)).toBe(x);
    expect(b.typeOf(b.cast(b.constant(3n, 0), F))).toEqual({ lo: 48n, hi: 48n, fraction: 4 });
  });

  it('addresses a table by the code of the given binary point', () => {
    const b = circuitBuilder('test');
    const [x] = b.input('in', [ufixed(2, 2)]) as [Wire];
    const squares: Table = {
      name: 'squares',
      lo: 0n,
      values: Array.from({ length: 16 }, (_, k) => BigInt(k * k)),
      fraction: 4,
    };
    b.output('out', [b.table(x, squares, 2)], [ufixed(12, 8)]);
    const circuit = b.build();
    validateCircuit(circuit);
    expect(interpret(circuit, [[3n]])).toEqual([[144n]]);
  });

  it('drops modes that an interval does not need', () => {
    const b = circuitBuilder('test');
    const [x, y] = b.input('in', [F, F]) as [Wire, Wire];
    const wide = fixed(12, 8, { quantization: 'AP_RND', overflow: 'AP_SAT' });
    b.output('out', [b.cast(b.add(x, y), wide), b.cast(b.multiply(x, y), wide)], [wide, wide]);
    const casts = b.build().ops.flatMap((op) => (op.kind === 'cast' ? [op.format] : []));
    expect(casts).toEqual([{ ...wide, overflow: 'AP_WRAP' }]);
  });

  it('keeps a saturation that only symmetry needs', () => {
    const b = circuitBuilder('test');
    const [x] = b.input('in', [F]) as [Wire];
    const symmetric = fixed(8, 4, { overflow: 'AP_SAT_SYM' });
    b.output('out', [b.cast(x, symmetric)], [symmetric]);
    expect(interpret(b.build(), [[-128n]])).toEqual([[-127n]]);
  });

  it('names the element, its range and the format of an output that does not fit', () => {
    const b = circuitBuilder('sum');
    const [x, y] = b.input('in', [F, F]) as [Wire, Wire];
    expect(() => b.output('out', [b.add(x, y)], [F])).toThrow(
      'Output "out"[0] of circuit "sum" is [-256, 254]·2^-4, which its format with [-128, 127]·2^-4 does not hold; cast it first.',
    );
    expect(() => b.output('out', [x], [])).toThrow('1 wires and 0 formats');
    expect(() => b.input('in', [F])).toThrow('already has a port "in"');
    expect(() => b.add(x, 99)).toThrow('has no wire 99');
    expect(() => b.align(x, 2)).toThrow('cannot be aligned to 2 without rounding');
    expect(() => b.table(x, { name: 't', lo: 0n, values: [1n], fraction: 0 })).toThrow(
      'Table "t" of circuit "sum" has addresses 0 to 0, but its operand can be -128 to 127.',
    );
  });

  it('keeps labels through renumbering', () => {
    const b = circuitBuilder('test');
    const [x, y] = b.input('in', [F, F]) as [Wire, Wire];
    b.multiply(x, y);
    const sum = b.label(b.add(x, y), 'sum');
    b.output('out', [sum], [fixed(9, 5)]);
    const circuit = b.build();
    expect(circuit.ops.length).toBe(3);
    expect(circuit.labels).toEqual({ 2: 'sum' });
  });

  it('builds 100,000 operations in seconds', () => {
    const b = circuitBuilder('deep');
    const x = b.input(
      'in',
      Array.from({ length: 64 }, () => F),
    );
    let sum = x[0]!;
    const started = performance.now();
    for (let k = 0; k < 50_000; k++) sum = b.cast(b.add(sum, b.add(x[k % 64]!, b.constant(BigInt(k % 97), 4))), F);
    b.output('out', [sum], [F]);
    const circuit = b.build();
    expect(circuit.ops.length).toBeGreaterThan(100_000);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(interpretWires(circuit, [x.map(() => 1n)]).length).toBe(circuit.ops.length);
  });
});

describe('eliminateDeadCode', () => {
  it('keeps meaning and is idempotent', () => {
    fc.assert(
      fc.property(circuitCases({ maxWidth: 60, outputs: 'some' }, { maxSamples: 2 }), ({ circuit, samples }) => {
        properties.deadCodeKeepsMeaning(circuit, samples);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a select between a zero and a coarse value', () => {
  it('stays as coarse as the value, so that replaying a circuit fits the same output', () => {
    const coarse = fixed(4, 6);
    const builder = circuitBuilder('coarse');
    const [x] = builder.input('x', [coarse]);
    const chosen = builder.select(x!, x!, builder.constant(0n, -2));
    expect(builder.typeOf(chosen).fraction).toBe(-2);
    builder.output('y', [chosen], [coarse]);
    const circuit = builder.build();

    const again = circuitBuilder('again');
    const [y] = inlineCircuit(again, circuit, [again.input('x', [coarse])]);
    expect(() => again.output('y', y!, [coarse])).not.toThrow();
  });
});

describe('a table whose operand turns out to be zero', () => {
  it('is looked up at the binary point its addresses were written for', () => {
    const builder = circuitBuilder('zero address');
    const table = { name: 't', lo: -1n, values: [4n, 5n, 6n], fraction: 0 };
    const looked = builder.table(builder.constant(0n, 2), table, -3);
    expect(builder.typeOf(looked)).toEqual({ lo: 5n, hi: 5n, fraction: 0 });
  });
});
