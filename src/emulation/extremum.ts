/**
 * Choices that are a minimum or maximum: select(a < b, b, a) is one instruction, and the comparison is not computed.
 */
import { alignType, operandsOf } from '../circuit/index.ts';
import type { Circuit, Op, Wire } from '../circuit/index.ts';
import { fitsBits } from './lanes.ts';

/** Return which extremum of its two choices an operation is, if it is one whose operands fit 32-bit lanes. */
export function extremumOf(circuit: Circuit, op: Op): 'minimum' | 'maximum' | undefined {
  if (op.kind !== 'select') return undefined;
  const { ops, types } = circuit;
  const condition = ops[op.condition]!;
  if (condition.kind !== 'compare' || (condition.relation !== 'lt' && condition.relation !== 'le')) return undefined;
  const takesSmaller = condition.a === op.a && condition.b === op.b;
  const takesGreater = condition.a === op.b && condition.b === op.a;
  if (!takesSmaller && !takesGreater) return undefined;
  const fraction = Math.max(types[op.a]!.fraction, types[op.b]!.fraction);
  if (![op.a, op.b].every((wire) => fitsBits(alignType(types[wire]!, fraction), 32))) return undefined;
  return takesSmaller ? 'minimum' : 'maximum';
}

/** List the wires that the code of an operation reads. */
export function codeOperands(circuit: Circuit, op: Op): readonly Wire[] {
  if (op.kind === 'select' && extremumOf(circuit, op) !== undefined) return [op.a, op.b];
  return operandsOf(op);
}
