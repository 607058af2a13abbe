/** The scalar code of one member of a family, with the operands' raw codes given. */
import type { Table, WireType } from '../../circuit/index.ts';
import type { Family, Node, Place } from './families.ts';
import { fractionOf } from './families.ts';
import { rawAt } from './linear-form.ts';
import type { ScalarBuilder, Value } from './scalar.ts';
import { castScalar } from './scalar-cast.ts';

/** A raw code and its fraction bits. */
export interface Operand {
  readonly value: Value;
  readonly fraction: number;
}

/** Write Σ cᵢ·xᵢ + c of a family of short forms. */
export function writtenScalar(
  b: ScalarBuilder,
  family: Family & { kind: 'linear' },
  order: readonly number[],
  values: readonly Value[],
  parameter: (raws: readonly bigint[]) => Value,
  places: ReadonlyMap<Node, Place>,
): Value {
  const { fraction } = family;
  let sum: Value | undefined;
  for (const [slot, value] of values.entries()) {
    const raws = order.map((member) => {
      const { node, coefficient } = family.terms[member]![slot]!;
      return rawAt({ raw: coefficient.raw, fraction: coefficient.fraction + fractionOf(node, places) }, fraction);
    });
    const negative = raws.every((raw) => raw === -1n);
    const product = negative ? value : b.binary('multiply', value, parameter(raws));
    if (sum === undefined) sum = negative ? b.binary('subtract', b.constant(0n), product) : product;
    else sum = b.binary(negative ? 'subtract' : 'add', sum, product);
  }
  const constants = order.map((member) => {
    const node = family.members[member]!;
    return node.kind === 'linear' ? rawAt(node.constant, fraction) : 0n;
  });
  const constant = parameter(constants);
  return sum === undefined ? constant : b.binary('add', sum, constant);
}

/** Write an operation; its result has the family's fraction bits. */
export function operationScalar(
  b: ScalarBuilder,
  family: Family & { kind: 'operation' },
  operands: readonly Operand[],
  types: readonly WireType[],
  tableAt: (index: number) => { array: number; table: Table },
): Value {
  const { op } = family;
  const at = ({ value, fraction }: Operand, to: number): Value => b.shift(value, to - fraction);
  const aligned = (p: Operand, q: Operand): [Value, Value] => {
    const fraction = Math.max(p.fraction, q.fraction);
    return [at(p, fraction), at(q, fraction)];
  };
  const [first, second, third] = operands as [Operand, Operand, Operand];
  switch (op.kind) {
    case 'cast':
      return castScalar(b, first.value, first.fraction, op.format, true);
    case 'table': {
      const { array, table } = tableAt(op.table);
      const code = at(first, types[op.a]!.fraction);
      b.assume(code, { lo: table.lo, hi: table.lo + BigInt(table.values.length) - 1n });
      return b.lookup(b.binary('subtract', code, b.constant(table.lo)), array, span(table.values));
    }
    case 'compare':
      return b.binary(op.relation, ...aligned(first, second));
    case 'bitwise': {
      const [p, q] = aligned(first, second);
      return b.shift(b.binary(op.operation, p, q), family.fraction - Math.max(first.fraction, second.fraction));
    }
    case 'multiply':
      return b.shift(
        b.binary('multiply', first.value, second.value),
        family.fraction - first.fraction - second.fraction,
      );
    case 'select':
      return b.select(first.value, at(second, family.fraction), at(third, family.fraction));
    default:
      return op satisfies never;
  }
}

function span(values: readonly bigint[]): { lo: bigint; hi: bigint } {
  return { lo: values.reduce((a, v) => (v < a ? v : a)), hi: values.reduce((a, v) => (v > a ? v : a)) };
}
