/** What a circuit computes, as forms: one rule per operation, on raw codes. */
import type { Circuit, Op, OpKind, Table, WireType } from '../../circuit/index.ts';
import {
  addForms,
  andForms,
  castForm,
  isBit,
  isLess,
  isZero,
  multiplyForms,
  notForm,
  orForms,
  scaleForm,
  selectForm,
  subtractForms,
  tableForm,
  xorForms,
} from './forms/index.ts';
import type { Form, FormStore } from './forms/index.ts';

interface Operand {
  readonly form: Form;
  readonly fraction: number;
}

/** Raw codes of the result from those of the operands. */
type Rule<K extends OpKind> = (
  store: FormStore,
  op: Extract<Op, { kind: K }>,
  operand: (wire: number) => Operand,
  tables: readonly Table[],
) => Form;

/** Write two operands with the same binary point, the larger of both. */
function align(store: FormStore, a: Operand, b: Operand): readonly [Form, Form] {
  const fraction = Math.max(a.fraction, b.fraction);
  const moved = ({ form, fraction: own }: Operand): Form => scaleForm(store, form, 1n << BigInt(fraction - own));
  return [moved(a), moved(b)];
}

const rules: { readonly [K in Exclude<OpKind, 'input' | 'constant'>]: Rule<K> } = {
  add: (store, op, operand) => {
    const b = operand(op.b);
    const [p, q] = align(store, operand(op.a), { ...b, fraction: b.fraction - op.shift });
    return addForms(store, p, q, op.subtract ? -1n : 1n);
  },
  scale: (_store, op, operand) => operand(op.a).form,
  multiply: (store, op, operand) => multiplyForms(store, operand(op.a).form, operand(op.b).form),
  negate: (store, op, operand) => scaleForm(store, operand(op.a).form, -1n),
  compare: (store, op, operand) => {
    const [a, b] = align(store, operand(op.a), operand(op.b));
    switch (op.relation) {
      case 'lt':
        return isLess(store, a, b);
      case 'le':
        return notForm(store, isLess(store, b, a));
      case 'eq':
        return isZero(store, subtractForms(store, a, b));
      case 'ne':
        return notForm(store, isZero(store, subtractForms(store, a, b)));
      default:
        return op.relation satisfies never;
    }
  },
  select: (store, op, operand) => {
    const condition = operand(op.condition).form;
    const bit = isBit(condition) ? condition : notForm(store, isZero(store, condition));
    const [a, b] = align(store, operand(op.a), operand(op.b));
    return selectForm(store, bit, a, b);
  },
  table: (store, op, operand, tables) => {
    const { lo, values } = tables[op.table]!;
    return tableForm(store, operand(op.a).form, lo, values);
  },
  bitwise: (store, op, operand) => {
    const [a, b] = align(store, operand(op.a), operand(op.b));
    return { and: andForms, or: orForms, xor: xorForms }[op.operation](store, a, b);
  },
  cast: (store, op, operand) => {
    const { form, fraction } = operand(op.a);
    return castForm(store, form, fraction, op.format);
  },
};

/**
 * Write every wire of a circuit as a form.
 *
 * @param inputs raw codes of each input port
 */
export function circuitForms(
  store: FormStore,
  circuit: Circuit,
  inputs: readonly (readonly Form[])[],
): readonly Form[] {
  const { ops, types, tables } = circuit;
  const forms: Form[] = [];
  const operand = (wire: number): Operand => ({ form: forms[wire]!, fraction: (types[wire] as WireType).fraction });
  for (const [wire, op] of ops.entries()) {
    if (op.kind === 'input') forms.push(inputs[op.port]![op.index]!);
    else if (op.kind === 'constant') forms.push(store.constant(types[wire]!.lo));
    // One rule per kind, each typed for its own operation; TypeScript cannot see that key and argument go together.
    else forms.push((rules[op.kind] as Rule<OpKind>)(store, op, operand, tables));
  }
  return forms;
}
