/**
 * Can a function of an and-inverter graph be true? The graph's question to the solver.
 *
 * Only nodes that the function depends on become variables and clauses (G. Tseitin, "On the complexity of derivation in
 * propositional calculus", 1968). An answer 'satisfiable' has been checked by evaluating the graph; an answer
 * 'unsatisfiable' rests on the solver.
 *
 * An or is asked operand by operand, and what is never true is learned: two words that are to be equal differ in their
 * lowest bit, or in the next one, and so on; each answer helps with those above it.
 */
import { FALSE, TRUE } from './and-graph.ts';
import type { AndGraph, Literal } from './and-graph.ts';
import { evaluate } from './evaluate.ts';
import { gateOf } from './gates.ts';
import type { Gate } from './gates.ts';
import { satSolver } from './solver.ts';
import type { Verdict } from './solver.ts';

/** The answer, and the conflicts that it took. */
export type Satisfaction = { readonly conflicts: number } & (
  | {
      readonly result: 'satisfiable';
      /** Values of the inputs that the function depends on; with them it is true. */
      readonly inputs: ReadonlyMap<Literal, boolean>;
    }
  | { readonly result: 'unsatisfiable' }
  | { readonly result: 'unknown' }
);

/**
 * Search for inputs that make a literal true.
 *
 * @param conflictLimit most conflicts of the search, at least 0; beyond it the result is 'unknown'
 * @throws ValueError if the limit is negative or not a number, or the literal is of no node
 */
export function satisfy(graph: AndGraph, literal: Literal, conflictLimit: number): Satisfaction {
  if (literal === FALSE) return { result: 'unsatisfiable', conflicts: 0 };
  if (literal === TRUE) return { result: 'satisfiable', conflicts: 0, inputs: new Map() };
  const solver = satSolver();
  const gates = gatesBelow(graph, literal >> 1);
  // Numbered from the inputs up: at first all are equally active, and the solver decides on inputs.
  const nodes = [...gates.keys()].toSorted((a, b) => a - b);
  const variables = new Map(nodes.map((node) => [node, solver.newVariable()]));
  const termOf = (of: Literal): number => ((of & 1) === 1 ? -1 : 1) * variables.get(of >> 1)!;
  for (const node of nodes) for (const clause of gates.get(node)?.clauses ?? []) solver.addClause(clause.map(termOf));
  let result: Verdict = 'unsatisfiable';
  for (const alternative of alternativesOf(gates, literal)) {
    result = solver.solve(conflictLimit - solver.conflicts, [termOf(alternative)]);
    if (result !== 'unsatisfiable') break;
    solver.addClause([-termOf(alternative)]);
  }
  const { conflicts } = solver;
  if (result !== 'satisfiable') return { result, conflicts };
  const inputs = new Map<Literal, boolean>();
  for (const node of nodes) if (!graph.isAnd(node)) inputs.set(2 * node, solver.value(variables.get(node)!));
  if (!evaluate(graph, literal, inputs)) throw new Error(`And graph: the solver's inputs do not make ${literal} true.`);
  return { result, conflicts, inputs };
}

/** Literals of which one has to be true for an or to be true, first made first; other literals stand for themselves. */
function alternativesOf(gates: ReadonlyMap<number, Gate | undefined>, literal: Literal): readonly Literal[] {
  const found = new Set<Literal>();
  const pending = [literal];
  for (let of = pending.pop(); of !== undefined; of = pending.pop()) {
    const gate = gates.get(of >> 1);
    if ((of & 1) === 1 && gate?.kind === 'and') pending.push(...gate.operands.map((operand) => operand ^ 1));
    else found.add(of);
  }
  return [...found].toSorted((a, b) => a - b);
}

/** All gates that a node depends on, by their output; inputs have none. */
function gatesBelow(graph: AndGraph, top: number): ReadonlyMap<number, Gate | undefined> {
  const gates = new Map<number, Gate | undefined>();
  const pending = [top];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (gates.has(node)) continue;
    const gate = graph.isAnd(node) ? gateOf(graph, node) : undefined;
    gates.set(node, gate);
    for (const operand of gate?.operands ?? []) pending.push(operand >> 1);
  }
  return gates;
}
