/** Random retiming problems, and the fewest register bits by trying every assignment of stages. */
import * as fc from 'fast-check';
import { LAST_STAGE, packRows, registerBits, type RetimingProblem } from '../../../src/netlist/retiming/index.ts';

/** Small graphs with fan-out, several outputs, free operations and values of very different widths. */
export function problems(maxVariables: number): fc.Arbitrary<RetimingProblem> {
  const variable = fc.record({
    delay: fc.constantFrom(0, 1, 2, 3, 4),
    bits: fc.integer({ min: 1, max: 12 }),
    operands: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 3 }),
    isEnd: fc.boolean(),
    isOutput: fc.boolean(),
  });
  return fc
    .tuple(fc.array(variable, { minLength: 1, maxLength: maxVariables }), fc.array(fc.integer({ min: 1, max: 9 })))
    .map(([list, inputBits]): RetimingProblem => {
      const operands: number[][] = [[]];
      for (const [k, { operands: picks }] of list.entries())
        operands.push([...new Set(picks.map((pick) => k - (pick % (k + 1))))]);
      const users: number[][] = operands.map(() => []);
      operands.forEach((own, v) => own.forEach((operand) => users[operand]!.push(v)));
      const bits = [0, ...list.map((one) => one.bits)];
      const sources = operands.map((_, v) => v);
      list.forEach(({ isOutput }, k) => {
        if (isOutput) users[k + 1]!.push(LAST_STAGE);
      });
      // Inputs are values at the ground, each with users of its own.
      inputBits.slice(0, 3).forEach((width, k) => {
        const own = users[0]!.filter((user) => user % 3 === k);
        sources.push(0);
        bits.push(width);
        users.push(own);
      });
      const ends = list.flatMap(({ isEnd, isOutput }, k) =>
        isEnd || isOutput || users[k + 1]!.length === 0 ? [k + 1] : [],
      );
      return {
        count: operands.length,
        delays: Float64Array.from([0, ...list.map((one) => one.delay)]),
        operands: packRows(operands),
        sources: Int32Array.from(sources),
        bits: Int32Array.from(bits),
        users: packRows(users),
        ends: Int32Array.from(ends),
      };
    });
}

/** Say what is wrong with an assignment; undefined if nothing is. */
export function mistake(
  { count, delays, operands, ends }: RetimingProblem,
  stages: Int32Array,
  budget: number,
  last: number,
): string | undefined {
  const finish = new Float64Array(count);
  if (stages[0] !== 0) return 'the ground has moved';
  for (let v = 0; v < count; v += 1) {
    for (let k = operands.starts[v]!; k < operands.starts[v + 1]!; k += 1) {
      const operand = operands.items[k]!;
      if (stages[operand]! > stages[v]!) return `variable ${v} stands before its operand ${operand}`;
      if (stages[operand] === stages[v]) finish[v] = Math.max(finish[v]!, finish[operand]!);
    }
    finish[v]! += delays[v]!;
    if (finish[v]! > budget) return `variable ${v} finishes at ${finish[v]}`;
  }
  for (const end of ends) if (stages[end]! > last) return `end ${end} stands after the last stage`;
  return undefined;
}

/** The fewest register bits of any valid assignment, by trying all of them. */
export function fewestBits(problem: RetimingProblem, budget: number, last: number): number {
  const { count, delays, operands } = problem;
  const stages = new Int32Array(count);
  const finish = new Float64Array(count);
  let fewest = Infinity;
  const place = (v: number): void => {
    if (v === count) {
      if (mistake(problem, stages, budget, last) === undefined)
        fewest = Math.min(fewest, registerBits(problem, stages, last));
      return;
    }
    let lowest = 0;
    for (let k = operands.starts[v]!; k < operands.starts[v + 1]!; k += 1)
      lowest = Math.max(lowest, stages[operands.items[k]!]!);
    for (let stage = lowest; stage <= last; stage += 1) {
      stages[v] = stage;
      let start = 0;
      for (let k = operands.starts[v]!; k < operands.starts[v + 1]!; k += 1) {
        const operand = operands.items[k]!;
        if (stages[operand] === stage) start = Math.max(start, finish[operand]!);
      }
      finish[v] = start + delays[v]!;
      if (finish[v]! <= budget) place(v + 1);
    }
  };
  place(1);
  return fewest;
}
