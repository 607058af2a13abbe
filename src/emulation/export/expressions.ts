/**
 * Scalar bodies as text of a C-like language: what is used once stands in place, what is used again gets a name.
 */
import type { ArrayId, IndexMap } from './program.ts';
import { type Range, type ScalarBody, type ScalarOp, type Value, valuesOf } from './scalar.ts';

/** How a language writes values; every text it returns can stand as an operand (it is atomic or in parentheses). */
export interface Dialect {
  readonly constant: (value: bigint) => string;
  /** An operation with the texts and intervals of its operands, in the order of `valuesOf`. */
  readonly operation: (op: ScalarOp, operands: readonly string[], ranges: readonly Range[], range: Range) => string;
  /** Declare a name for a value. */
  readonly declare: (name: string, text: string, range: Range) => string;
  /** Operands that a rule writes more than once, besides those that several operations read. */
  readonly repeats: (op: ScalarOp, ranges: readonly Range[], range: Range) => boolean;
}

/** Statements that must come first, and the text of the result. */
export interface BodyText {
  readonly lines: readonly string[];
  readonly result: string;
}

/**
 * Write a body.
 *
 * @param operands - texts of the operands by number; @param name - makes the k-th local name
 */
export function bodyText(
  { ops, ranges, result }: ScalarBody,
  dialect: Dialect,
  operands: readonly string[],
  name: (k: number) => string,
): BodyText {
  const uses = new Map<Value, number>();
  for (const [value, op] of ops.entries()) {
    const read = valuesOf(op);
    const times = dialect.repeats(
      op,
      read.map((operand) => ranges[operand]!),
      ranges[value]!,
    )
      ? 2
      : 1;
    for (const operand of read) uses.set(operand, (uses.get(operand) ?? 0) + times);
  }
  const lines: string[] = [];
  const texts: string[] = [];
  let names = 0;
  for (const [value, op] of ops.entries()) {
    if (op.kind === 'constant') {
      texts.push(dialect.constant(ranges[value]!.lo));
      continue;
    }
    const read = valuesOf(op);
    const text =
      op.kind === 'operand'
        ? operands[op.index]!
        : dialect.operation(
            op,
            read.map((operand) => texts[operand]!),
            read.map((operand) => ranges[operand]!),
            ranges[value]!,
          );
    // A plain name needs no second one.
    if ((uses.get(value) ?? 0) < 2 || /^\w+$/.test(text)) {
      texts.push(text);
      continue;
    }
    const local = name(names++);
    lines.push(dialect.declare(local, bare(text), ranges[value]!));
    texts.push(local);
  }
  return { lines, result: texts[result]! };
}

/** Drop parentheses around a whole text, for places where none are needed. */
export function bare(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text;
  let depth = 0;
  for (let k = 0; k < text.length - 1; k++) {
    if (text[k] === '(') depth++;
    else if (text[k] === ')') depth--;
    if (depth === 0) return text;
  }
  return text.slice(1, -1);
}

/** Write which element iteration `k` stands for; the text 0 is a loop's only iteration. */
export function indexText(index: IndexMap, k: string, name: (array: ArrayId) => string): string {
  if (index.kind === 'listed') return `${name(index.array)}[${k}]`;
  const { base, stride } = index;
  if (stride === 0 || k === '0') return String(base);
  const scaled = stride === 1 ? k : `${stride} * ${k}`;
  return base === 0 ? scaled : `${base} + ${scaled}`;
}

/** A text from a model as it may stand in a comment of any target: no line ends, comment marks or trigraphs. */
export function commentText(text: string): string {
  return text
    .replaceAll(/[\r\n\u2028\u2029]/g, ' ')
    .replaceAll('*/', '* /')
    .replaceAll('/*', '/ *')
    .replaceAll('??', '? ?');
}
