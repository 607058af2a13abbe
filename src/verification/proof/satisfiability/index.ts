/** Small questions of satisfiability, answered by a solver of our own: words over an and-inverter graph. */
export { andGraph, FALSE, TRUE } from './and-graph.ts';
export type { AndGraph, Literal } from './and-graph.ts';
export { evaluate, evaluateAll } from './evaluate.ts';
export { satisfy } from './satisfy.ts';
export type { Satisfaction } from './satisfy.ts';
export { satSolver } from './solver.ts';
export type { SatSolver, Verdict } from './solver.ts';
export * from './words.ts';
