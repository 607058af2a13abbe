/** Terms on the way to an output that only that output reads: what may be changed there concerns nothing else. */
import type { AdderGraph } from './adder-graph.ts';
import { graphFacts } from './graph-facts.ts';
import type { Term } from './values.ts';

/** ± value·2^shift in an output, and who reads it. */
export interface PrivateTerm extends Term {
  /** The adder that reads it; −1 for the output itself. */
  readonly reader: number;
  readonly operand: 'a' | 'b';
}

/** Signs of the operands of an adder, as they are built; never both −1. */
export function signsOf(
  { inputs, adders }: AdderGraph,
  adder: number,
  negated: ReadonlySet<number>,
): { readonly first: 1 | -1; readonly second: 1 | -1 } {
  const { a, b, subtract } = adders[adder]!;
  const isNegated = (value: number): boolean => negated.has(value - inputs.length);
  const own = negated.has(adder);
  return { first: own === isNegated(a) ? 1 : -1, second: (own === isNegated(b)) !== subtract ? 1 : -1 };
}

/**
 * The operands of the adder that a term is, the finer one first.
 *
 * @param negated adders that give the negative of their value
 * @returns none where the term is an input or has another reader too
 */
export function operandTerms(graph: AdderGraph, term: Term, negated: ReadonlySet<number>): readonly PrivateTerm[] {
  const reader = term.value - graph.inputs.length;
  if (reader < 0 || graphFacts(graph).readers[term.value] !== 1) return [];
  const { a, b, shift } = graph.adders[reader]!;
  const { first, second } = signsOf(graph, reader, negated);
  return [
    { reader, operand: 'a', value: a, shift: term.shift, negative: term.negative !== first < 0 },
    { reader, operand: 'b', value: b, shift: term.shift + shift, negative: term.negative !== second < 0 },
  ];
}
