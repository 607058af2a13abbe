/** Random circuits of sums with complements among them: what adder graphs become, and what stands between. */
import * as fc from 'fast-check';
import { type Circuit, circuitBuilder, formatOfType, type LayerGraph, type Wire } from '../../src/circuit/index.ts';
import { type FixedFormat, fixed, rawRange, ufixed } from '../../src/fixed/index.ts';

const FORMATS: readonly FixedFormat[] = [fixed(6, 4), ufixed(5, 2), fixed(4, 6), fixed(8, 3)];

/** Steps of sums, complements, scales, negations, products, casts and choices over four inputs. */
export const sumCircuits: fc.Arbitrary<Circuit> = fc
  .array(fc.record({ kind: fc.nat({ max: 10 }), a: fc.nat(), b: fc.nat(), k: fc.integer({ min: -4, max: 4 }) }), {
    minLength: 1,
    maxLength: 16,
  })
  .map((steps) => {
    const b = circuitBuilder('sums');
    const wires: Wire[] = b.input('x', FORMATS);
    const pick = (at: number): Wire => wires[at % wires.length]!;
    const inverted = (wire: Wire): Wire => b.bitwise('xor', wire, b.constant(-1n, b.typeOf(wire).fraction));
    for (const { kind, a, b: other, k } of steps) {
      const made = [
        (): Wire => b.add(pick(a), pick(other), k),
        (): Wire => b.subtract(pick(a), pick(other), k),
        (): Wire => b.subtract(pick(a), pick(a), k),
        (): Wire => inverted(pick(a)),
        (): Wire => b.subtract(pick(other), inverted(pick(a)), k),
        (): Wire => b.add(inverted(pick(a)), b.constant(BigInt(k), 2)),
        (): Wire => b.scale(pick(a), k),
        (): Wire => b.negate(pick(a)),
        (): Wire => b.multiply(pick(a), b.constant(BigInt(2 * k + 1), 1)),
        (): Wire => b.cast(pick(a), fixed(7, 4, { quantization: 'AP_RND', overflow: 'AP_SAT' })),
        (): Wire => b.select(b.compare('lt', pick(a), pick(other)), inverted(pick(other)), pick(a)),
      ][kind]!();
      const { lo, hi, fraction } = b.typeOf(made);
      if (hi - lo < 1n << 24n && Math.abs(fraction) < 12) wires.push(made);
    }
    b.output(
      'y',
      wires,
      wires.map((wire) => formatOfType(b.typeOf(wire))),
    );
    return b.build();
  });

/** One code per input, ends more often than others. */
export const sumSamples: fc.Arbitrary<bigint[][]> = fc
  .tuple(
    ...FORMATS.map((format) => {
      const { lo, hi } = rawRange(format);
      return fc.oneof(fc.constantFrom(lo, hi), fc.bigInt({ min: lo, max: hi }));
    }),
  )
  .map((codes) => [codes]);

/** A circuit as the one layer of a graph. */
export function oneLayer(circuit: Circuit): LayerGraph {
  return {
    name: 'one',
    inputs: circuit.inputs.map(({ name, formats }) => ({ name, formats })),
    layers: [{ name: 'sums', kind: 'sums', circuit, inputs: circuit.inputs.map(({ name }) => name) }],
    outputs: ['sums'],
  };
}
