import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  earliestStages,
  lastStage,
  minimumRegisters,
  registerBits,
  stretchedDelays,
} from '../../../src/netlist/retiming/index.ts';
import { fewestBits, mistake, problems } from './random-problems.ts';

describe('minimumRegisters', () => {
  it('needs as few register bits as the best of all assignments', () => {
    fc.assert(
      fc.property(
        problems(7),
        fc.integer({ min: 4, max: 9 }),
        fc.nat({ max: 2 }),
        fc.constantFrom(undefined, 1, 2),
        (problem, budget, more, maxOps) => {
          const delays = stretchedDelays(problem.delays, budget, maxOps);
          const stretched = { ...problem, delays };
          const earliest = earliestStages(problem, delays, budget);
          const last = lastStage(problem, earliest) + more;
          const found = minimumRegisters(problem, delays, budget, earliest, last, Infinity);
          expect(mistake(stretched, found.stages, budget, last)).toBeUndefined();
          expect(found.isMinimum).toBe(true);
          expect(registerBits(problem, found.stages, last)).toBe(fewestBits(stretched, budget, last));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('finds no valid assignment in fewer stages than the earliest one', () => {
    fc.assert(
      fc.property(problems(6), fc.integer({ min: 4, max: 7 }), (problem, budget) => {
        const last = lastStage(problem, earliestStages(problem, problem.delays, budget));
        expect(fewestBits(problem, budget, last)).toBeLessThan(Infinity);
        if (last > 0) expect(fewestBits(problem, budget, last - 1)).toBe(Infinity);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps large random problems valid, with work left or not, and never adds bits', () => {
    fc.assert(
      fc.property(problems(400), fc.integer({ min: 4, max: 12 }), fc.nat({ max: 20_000 }), (problem, budget, limit) => {
        const earliest = earliestStages(problem, problem.delays, budget);
        const last = lastStage(problem, earliest);
        const least = minimumRegisters(problem, problem.delays, budget, earliest, last, Infinity);
        const stopped = minimumRegisters(problem, problem.delays, budget, earliest, last, limit);
        for (const { stages } of [least, stopped]) expect(mistake(problem, stages, budget, last)).toBeUndefined();
        const bits = [least.stages, stopped.stages, earliest].map((stages) => registerBits(problem, stages, last));
        expect(bits).toEqual(bits.toSorted((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });
});
