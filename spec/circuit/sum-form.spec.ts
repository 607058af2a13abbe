import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitBuilder, constantMultiple, isLeaf, linearCombination, sumForms } from '../../src/circuit/index.ts';
import type { Circuit, CircuitBuilder, SumForm, Wire } from '../../src/circuit/index.ts';
import { interpretWires } from '../../src/emulation/index.ts';
import { fixed } from '../../src/fixed/index.ts';

/** Σ floor(c · leaf / 2^drop) + constant. */
function evaluate(form: SumForm, wires: readonly bigint[]): bigint {
  return form.leaves.reduce(
    (sum, leaf, k) => sum + ((BigInt(form.coefficients[k]!) * wires[leaf]!) >> BigInt(form.drop)),
    BigInt(form.constant),
  );
}

function expectForms(circuit: Circuit, sample: readonly bigint[]): number {
  const wires = interpretWires(circuit, [[...sample]]);
  let sums = 0;
  for (const [wire, form] of sumForms(circuit, 12).entries()) {
    if (form === undefined) continue;
    if (!isLeaf(form, wire)) sums++;
    const difference = evaluate(form, wires) - wires[wire]!;
    const rest = form.modulus === Infinity ? difference : BigInt.asUintN(form.modulus, difference);
    expect(rest, `wire ${wire} ${JSON.stringify(circuit.ops[wire])}`).toBe(0n);
  }
  return sums;
}

const F = fixed(8, 4);

/** Random sums, scales, products with constants and casts of four inputs. */
const circuits = fc
  .array(fc.record({ kind: fc.nat({ max: 6 }), a: fc.nat(), b: fc.nat(), k: fc.integer({ min: -9, max: 9 }) }), {
    minLength: 1,
    maxLength: 25,
  })
  .map((steps) => {
    const b = circuitBuilder('sums');
    const wires: Wire[] = b.input('x', [F, F, F, F]);
    const pick = (at: number): Wire => wires[at % wires.length]!;
    for (const { kind, a, b: other, k } of steps) {
      const format = fixed(6 + Math.abs(k), 3, kind === 6 ? { quantization: 'AP_RND' } : {});
      const made = [
        (): Wire => b.add(pick(a), pick(other), k % 3),
        (): Wire => b.subtract(pick(a), pick(other)),
        (): Wire => b.scale(pick(a), k),
        (): Wire => b.multiply(pick(a), b.constant(BigInt(k), 2)),
        (): Wire => b.negate(pick(a)),
        (): Wire => b.cast(pick(a), format),
        (): Wire => b.cast(pick(a), format),
      ][kind]!();
      const { lo, hi, fraction } = b.typeOf(made);
      if (hi - lo < 1n << 40n && Math.abs(fraction) < 40) wires.push(made);
    }
    const results = wires.map((wire) => b.cast(wire, fixed(50, 25)));
    b.output(
      'y',
      results,
      results.map(() => fixed(50, 25)),
    );
    return b.build();
  });

describe('sum forms', () => {
  it('equal the wires modulo what wrapping casts lost', () => {
    let sums = 0;
    fc.assert(
      fc.property(
        circuits,
        fc.array(fc.bigInt({ min: -128n, max: 127n }), { minLength: 4, maxLength: 4 }),
        (c, sample) => {
          sums += expectForms(c, sample);
        },
      ),
      { numRuns: 400 },
    );
    expect(sums).toBeGreaterThan(1000);
  });

  const single = (write: (b: CircuitBuilder, x: readonly Wire[]) => Wire): SumForm | undefined => {
    const b = circuitBuilder('one');
    const wire = b.cast(write(b, b.input('x', [F, F])), fixed(40, 20));
    b.output('y', [wire], [fixed(40, 20)]);
    const circuit = b.build();
    return sumForms(circuit, 12)[circuit.outputs[0]!.wires[0]!];
  };

  it('find the coefficients behind shifts and additions', () => {
    const form = single((b, x) => linearCombination(b, x, [-77n, 100n], 3, b.constant(5n, 3), 'shift-add'))!;
    // In units of the output's 20 fraction bits; inputs have 4 and weights 3.
    expect(form.coefficients).toEqual([-77 * 2 ** 13, 100 * 2 ** 13]);
    expect(form.constant).toBe(5 * 2 ** 17);
    expect([form.drop, form.modulus]).toEqual([0, Infinity]);
  });

  it('keep the bits dropped from each product and the modulus of the accumulator', () => {
    const b = circuitBuilder('products');
    const accumulator = fixed(8, 4);
    const [x, y] = b.input('x', [F, F]) as [Wire, Wire];
    const products = [x, y].map((wire, k) =>
      b.cast(constantMultiple(b, wire, BigInt(21 + 4 * k), 3, 'shift-add'), accumulator),
    );
    const sum = b.cast(b.add(products[0]!, products[1]!), accumulator);
    b.output('y', [sum], [accumulator]);
    const circuit = b.build();
    const form = sumForms(circuit, 12)[circuit.outputs[0]!.wires[0]!]!;
    expect([form.coefficients, form.drop, form.modulus]).toEqual([[21, 25], 3, 8]);
  });
});
