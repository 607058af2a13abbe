/** Values of an and-inverter graph for given inputs: how a counterexample is checked, and how words are tested. */
import { ValueError } from '../../../errors.ts';
import type { AndGraph, Literal } from './and-graph.ts';

/**
 * Value of a literal.
 *
 * @param inputs values of input literals; those that the literal does not depend on may be absent
 * @throws ValueError if an input that the literal depends on has no value
 */
export function evaluate(graph: AndGraph, literal: Literal, inputs: ReadonlyMap<Literal, boolean>): boolean {
  return evaluateAll(graph, [literal], inputs)[0]!;
}

/**
 * Values of several literals, in their order.
 *
 * @throws ValueError as `evaluate`
 */
export function evaluateAll(
  graph: AndGraph,
  literals: readonly Literal[],
  inputs: ReadonlyMap<Literal, boolean>,
): boolean[] {
  const values = new Map<number, boolean>([[0, false]]);
  const valueOf = (literal: Literal): boolean => values.get(literal >> 1)! !== ((literal & 1) === 1);
  for (const node of coneOf(graph, literals)) {
    if (graph.isAnd(node)) values.set(node, valueOf(graph.left(node)) && valueOf(graph.right(node)));
    else {
      const value = inputs.get(2 * node);
      if (value === undefined) throw new ValueError(`And graph: input literal ${2 * node} has no value.`);
      values.set(node, value);
    }
  }
  return literals.map(valueOf);
}

/** Nodes that literals depend on, without the constant, in ascending order: operands before what is made of them. */
export function coneOf(graph: AndGraph, literals: readonly Literal[]): number[] {
  const found = new Set<number>([0]);
  const pending = literals.map((literal) => literal >> 1);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    if (graph.isAnd(node)) pending.push(graph.left(node) >> 1, graph.right(node) >> 1);
  }
  found.delete(0);
  return [...found].toSorted((a, b) => a - b);
}
