/**
 * Scalar integer code: the body of a loop, in static single assignment form with a proven interval per value.
 *
 * Rounding modes and overflow modes are gone here (see `scalar-cast.ts`); what is left are the operations that C, plain
 * JavaScript and WebAssembly all have, so that a target needs one rule per operation and a choice of word by interval.
 */
import { resultType } from '../../circuit/index.ts';

/** Both ends inclusive. */
export interface Range {
  readonly lo: bigint;
  readonly hi: bigint;
}

/** A value of a body, by position. */
export type Value = number;

export type BinaryKind =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'minimum'
  | 'maximum'
  | 'and'
  | 'or'
  | 'xor'
  | 'lt'
  | 'le'
  | 'eq'
  | 'ne';

export type ScalarOp =
  /** What the loop hands in, by number. */
  | { readonly kind: 'operand'; readonly index: number }
  /** The single value of the range. */
  | { readonly kind: 'constant' }
  /** Comparisons give 0 or 1. */
  | { readonly kind: BinaryKind; readonly a: Value; readonly b: Value }
  | { readonly kind: 'select'; readonly condition: Value; readonly a: Value; readonly b: Value }
  /** ⌊a / 2^bits⌋, bits > 0. */
  | { readonly kind: 'shiftRight'; readonly a: Value; readonly bits: number }
  /** a modulo 2^bits, from 0. */
  | { readonly kind: 'lowBits'; readonly a: Value; readonly bits: number }
  /** a modulo 2^bits, from −2^(bits−1). */
  | { readonly kind: 'signedBits'; readonly a: Value; readonly bits: number }
  /** Entry `a` of a constant array. */
  | { readonly kind: 'lookup'; readonly a: Value; readonly array: number };

export interface ScalarBody {
  readonly ops: readonly ScalarOp[];
  readonly ranges: readonly Range[];
  readonly result: Value;
}

/** Writes one body; equal operations are shared and what is known is folded. */
export interface ScalarBuilder {
  operand(index: number, range: Range): Value;
  constant(value: bigint): Value;
  binary(kind: BinaryKind, a: Value, b: Value): Value;
  select(condition: Value, a: Value, b: Value): Value;
  /** a·2^bits, or ⌊a·2^bits⌋ for negative `bits`. */
  shift(a: Value, bits: number): Value;
  lowBits(a: Value, bits: number): Value;
  signedBits(a: Value, bits: number): Value;
  lookup(a: Value, array: number, range: Range): Value;
  /** Narrow the interval of a value to what is known about it from elsewhere. */
  assume(a: Value, range: Range): Value;
  rangeOf(a: Value): Range;
  finish(result: Value): ScalarBody;
}

const BOOLEAN: Range = { lo: 0n, hi: 1n };

const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Return the smallest interval that holds both. */
export function unite(a: Range, b: Range): Range {
  return { lo: lesser(a.lo, b.lo), hi: greater(a.hi, b.hi) };
}

/** Return the interval of the products. */
export function productRange(a: Range, b: Range): Range {
  const corners = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi];
  return { lo: corners.reduce(lesser), hi: corners.reduce(greater) };
}

function bitwiseRange(operation: 'and' | 'or' | 'xor', a: Range, b: Range): Range {
  const op = { kind: 'bitwise', operation, a: 0, b: 1 } as const;
  return resultType(op, (wire) => ({ ...(wire === 0 ? a : b), fraction: 0 }), []);
}

const rules: { readonly [K in BinaryKind]: (a: Range, b: Range) => Range } = {
  add: (a, b) => ({ lo: a.lo + b.lo, hi: a.hi + b.hi }),
  subtract: (a, b) => ({ lo: a.lo - b.hi, hi: a.hi - b.lo }),
  multiply: productRange,
  minimum: (a, b) => ({ lo: lesser(a.lo, b.lo), hi: lesser(a.hi, b.hi) }),
  maximum: (a, b) => ({ lo: greater(a.lo, b.lo), hi: greater(a.hi, b.hi) }),
  and: (a, b) => bitwiseRange('and', a, b),
  or: (a, b) => bitwiseRange('or', a, b),
  xor: (a, b) => bitwiseRange('xor', a, b),
  lt: (a, b) => (a.hi < b.lo ? { lo: 1n, hi: 1n } : a.lo >= b.hi ? { lo: 0n, hi: 0n } : BOOLEAN),
  le: (a, b) => (a.hi <= b.lo ? { lo: 1n, hi: 1n } : a.lo > b.hi ? { lo: 0n, hi: 0n } : BOOLEAN),
  eq: (a, b) => (a.hi < b.lo || b.hi < a.lo ? { lo: 0n, hi: 0n } : BOOLEAN),
  ne: (a, b) => (a.hi < b.lo || b.hi < a.lo ? { lo: 1n, hi: 1n } : BOOLEAN),
};

/** Start a body. */
export function scalarBuilder(): ScalarBuilder {
  const ops: ScalarOp[] = [];
  const ranges: Range[] = [];
  const shared = new Map<string, Value>();

  const share = (key: string, op: ScalarOp, range: Range): Value => {
    const known = shared.get(key);
    if (known !== undefined) return known;
    const value = ops.push(op) - 1;
    ranges.push(range);
    shared.set(key, value);
    return value;
  };
  const constant = (value: bigint): Value => share(`k${value}`, { kind: 'constant' }, { lo: value, hi: value });
  const isConstant = (value: Value, wanted: bigint): boolean => {
    const { lo, hi } = ranges[value]!;
    return lo === wanted && hi === wanted;
  };
  const derive = (key: string, op: ScalarOp, range: Range): Value =>
    range.lo === range.hi ? constant(range.lo) : share(key, op, range);

  const binary = (kind: BinaryKind, a: Value, b: Value): Value => {
    const x = ranges[a]!;
    const y = ranges[b]!;
    if (kind === 'multiply' && isConstant(a, 1n)) return b;
    if (kind === 'multiply' && isConstant(b, 1n)) return a;
    if ((kind === 'add' || kind === 'subtract') && isConstant(b, 0n)) return a;
    if (kind === 'add' && isConstant(a, 0n)) return b;
    if (kind === 'subtract' && y.lo === y.hi && y.lo < 0n) return binary('add', a, constant(-y.lo));
    if (kind === 'add' && y.lo === y.hi && y.lo < 0n) {
      return derive(`subtract${a},${constant(-y.lo)}`, { kind: 'subtract', a, b: constant(-y.lo) }, rules.add(x, y));
    }
    if (kind === 'minimum') {
      if (x.hi <= y.lo) return a;
      if (y.hi <= x.lo) return b;
    }
    if (kind === 'maximum') {
      if (x.lo >= y.hi) return a;
      if (y.lo >= x.hi) return b;
    }
    return derive(`${kind}${a},${b}`, { kind, a, b }, rules[kind](x, y));
  };

  return {
    operand: (index, range) => derive(`o${index}`, { kind: 'operand', index }, range),
    constant,
    binary,
    select(condition, a, b) {
      const { lo, hi } = ranges[condition]!;
      if (a === b || lo > 0n || hi < 0n) return a;
      if (lo === 0n && hi === 0n) return b;
      return derive(`?${condition},${a},${b}`, { kind: 'select', condition, a, b }, unite(ranges[a]!, ranges[b]!));
    },
    shift(a, bits) {
      if (bits >= 0) return binary('multiply', a, constant(1n << BigInt(bits)));
      const { lo, hi } = ranges[a]!;
      const range = { lo: lo >> BigInt(-bits), hi: hi >> BigInt(-bits) };
      return derive(`>${a},${bits}`, { kind: 'shiftRight', a, bits: -bits }, range);
    },
    lowBits(a, bits) {
      const { lo, hi } = ranges[a]!;
      const range = { lo: 0n, hi: (1n << BigInt(bits)) - 1n };
      if (lo >= range.lo && hi <= range.hi) return a;
      return derive(`l${a},${bits}`, { kind: 'lowBits', a, bits }, range);
    },
    signedBits(a, bits) {
      const { lo, hi } = ranges[a]!;
      const half = 1n << BigInt(bits - 1);
      if (lo >= -half && hi < half) return a;
      return derive(`w${a},${bits}`, { kind: 'signedBits', a, bits }, { lo: -half, hi: half - 1n });
    },
    lookup: (a, array, range) => derive(`t${a},${array}`, { kind: 'lookup', a, array }, range),
    assume(a, range) {
      const own = ranges[a]!;
      const narrowed = { lo: greater(own.lo, range.lo), hi: lesser(own.hi, range.hi) };
      if (ops[a]!.kind !== 'constant') ranges[a] = narrowed;
      return a;
    },
    rangeOf: (a) => ranges[a]!,
    finish: (result) => liveBody(ops, ranges, result),
  };
}

/** List the values that an operation reads. */
export function valuesOf(op: ScalarOp): readonly Value[] {
  switch (op.kind) {
    case 'operand':
    case 'constant':
      return [];
    case 'select':
      return [op.condition, op.a, op.b];
    case 'shiftRight':
    case 'lowBits':
    case 'signedBits':
    case 'lookup':
      return [op.a];
    default:
      return [op.a, op.b];
  }
}

/** Keep what the result needs, in order. */
function liveBody(ops: readonly ScalarOp[], ranges: readonly Range[], result: Value): ScalarBody {
  const live = new Set<Value>([result]);
  for (let value = result; value >= 0; value--) {
    if (live.has(value)) for (const operand of valuesOf(ops[value]!)) live.add(operand);
  }
  const order = [...live].toSorted((a, b) => a - b);
  const place = new Map(order.map((value, k) => [value, k]));
  const to = (value: Value): Value => place.get(value)!;
  const moved = order.map((value): ScalarOp => {
    const op = ops[value]!;
    switch (op.kind) {
      case 'operand':
      case 'constant':
        return op;
      case 'select':
        return { ...op, condition: to(op.condition), a: to(op.a), b: to(op.b) };
      case 'shiftRight':
      case 'lowBits':
      case 'signedBits':
      case 'lookup':
        return { ...op, a: to(op.a) };
      default:
        return { ...op, a: to(op.a), b: to(op.b) };
    }
  });
  return { ops: moved, ranges: order.map((value) => ranges[value]!), result: to(result) };
}
