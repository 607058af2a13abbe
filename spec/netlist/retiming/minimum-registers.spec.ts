import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  earliestStages,
  LAST_STAGE,
  lastStage,
  minimumRegisters,
  packRows,
  registerBits,
  type RetimingProblem,
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
      fc.property(
        problems(400),
        fc.integer({ min: 4, max: 12 }),
        fc.constantFrom(0, 2000, 20_000),
        fc.nat({ max: 2 }),
        (problem, budget, limit, more) => {
          const earliest = earliestStages(problem, problem.delays, budget);
          const last = lastStage(problem, earliest) + more;
          const least = minimumRegisters(problem, problem.delays, budget, earliest, last, Infinity);
          const stopped = minimumRegisters(problem, problem.delays, budget, earliest, last, limit);
          for (const { stages } of [least, stopped]) expect(mistake(problem, stages, budget, last)).toBeUndefined();
          const bits = [least.stages, stopped.stages, earliest].map((stages) => registerBits(problem, stages, last));
          expect(bits).toEqual(bits.toSorted((a, b) => a - b));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('does not overflow the stack on chains of a hundred thousand variables, and saves registers by single moves', () => {
    // Arrange: a chain of one bit; its end also reads a wide value made of the start
    const length = 100_000;
    const [wide, end] = [length - 2, length - 1];
    const operands = Array.from({ length }, (_, v) => (v === 0 ? [] : [v - 1]));
    operands[wide] = [1];
    operands[end] = [wide - 1, wide];
    const users: number[][] = Array.from({ length }, () => []);
    for (let v = 2; v < length; v += 1) for (const operand of operands[v]!) users[operand]!.push(v);
    users[end]!.push(LAST_STAGE);
    const problem: RetimingProblem = {
      count: length,
      delays: new Float64Array(length).fill(1).fill(0, 0, 1),
      operands: packRows(operands),
      sources: Int32Array.from({ length }, (_, v) => v),
      bits: new Int32Array(length).fill(1).fill(64, wide, end),
      users: packRows(users),
      ends: Int32Array.of(end),
    };
    const budget = length / 8;
    const earliest = earliestStages(problem, problem.delays, budget);
    const last = lastStage(problem, earliest);
    // Act
    const exact = minimumRegisters(problem, problem.delays, budget, earliest, last, Infinity);
    const moved = minimumRegisters(problem, problem.delays, budget, earliest, last, 0);
    // Assert
    expect(last).toBe(7);
    expect(registerBits(problem, earliest, last)).toBe(7 + 7 * 64);
    expect([exact.isMinimum, registerBits(problem, exact.stages, last)]).toEqual([true, 7 + 7]);
    expect([moved.isMinimum, registerBits(problem, moved.stages, last)]).toEqual([false, 7 + 7]);
    expect(mistake(problem, moved.stages, budget, last)).toBeUndefined();
  });
});
