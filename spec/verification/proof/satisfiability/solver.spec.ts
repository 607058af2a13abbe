import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../../src/errors.ts';
import { stream } from '../../../../src/random/index.ts';
import { satSolver } from '../../../../src/verification/proof/satisfiability/index.ts';
import { isSatisfiable, isTrue, pigeonhole, planted, problems, solverOf, threeSat } from './clauses.ts';
import type { Clauses, Problem } from './clauses.ts';

const verdictOf = (problem: Problem): string => (isSatisfiable(problem) ? 'satisfiable' : 'unsatisfiable');

describe('satSolver', () => {
  it.each([
    ['any clauses', problems],
    ['3-SAT', threeSat],
  ])('agrees with trying all assignments: %s', (_, arbitrary) => {
    const verdicts = new Set<string>();
    fc.assert(
      fc.property(arbitrary, (problem) => {
        const solver = solverOf(problem);
        const verdict = solver.solve(Infinity);
        verdicts.add(verdict);
        expect(verdict).toBe(verdictOf(problem));
        if (verdict === 'satisfiable') expect(isTrue(problem.clauses, solver.value)).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(verdicts).toEqual(new Set(['satisfiable', 'unsatisfiable']));
  });

  it('takes more clauses between searches', () => {
    fc.assert(
      fc.property(threeSat, fc.integer({ min: 1, max: 9 }), ({ variables, clauses }, step) => {
        const solver = solverOf({ variables, clauses: [] });
        for (let from = 0; from < clauses.length; from += step) {
          clauses.slice(from, from + step).forEach(solver.addClause);
          const problem = { variables, clauses: clauses.slice(0, from + step) };
          const verdict = solver.solve(Infinity);
          expect(verdict).toBe(verdictOf(problem));
          if (verdict === 'satisfiable') expect(isTrue(problem.clauses, solver.value)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('holds assumptions in one search only', () => {
    const assumed = fc.array(
      fc.integer({ min: -5, max: 5 }).filter((literal) => literal !== 0),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(threeSat, fc.array(assumed, { maxLength: 5 }), ({ variables, clauses }, searches) => {
        const solver = solverOf({ variables, clauses });
        for (const assumptions of [...searches, []]) {
          const problem = { variables, clauses: [...clauses, ...assumptions.map((literal) => [literal])] };
          const verdict = solver.solve(Infinity, assumptions);
          expect(verdict).toBe(verdictOf(problem));
          if (verdict === 'satisfiable') expect(isTrue(problem.clauses, solver.value)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it.each([3, 4, 5, 6, 7])('knows that %i holes are too few for one pigeon more', (holes) => {
    expect(solverOf(pigeonhole(holes + 1, holes)).solve(Infinity)).toBe('unsatisfiable');
    expect(solverOf(pigeonhole(holes, holes)).solve(Infinity)).toBe('satisfiable');
  });

  it('finds an assignment of hundreds of variables where one is hidden', () => {
    let conflicts = 0;
    for (let k = 0; k < 12; k += 1) {
      const problem = planted(stream('planted', String(k)), 250, 1050);
      const solver = solverOf(problem);
      expect(solver.solve(Infinity)).toBe('satisfiable');
      expect(isTrue(problem.clauses, solver.value)).toBe(true);
      conflicts = Math.max(conflicts, solver.conflicts);
    }
    // Long enough that learned clauses were deleted on the way.
    expect(conflicts).toBeGreaterThan(3000);
  });

  it('gives up at the limit, and goes on from there', () => {
    const solver = solverOf(pigeonhole(8, 7));
    expect(solver.solve(100)).toBe('unknown');
    expect(solver.conflicts).toBe(100);
    expect(solver.solve(0)).toBe('unknown');
    expect(solver.conflicts).toBe(100);
    expect(solver.solve(Infinity)).toBe('unsatisfiable');
    expect(solver.solve(0)).toBe('unsatisfiable');
  });

  it('needs no conflicts for implications', () => {
    const chain: Clauses = Array.from({ length: 99 }, (_, k) => [-(k + 1), k + 2]);
    const problem = { variables: 100, clauses: [...chain, [1]] };
    const solver = solverOf(problem);
    expect(solver.solve(0)).toBe('satisfiable');
    expect(solver.value(100)).toBe(true);
    solver.addClause([-100]);
    expect(solver.solve(0)).toBe('unsatisfiable');
    expect(solver.conflicts).toBe(0);
  });

  it('searches in the same way again', () => {
    const problem = planted(stream('again'), 150, 640);
    const [first, second] = [solverOf(problem), solverOf(problem)];
    first.solve(Infinity);
    second.solve(Infinity);
    expect(second.conflicts).toBe(first.conflicts);
    for (let v = 1; v <= problem.variables; v += 1) expect(second.value(v)).toBe(first.value(v));
  });

  it('refuses what it cannot mean', () => {
    const solver = satSolver();
    const v = solver.newVariable();
    expect(v).toBe(1);
    for (const literal of [0, 2, -2, 0.5, Number.NaN]) {
      expect(() => solver.addClause([literal])).toThrow(ValueError);
      expect(() => solver.solve(1, [literal])).toThrow(`literal ${literal} is of no variable`);
    }
    expect(() => solver.value(v)).toThrow(ValueError);
    expect(() => solver.solve(-1)).toThrow('Conflict limit: -1 is not a number of at least 0.');
    expect(() => solver.solve(Number.NaN)).toThrow(ValueError);
    solver.solve(0);
    expect(typeof solver.value(v)).toBe('boolean');
    expect(() => solver.value(0)).toThrow(ValueError);
    expect(() => solver.value(2)).toThrow(ValueError);
    solver.solve(0, [v, -v]);
    expect(() => solver.value(v)).toThrow(ValueError);
  });
});
