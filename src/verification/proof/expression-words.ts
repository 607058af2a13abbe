/** Expressions as logic: words of bits in an and-inverter graph, for the search for an assignment. */
import { rawRange } from '../../fixed/index.ts';
import type { FixedFormat } from '../../fixed/index.ts';
import type { Expression, Part } from './expression.ts';
import type { Operation } from './forms/index.ts';
import {
  addWords,
  andWords,
  bitOf,
  constantWord,
  equalWords,
  lessWords,
  lookUp,
  multiplyWords,
  muxWords,
  scaleWord,
  shiftRightWord,
  TRUE,
  unsignedWord,
  wrapWord,
  xorWords,
} from './satisfiability/index.ts';
import type { AndGraph, Literal, Word } from './satisfiability/index.ts';

/** Widest product of two values that is spelled in gates. */
const PRODUCT_BITS = 24;

/**
 * Spell expressions in gates.
 *
 * @param variables words of the variables
 * @returns one word per expression, or undefined where an operation has no gates here
 */
export function expressionWords(
  graph: AndGraph,
  expressions: readonly Expression[],
  variables: readonly Word[],
): readonly Word[] | undefined {
  const known = new Map<Part, Word | undefined>();
  const word = ({ constant, terms }: Expression): Word | undefined => {
    let sum = constantWord(constant);
    for (const { factor, part } of terms) {
      const value = partWord(part);
      if (value === undefined) return undefined;
      sum = addWords(graph, sum, scaleWord(graph, value, factor));
    }
    return sum;
  };
  const partWord = (part: Part): Word | undefined => {
    if (part.kind === 'variable') return variables[part.index]!;
    if (!known.has(part)) {
      const operands = part.operands.map(word);
      const ready = operands.every((operand) => operand !== undefined);
      known.set(part, ready ? operationWord(graph, part.operation, operands) : undefined);
    }
    return known.get(part);
  };
  const words: Word[] = [];
  for (const expression of expressions) {
    const result = word(expression);
    if (result === undefined) return undefined;
    words.push(result);
  }
  return words;
}

function operationWord(graph: AndGraph, operation: Operation, operands: readonly Word[]): Word | undefined {
  const [a, b, c] = operands as readonly [Word, Word, Word];
  switch (operation.kind) {
    case 'floor':
      return shiftRightWord(a, operation.shift);
    case 'select':
      return muxWords(graph, bitOf(a, 0), b, c);
    case 'zero':
      return unsignedWord([equalWords(graph, a, constantWord(0n))]);
    case 'product':
      return a.length + b.length > PRODUCT_BITS ? undefined : multiplyWords(graph, a, b);
    case 'table':
      return lookUp(graph, a, operation.table.lo, operation.table.values);
    case 'and':
      return operands.reduce((p, q) => andWords(graph, p, q));
    case 'xor':
      return operands.reduce((p, q) => xorWords(graph, p, q));
    case 'cast':
      return castWord(graph, a, operation.drop, operation.format);
    default:
      return operation satisfies never;
  }
}

/** A cast as the standard describes it: round, then bring into range. */
function castWord(graph: AndGraph, word: Word, drop: number, format: FixedFormat): Word | undefined {
  const rounded = roundedWord(graph, word, drop, format);
  const { lo, hi } = rawRange(format);
  const isSymmetric = format.overflow === 'AP_SAT_SYM' && format.signed && format.width > 1;
  const least = isSymmetric ? -hi : lo;
  const above = lessWords(graph, constantWord(hi), rounded);
  const below = lessWords(graph, rounded, constantWord(least));
  switch (format.overflow) {
    case 'AP_SAT':
    case 'AP_SAT_SYM':
      return muxWords(graph, above, constantWord(hi), muxWords(graph, below, constantWord(least), rounded));
    case 'AP_SAT_ZERO':
      return muxWords(graph, graph.or(above, below), constantWord(0n), rounded);
    case 'AP_WRAP': {
      if (format.saturationBits > 0) return undefined;
      const low = wrapWord(rounded, format.width);
      return format.signed ? low : unsignedWord(Array.from({ length: format.width }, (_, k) => bitOf(rounded, k)));
    }
    case 'AP_WRAP_SM':
      return undefined;
    default:
      return format.overflow satisfies never;
  }
}

function roundedWord(graph: AndGraph, word: Word, drop: number, { quantization }: FixedFormat): Word {
  if (drop <= 0) return word;
  const floor = shiftRightWord(word, drop);
  const negative = bitOf(word, word.length);
  const half = bitOf(word, drop - 1);
  const below = (bits: number): Literal =>
    Array.from({ length: bits }, (_, k) => bitOf(word, k)).reduce((p, q) => graph.or(p, q), 0);
  const up = (): Literal => {
    switch (quantization) {
      case 'AP_TRN':
        return 0;
      case 'AP_TRN_ZERO':
        return graph.and(negative, below(drop));
      case 'AP_RND':
        return half;
      case 'AP_RND_MIN_INF':
        return graph.and(half, below(drop - 1));
      case 'AP_RND_ZERO':
        return graph.and(half, graph.or(negative, below(drop - 1)));
      case 'AP_RND_INF':
        return graph.and(half, graph.or(negative ^ TRUE, below(drop - 1)));
      case 'AP_RND_CONV':
        return graph.and(half, graph.or(bitOf(floor, 0), below(drop - 1)));
      default:
        return quantization satisfies never;
    }
  };
  return addWords(graph, floor, unsignedWord([up()]));
}
