/** Expressions for many assignments of their variables at once, in doubles. */
import { fractionBits, MAX_NUMBER_WIDTH, numberCaster } from '../../fixed/index.ts';
import type { Expression, Part } from './expression.ts';

/** Doubles hold every integer up to here. */
const EXACT = 1n << 52n;

/** Values of a variable by assignment, and the greatest magnitude among them. */
export interface Column {
  readonly values: Float64Array;
  readonly bound: bigint;
}

/**
 * Evaluate expressions for each assignment.
 *
 * @returns one array per expression, or undefined where a value may not fit a double
 */
export function evaluateColumns(
  expressions: readonly Expression[],
  variables: readonly Column[],
): readonly Float64Array[] | undefined {
  const count = variables[0]!.values.length;
  const known = new Map<Part, Float64Array | undefined>();

  const series = ({ constant, terms }: Expression): Float64Array | undefined => {
    let reach = absolute(constant);
    for (const { factor, part } of terms) reach += absolute(factor) * partBound(part, variables);
    if (reach >= EXACT) return undefined;
    const sums = new Float64Array(count).fill(Number(constant));
    for (const { factor, part } of terms) {
      const values = partSeries(part);
      if (values === undefined) return undefined;
      const weight = Number(factor);
      for (let k = 0; k < count; k++) sums[k]! += weight * values[k]!;
    }
    return sums;
  };

  const partSeries = (part: Part): Float64Array | undefined => {
    if (part.kind === 'variable') return variables[part.index]!.values;
    if (!known.has(part)) known.set(part, operate(part));
    return known.get(part);
  };

  const operate = ({ operation, operands }: Extract<Part, { kind: 'operation' }>): Float64Array | undefined => {
    const inputs: Float64Array[] = [];
    for (const operand of operands) {
      const values = series(operand);
      if (values === undefined) return undefined;
      inputs.push(values);
    }
    if (operation.kind === 'and' || operation.kind === 'xor') return bitwiseColumn(operation.kind, inputs);
    const rule = ruleOf(operation);
    if (rule === undefined) return undefined;
    const [a, b = a!, c = a!] = inputs as [Float64Array, ...Float64Array[]];
    return Float64Array.from({ length: count }, (_, k) => rule(a[k]!, b[k]!, c[k]!));
  };

  const results: Float64Array[] = [];
  for (const expression of expressions) {
    const values = series(expression);
    if (values === undefined) return undefined;
    results.push(values);
  }
  return results;
}

/** The magnitude of a number. */
export function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function partBound(part: Part, variables: readonly Column[]): bigint {
  if (part.kind === 'variable') return variables[part.index]!.bound;
  const [lo, hi] = [absolute(part.lo), absolute(part.hi)];
  return lo > hi ? lo : hi;
}

type Rule = (a: number, b: number, c: number) => number;

/** Bitwise logic: in 32 bits where all values have them. */
function bitwiseColumn(kind: 'and' | 'xor', inputs: readonly Float64Array[]): Float64Array {
  const isNarrow = inputs.every((values) => values.every((value) => value === (value | 0)));
  const apply = (a: number, b: number): number => {
    if (isNarrow) return kind === 'and' ? a & b : a ^ b;
    const [p, q] = [BigInt(a), BigInt(b)];
    return Number(kind === 'and' ? p & q : p ^ q);
  };
  return inputs.reduce((sum, values) => sum.map((value, k) => apply(value, values[k]!)));
}

/** The arithmetic of an operation on doubles; none for bitwise logic, and for a cast to a wide format. */
function ruleOf(operation: Extract<Part, { kind: 'operation' }>['operation']): Rule | undefined {
  switch (operation.kind) {
    case 'floor': {
      const unit = 2 ** operation.shift;
      return (a) => Math.floor(a / unit);
    }
    case 'select':
      return (a, b, c) => (a === 0 ? c : b);
    case 'zero':
      return (a) => (a === 0 ? 1 : 0);
    case 'product':
      return (a, b) => a * b;
    case 'table': {
      const values = operation.table.values.map(Number);
      const lo = Number(operation.table.lo);
      return (a) => values[a - lo] ?? 0;
    }
    case 'cast': {
      if (operation.format.width > MAX_NUMBER_WIDTH) return undefined;
      return numberCaster(operation.drop + fractionBits(operation.format), operation.format);
    }
    case 'and':
    case 'xor':
      return undefined;
    default:
      return operation satisfies never;
  }
}
