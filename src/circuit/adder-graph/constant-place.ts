/**
 * Where in a sum a constant is added that no carry inputs make up.
 *
 * Behind the sum the addition would be as wide as the sum and lengthen the longest path. Before, it fits in anywhere among
 * the operands that only this output reads: it is put where the graph does not become deeper, and there where it is
 * narrowest.
 */
import type { AdderGraph } from './adder-graph.ts';
import { graphFacts } from './graph-facts.ts';
import { operandTerms, type PrivateTerm } from './private-terms.ts';

export interface ConstantPlace {
  /** The adder whose operand the constant is added to. */
  readonly reader: number;
  readonly operand: 'a' | 'b';
  /** The constant in units of that operand. */
  readonly summand: bigint;
}

interface Candidate extends PrivateTerm {
  /** Adders between it and the output. */
  readonly above: number;
}

const NONE_NEGATED: ReadonlySet<number> = new Set();

/**
 * Choose the operand for a constant.
 *
 * @param rest the constant in units of the output's integer, not 0
 * @returns undefined where nothing is better than behind the sum
 */
export function constantPlace(graph: AdderGraph, output: number, rest: bigint): ConstantPlace | undefined {
  const { depth, widths, deepest } = graphFacts(graph);
  const magnitude = rest < 0n ? -rest : rest;
  const zeros = lowZeros(magnitude);
  const reach = magnitude.toString(2).length + 1;
  let best: Candidate | undefined;
  let least = Infinity;
  for (const candidate of candidates(graph, output)) {
    const { value, shift, above } = candidate;
    if (shift > zeros) continue;
    const isDeeper = depth[value]! + 1 + above > deepest;
    const bits = Math.max(reach, widths[value]! + shift) - zeros;
    const cost = (isDeeper ? 1000 : 0) + bits;
    if (cost < least) [best, least] = [candidate, cost];
  }
  if (best === undefined || best.reader < 0) return undefined;
  const summand = rest >> BigInt(best.shift);
  return { reader: best.reader, operand: best.operand, summand: best.negative ? -summand : summand };
}

/** The output and every operand that only it reads, from the output downwards. */
function candidates(graph: AdderGraph, output: number): Candidate[] {
  const { readers } = graphFacts(graph);
  const { value, shift, negative } = graph.outputs[output]!;
  if (value < 0 || readers[value] !== 1) return [];
  const found: Candidate[] = [{ reader: -1, operand: 'a', value, shift, negative, above: 0 }];
  for (let at = 0; at < found.length; at++) {
    const term = found[at]!;
    for (const operand of operandTerms(graph, term, NONE_NEGATED)) found.push({ ...operand, above: term.above + 1 });
  }
  return found;
}

function lowZeros(value: bigint): number {
  let zeros = 0;
  while (((value >> BigInt(zeros)) & 1n) === 0n) zeros += 1;
  return zeros;
}
