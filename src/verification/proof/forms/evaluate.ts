/** What an atom is worth: the one place that says what each kind computes. */
import { cast, fractionBits } from '../../../fixed/index.ts';
import type { Meaning } from './form.ts';

/** An atom whose value follows from the forms that it reads. */
export type Operation = Exclude<Meaning, { kind: 'input' | 'opaque' | 'delayed' }>;

/**
 * Compute an atom.
 *
 * @param operands values of the forms that it reads, in the order of `operandsOf`
 */
export function evaluateOperation(operation: Operation, operands: readonly bigint[]): bigint {
  const [first, second, third] = operands as readonly [bigint, bigint, bigint];
  switch (operation.kind) {
    case 'floor':
      return first >> BigInt(operation.shift);
    case 'select':
      return first === 0n ? third : second;
    case 'zero':
      return first === 0n ? 1n : 0n;
    case 'product':
      return first * second;
    case 'table':
      // Outside the table lies only what cannot occur; a search for differences may still ask.
      return operation.table.values[Number(first - operation.table.lo)] ?? 0n;
    case 'and':
      return operands.reduce((a, b) => a & b);
    case 'xor':
      return operands.reduce((a, b) => a ^ b);
    case 'cast':
      return cast(first, operation.drop + fractionBits(operation.format), operation.format);
    default:
      return operation satisfies never;
  }
}
