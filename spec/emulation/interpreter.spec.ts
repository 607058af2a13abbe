import { describe, expect, it } from 'vitest';
import { circuitBuilder, resultType } from '../../src/circuit/index.ts';
import type { Circuit, DerivedOp, Table, WireType } from '../../src/circuit/index.ts';
import { interpret, interpretWires } from '../../src/emulation/index.ts';
import { fixed } from '../../src/fixed/index.ts';

const F = fixed(8, 4);
const G = fixed(8, 6);

/** One operation on inputs a (fraction 4), b (fraction 2) and c (fraction 4), with no simplification. */
function single(op: DerivedOp, tables: readonly Table[] = []): Circuit {
  const types: WireType[] = [4, 2, 4].map((fraction) => ({ lo: -128n, hi: 127n, fraction }));
  const type = resultType(op, (wire) => types[wire]!, tables);
  return {
    name: 'single',
    inputs: [{ name: 'in', wires: [0, 1, 2], formats: [F, G, F] }],
    outputs: [],
    ops: [0, 1, 2].map((index) => ({ kind: 'input' as const, port: 0, index })).concat([op] as never),
    types: [...types, type],
    tables,
    labels: {},
  };
}

describe('interpretWires', () => {
  const squares: Table = {
    name: 'squares',
    lo: -128n,
    values: Array.from({ length: 256 }, (_, k) => BigInt((k - 128) ** 2)),
    fraction: 8,
  };
  // a = 1.5, b = −2.25, c = 0
  it.each<[string, DerivedOp, bigint, number]>([
    ['a + b', { kind: 'add', a: 0, b: 1, shift: 0, subtract: false }, -12n, 4],
    ['a − b·2', { kind: 'add', a: 0, b: 1, shift: 1, subtract: true }, 96n, 4],
    ['a + b/8', { kind: 'add', a: 0, b: 1, shift: -3, subtract: false }, 39n, 5],
    ['a·2^3', { kind: 'scale', a: 0, shift: 3 }, 24n, 1],
    ['a·b', { kind: 'multiply', a: 0, b: 1 }, -216n, 6],
    ['−a', { kind: 'negate', a: 0 }, -24n, 4],
    ['b < a', { kind: 'compare', relation: 'lt', a: 1, b: 0 }, 1n, 0],
    ['a ≤ b', { kind: 'compare', relation: 'le', a: 0, b: 1 }, 0n, 0],
    ['a = b', { kind: 'compare', relation: 'eq', a: 0, b: 1 }, 0n, 0],
    ['a ≠ b', { kind: 'compare', relation: 'ne', a: 0, b: 1 }, 1n, 0],
    ['a ? b : c', { kind: 'select', condition: 0, a: 1, b: 2 }, -36n, 4],
    ['c ? a : b', { kind: 'select', condition: 2, a: 0, b: 1 }, -36n, 4],
    ['a & b', { kind: 'bitwise', operation: 'and', a: 0, b: 1 }, 24n & -36n, 4],
    ['a | b', { kind: 'bitwise', operation: 'or', a: 0, b: 1 }, 24n | -36n, 4],
    ['a ^ b', { kind: 'bitwise', operation: 'xor', a: 0, b: 1 }, 24n ^ -36n, 4],
    ['squares[b]', { kind: 'table', a: 1, table: 0 }, 81n, 8],
    ['cast of b', { kind: 'cast', a: 1, format: fixed(3, 3, { quantization: 'AP_RND' }) }, -2n, 0],
  ])('computes %s', (_name, op, raw, fraction) => {
    const circuit = single(op, [squares]);
    expect(interpretWires(circuit, [[24n, -9n, 0n]])[3]).toBe(raw);
    expect(circuit.types[3]!.fraction).toBe(fraction);
  });

  it('names port, element, value and range of a wrong input', () => {
    const b = circuitBuilder('sum');
    const [x, y] = b.input('in', [F, F]) as [number, number];
    b.output('out', [b.add(x, y)], [fixed(9, 5)]);
    const circuit = b.build();
    expect(interpret(circuit, [[127n, -128n]])).toEqual([[-1n]]);
    expect(() => interpret(circuit, [[0n, 128n]])).toThrow(
      'Element 1 of input "in" of circuit "sum" is 128; its format allows raw codes -128 to 127.',
    );
    expect(() => interpret(circuit, [[0n]])).toThrow('Input "in" of circuit "sum" has 1 elements; it takes 2.');
    expect(() => interpret(circuit, [])).toThrow('Circuit "sum" takes 1 input vectors (in), not 0.');
  });
});
