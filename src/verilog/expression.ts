/**
 * Verilog expressions as a tree of exactly-sized parts, between the netlist and its text.
 *
 * Verilog widens operands to their context; a tree in which every operand already has the width of its operator
 * leaves nothing to widen. So every node here has a width of its own, extension is spelled as concatenation (whose
 * members are self-determined), and operators take only leaves: names, part selects, literals, concatenations and
 * complements of these. Shifts and implicit truncation do not exist.
 */

/** What a leaf refers to: a declared identifier and its full width. */
export interface Identifier {
  readonly name: string;
  readonly width: number;
}

export type BinaryOperator = '+' | '-' | '*' | '&' | '|' | '^' | '==' | '<';

export type Expression =
  | { readonly kind: 'literal'; readonly width: number; readonly value: bigint }
  /** Bits lsb … lsb + width − 1 of an identifier (all of them: the bare name). */
  | { readonly kind: 'bits'; readonly of: Identifier; readonly lsb: number; readonly width: number }
  /** Most significant part first. */
  | { readonly kind: 'concat'; readonly width: number; readonly parts: readonly Expression[] }
  | { readonly kind: 'replicate'; readonly width: number; readonly count: number; readonly of: Expression }
  | { readonly kind: 'complement'; readonly width: number; readonly of: Expression }
  /** `signed` reads both operands as two's complement. */
  | {
      readonly kind: 'binary';
      readonly width: number;
      readonly operator: BinaryOperator;
      readonly a: Expression;
      readonly b: Expression;
      readonly signed: boolean;
    }
  | {
      readonly kind: 'conditional';
      readonly width: number;
      readonly select: Expression;
      readonly a: Expression;
      readonly b: Expression;
    }
  /** Word of a memory. */
  | { readonly kind: 'word'; readonly width: number; readonly memory: string; readonly address: Expression };

/** Make a literal of `width` bits from the low bits of `value`. */
export function literal(width: number, value: bigint): Expression {
  return { kind: 'literal', width, value: BigInt.asUintN(width, value) };
}

/** Refer to a whole identifier. */
export function whole(of: Identifier): Expression {
  return { kind: 'bits', of, lsb: 0, width: of.width };
}

/** Join parts, most significant first: nested concatenations are opened, adjacent literals and adjacent bits merged. */
export function concat(parts: readonly Expression[]): Expression {
  const merged: Expression[] = [];
  for (const part of parts.flatMap((p) => (p.kind === 'concat' ? p.parts : [p]))) {
    const last = merged.at(-1);
    const joined = last && join(last, part);
    if (joined) merged[merged.length - 1] = joined;
    else merged.push(part);
  }
  if (merged.length === 1) return merged[0]!;
  return { kind: 'concat', width: merged.reduce((sum, p) => sum + p.width, 0), parts: merged };
}

function join(high: Expression, low: Expression): Expression | undefined {
  if (high.kind === 'literal' && low.kind === 'literal')
    return literal(high.width + low.width, (high.value << BigInt(low.width)) | low.value);
  if (high.kind === 'bits' && low.kind === 'bits' && high.of.name === low.of.name && high.lsb === low.lsb + low.width)
    return { kind: 'bits', of: low.of, lsb: low.lsb, width: low.width + high.width };
  return undefined;
}

/** Repeat an expression `count` ≥ 1 times. */
export function replicate(count: number, of: Expression): Expression {
  if (count === 1) return of;
  if (of.kind === 'literal' && of.width === 1) return literal(count, of.value === 0n ? 0n : -1n);
  return { kind: 'replicate', width: count * of.width, count, of };
}

/** Complement every bit. */
export function complement(of: Expression): Expression {
  if (of.kind === 'literal') return literal(of.width, ~of.value);
  if (of.kind === 'complement') return of.of;
  return { kind: 'complement', width: of.width, of };
}

/** Call `visit` for every reference to bits of an identifier. */
export function visitReferences(
  expression: Expression,
  visit: (of: Identifier, lsb: number, width: number) => void,
): void {
  switch (expression.kind) {
    case 'literal':
      return;
    case 'bits':
      return visit(expression.of, expression.lsb, expression.width);
    case 'concat':
      return expression.parts.forEach((part) => visitReferences(part, visit));
    case 'replicate':
    case 'complement':
      return visitReferences(expression.of, visit);
    case 'binary':
      visitReferences(expression.a, visit);
      return visitReferences(expression.b, visit);
    case 'conditional':
      visitReferences(expression.select, visit);
      visitReferences(expression.a, visit);
      return visitReferences(expression.b, visit);
    case 'word':
      return visitReferences(expression.address, visit);
    default:
      expression satisfies never;
  }
}

/** Print a sized literal: one bit in binary, zero in decimal, all else in hexadecimal. */
export function literalText(width: number, value: bigint): string {
  if (width === 1) return `1'b${value}`;
  return value === 0n ? `${width}'d0` : `${width}'h${value.toString(16)}`;
}

/**
 * Print an expression.
 *
 * Operands of operators are leaves or complements of leaves by construction, so that no parentheses are needed.
 */
export function expressionText(expression: Expression): string {
  const text = expressionText;
  switch (expression.kind) {
    case 'literal':
      return literalText(expression.width, expression.value);
    case 'bits': {
      const { of, lsb, width } = expression;
      if (width === of.width) return of.name;
      return width === 1 ? `${of.name}[${lsb}]` : `${of.name}[${lsb + width - 1}:${lsb}]`;
    }
    case 'concat':
      return `{${expression.parts.map(text).join(', ')}}`;
    case 'replicate':
      return `{${expression.count}{${text(expression.of)}}}`;
    case 'complement':
      return `~${text(expression.of)}`;
    case 'binary': {
      const operand = (e: Expression): string => (expression.signed ? `$signed(${text(e)})` : text(e));
      return `${operand(expression.a)} ${expression.operator} ${operand(expression.b)}`;
    }
    case 'conditional':
      return `${text(expression.select)} ? ${text(expression.a)} : ${text(expression.b)}`;
    case 'word':
      return `${expression.memory}[${text(expression.address)}]`;
    default:
      return expression satisfies never;
  }
}
