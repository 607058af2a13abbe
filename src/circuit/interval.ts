/**
 * The type rule of every operation: interval and binary point of the result from those of the operands.
 *
 * Each rule gives the smallest interval that holds all results for independent operands (and for a square). The builder
 * derives types with these rules and the validator checks against the same ones; they are tested against the
 * interpreter. A result interval of one single code means that the operation is a constant.
 */
import { bitwiseInterval } from './bitwise-interval.ts';
import { castType } from './cast-interval.ts';
import type { Op, OpKind, Relation, Table, WireType } from './circuit.ts';
import { alignType } from './wire-type.ts';

/** Look up the type of an operand. */
type TypeOf = (wire: number) => WireType;

type Rule<K extends OpKind> = (op: Extract<Op, { kind: K }>, typeOf: TypeOf, tables: readonly Table[]) => WireType;

/** Return the type of a + b·2^shift, or a − b·2^shift. */
export function addType(a: WireType, b: WireType, shift: number, subtract: boolean): WireType {
  const fraction = Math.max(a.fraction, b.fraction - shift);
  const x = alignType(a, fraction);
  const y = alignType({ lo: b.lo, hi: b.hi, fraction: b.fraction - shift }, fraction);
  return subtract ? { lo: x.lo - y.hi, hi: x.hi - y.lo, fraction } : { lo: x.lo + y.lo, hi: x.hi + y.hi, fraction };
}

/** Return the type of a·b for independent operands. */
export function multiplyType(a: WireType, b: WireType): WireType {
  const fraction = a.fraction + b.fraction;
  if (a.lo >= 0n && b.lo >= 0n) return { lo: a.lo * b.lo, hi: a.hi * b.hi, fraction };
  let lo = a.lo * b.lo;
  let hi = lo;
  for (const corner of [a.lo * b.hi, a.hi * b.lo, a.hi * b.hi]) {
    if (corner < lo) lo = corner;
    if (corner > hi) hi = corner;
  }
  return { lo, hi, fraction };
}

/** Return the type of a·a. */
export function squareType(a: WireType): WireType {
  const low = a.lo * a.lo;
  const high = a.hi * a.hi;
  const crosses = a.lo < 0n && a.hi > 0n;
  return { lo: crosses ? 0n : low < high ? low : high, hi: low > high ? low : high, fraction: 2 * a.fraction };
}

/** Decide a comparison by the intervals alone: true, false, or undefined when both can happen. */
export function decideComparison(relation: Relation, a: WireType, b: WireType): boolean | undefined {
  const fraction = Math.max(a.fraction, b.fraction);
  const x = alignType(a, fraction);
  const y = alignType(b, fraction);
  const disjoint = x.hi < y.lo || y.hi < x.lo;
  const fixedEqual = x.lo === x.hi && y.lo === y.hi && x.lo === y.lo;
  switch (relation) {
    case 'lt':
      return x.hi < y.lo ? true : x.lo >= y.hi ? false : undefined;
    case 'le':
      return x.hi <= y.lo ? true : x.lo > y.hi ? false : undefined;
    case 'eq':
      return fixedEqual ? true : disjoint ? false : undefined;
    case 'ne':
      return fixedEqual ? false : disjoint ? true : undefined;
    default:
      relation satisfies never;
      return undefined;
  }
}

/** Return the type of a look-up with addresses of the given type; the addresses must be within the table. */
export function tableType(a: WireType, table: Table): WireType {
  const from = Number(a.lo - table.lo);
  const to = Number(a.hi - table.lo);
  let lo = table.values[from]!;
  let hi = lo;
  for (let k = from + 1; k <= to; k++) {
    const value = table.values[k]!;
    if (value < lo) lo = value;
    if (value > hi) hi = value;
  }
  return { lo, hi, fraction: table.fraction };
}

const BOOLEAN: WireType = { lo: 0n, hi: 1n, fraction: 0 };

const rules: { readonly [K in Exclude<OpKind, 'input' | 'constant'>]: Rule<K> } = {
  add: (op, typeOf) => addType(typeOf(op.a), typeOf(op.b), op.shift, op.subtract),
  scale: (op, typeOf) => {
    const { lo, hi, fraction } = typeOf(op.a);
    return { lo, hi, fraction: fraction - op.shift };
  },
  multiply: (op, typeOf) => (op.a === op.b ? squareType(typeOf(op.a)) : multiplyType(typeOf(op.a), typeOf(op.b))),
  negate: (op, typeOf) => {
    const { lo, hi, fraction } = typeOf(op.a);
    return { lo: -hi, hi: -lo, fraction };
  },
  compare: (op, typeOf) => {
    const decided = decideComparison(op.relation, typeOf(op.a), typeOf(op.b));
    if (decided === undefined) return BOOLEAN;
    return decided ? { lo: 1n, hi: 1n, fraction: 0 } : { lo: 0n, hi: 0n, fraction: 0 };
  },
  select: (op, typeOf) => {
    const condition = typeOf(op.condition);
    const fraction = Math.max(typeOf(op.a).fraction, typeOf(op.b).fraction);
    const a = alignType(typeOf(op.a), fraction);
    const b = alignType(typeOf(op.b), fraction);
    if (condition.lo > 0n || condition.hi < 0n) return a;
    if (condition.lo === 0n && condition.hi === 0n) return b;
    return { lo: a.lo < b.lo ? a.lo : b.lo, hi: a.hi > b.hi ? a.hi : b.hi, fraction };
  },
  table: (op, typeOf, tables) => tableType(typeOf(op.a), tables[op.table]!),
  bitwise: (op, typeOf) => {
    const fraction = Math.max(typeOf(op.a).fraction, typeOf(op.b).fraction);
    const a = alignType(typeOf(op.a), fraction);
    const b = alignType(typeOf(op.b), fraction);
    return { ...bitwiseInterval(op.operation, a, b), fraction };
  },
  cast: (op, typeOf) => castType(typeOf(op.a), op.format),
};

/** An operation whose type follows from its operands. */
export type DerivedOp = Exclude<Op, { kind: 'input' | 'constant' }>;

/**
 * Return the type of an operation's result from the types of its operands.
 *
 * The operands must be typed and table addresses within their table.
 */
export function resultType(op: DerivedOp, typeOf: TypeOf, tables: readonly Table[]): WireType {
  // One rule per kind, each typed for its own operation; TypeScript cannot see that key and argument go together.
  const rule = rules[op.kind] as Rule<OpKind>;
  return rule(op as Op, typeOf, tables);
}

/** List the operand wires of an operation, in the order of its fields. */
export function operandsOf(op: Op): readonly number[] {
  switch (op.kind) {
    case 'input':
    case 'constant':
      return [];
    case 'scale':
    case 'negate':
    case 'table':
    case 'cast':
      return [op.a];
    case 'add':
    case 'multiply':
    case 'compare':
    case 'bitwise':
      return [op.a, op.b];
    case 'select':
      return [op.condition, op.a, op.b];
    default:
      op satisfies never;
      return [];
  }
}

/** Copy an operation with every operand wire replaced. */
export function mapOperands(op: Op, map: (wire: number) => number): Op {
  switch (op.kind) {
    case 'input':
    case 'constant':
      return op;
    case 'scale':
    case 'negate':
    case 'table':
    case 'cast':
      return { ...op, a: map(op.a) };
    case 'add':
    case 'multiply':
    case 'compare':
    case 'bitwise':
      return { ...op, a: map(op.a), b: map(op.b) };
    case 'select':
      return { ...op, condition: map(op.condition), a: map(op.a), b: map(op.b) };
    default:
      op satisfies never;
      return op;
  }
}
