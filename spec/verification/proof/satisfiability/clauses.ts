/** Sets of clauses to try a solver on, and their truth by trying every assignment. */
import * as fc from 'fast-check';
import type { RandomStream } from '../../../../src/random/index.ts';
import { satSolver } from '../../../../src/verification/proof/satisfiability/index.ts';
import type { SatSolver } from '../../../../src/verification/proof/satisfiability/index.ts';

export type Clauses = readonly (readonly number[])[];

export interface Problem {
  readonly variables: number;
  readonly clauses: Clauses;
}

const literals = (variables: number): fc.Arbitrary<number> =>
  fc.tuple(fc.integer({ min: 1, max: variables }), fc.boolean()).map(([v, negated]) => (negated ? -v : v));

/** Clauses of any length, with repeated and opposed literals, up to 12 variables. */
export const problems: fc.Arbitrary<Problem> = fc.integer({ min: 1, max: 12 }).chain((variables) =>
  fc.record({
    variables: fc.constant(variables),
    clauses: fc.array(fc.array(literals(variables), { minLength: variables > 2 ? 1 : 0, maxLength: 5 }), {
      maxLength: 50,
      size: 'max',
    }),
  }),
);

/** Random 3-SAT about where half of the problems are satisfiable: 4 to 5 clauses for each variable. */
export const threeSat: fc.Arbitrary<Problem> = fc.integer({ min: 5, max: 12 }).chain((variables) =>
  fc.record({
    variables: fc.constant(variables),
    clauses: fc.array(fc.array(literals(variables), { minLength: 3, maxLength: 3 }), {
      minLength: 4 * variables,
      maxLength: 5 * variables,
    }),
  }),
);

/** Every pigeon sits in a hole, no two in the same one. */
export function pigeonhole(pigeons: number, holes: number): Problem {
  const sits = (pigeon: number, hole: number): number => pigeon * holes + hole + 1;
  const clauses: number[][] = [];
  for (let p = 0; p < pigeons; p += 1) {
    clauses.push(Array.from({ length: holes }, (_, hole) => sits(p, hole)));
    for (let q = 0; q < p; q += 1)
      for (let hole = 0; hole < holes; hole += 1) clauses.push([-sits(p, hole), -sits(q, hole)]);
  }
  return { variables: pigeons * holes, clauses };
}

/** Random 3-SAT that a hidden assignment satisfies. */
export function planted(random: RandomStream, variables: number, count: number): Problem {
  const hidden = Array.from({ length: variables + 1 }, () => random.uniform() < 0.5);
  const clauses: number[][] = [];
  while (clauses.length < count) {
    const clause = Array.from({ length: 3 }, () => {
      const v = random.integer(1, variables + 1);
      return random.uniform() < 0.5 ? -v : v;
    });
    if (isTrue([clause], (variable) => hidden[variable]!)) clauses.push(clause);
  }
  return { variables, clauses };
}

export function isTrue(clauses: Clauses, value: (variable: number) => boolean): boolean {
  return clauses.every((clause) => clause.some((literal) => value(Math.abs(literal)) === literal > 0));
}

/** Try all assignments. */
export function isSatisfiable({ variables, clauses }: Problem): boolean {
  for (let bits = 0; bits < 2 ** variables; bits += 1)
    if (isTrue(clauses, (variable) => ((bits >> (variable - 1)) & 1) === 1)) return true;
  return false;
}

export function solverOf({ variables, clauses }: Problem): SatSolver {
  const solver = satSolver();
  for (let v = 0; v < variables; v += 1) solver.newVariable();
  for (const clause of clauses) solver.addClause(clause);
  return solver;
}
