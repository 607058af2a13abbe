/**
 * Complements: x ^ −1 = −x − 2^-fraction, all bits inverted.
 *
 * An inversion before an adder is part of the adder's look-up tables, so it costs nothing and takes no time; registers
 * stand before it, never behind.
 */
import type { Circuit, Wire } from './circuit.ts';

/** The wire whose bits `wire` inverts, if it is a complement. */
export function complementOf({ ops, types }: Pick<Circuit, 'ops' | 'types'>, wire: Wire): Wire | undefined {
  const op = ops[wire]!;
  if (op.kind !== 'bitwise' || op.operation !== 'xor') return undefined;
  const ones = types[op.b]!;
  if (ones.lo !== -1n || ones.hi !== -1n || ones.fraction !== types[op.a]!.fraction) return undefined;
  return op.a;
}
