/** Running plans: what is written and read, mistakes, and threads that fail. */
import { afterAll, describe, expect, it } from 'vitest';
import { ShapeError, ValueError, WorkerError } from '../../../src/errors.ts';
import * as t from '../../../src/tensor/index.ts';
import { closeThreads, sharedThreads } from './law.ts';

afterAll(closeThreads);

const ROWS = 300;

/** The sum of the rows of a table that an index names. */
function plan(workers: number, patience = 2000): t.CompiledPlan {
  const table = t.symbolicInput('table', [3, 4]);
  const index = t.symbolicInput('index', [ROWS], 'i32');
  const spare = t.symbolicInput('spare', [2]);
  return t.compilePlan({
    inputs: [
      { tensor: table, name: 'table', kind: 'whole' },
      { tensor: index, name: 'index', kind: 'rows' },
      { tensor: spare, name: 'spare', kind: 'whole' },
    ],
    batch: ROWS,
    workers,
    patience,
    results: [
      { name: 'sum', tensor: t.sum(t.indexSelect(table, index)) },
      { name: 'table', tensor: t.multiply(table, 2), replaces: table },
    ],
  });
}

/** Give a plan its inputs: a table of one number, and an index of row 2. */
function fill(runner: t.PlanRunner, value: number): t.PlanRunner {
  runner.write('table', new Float32Array(12).fill(value));
  runner.write('index', new Int32Array(ROWS).fill(2));
  return runner;
}

/** An index whose row lies beyond the memory. */
const FAR = 2 ** 27;

describe('a runner', () => {
  it('keeps states between steps', async () => {
    const runner = fill(await t.openPlan(plan(1)), 1);
    runner.run();
    expect(runner.result('sum')[0]).toBe(4 * ROWS);
    runner.run();
    expect(runner.result('sum')[0]).toBe(8 * ROWS);
    expect([...runner.input('table')]).toEqual(new Array(12).fill(4));
  });

  it('tells which inputs are read and which results are finite', async () => {
    const runner = fill(await t.openPlan(plan(1)), 1e38);
    expect(['table', 'index', 'spare', 'sum'].map(runner.reads)).toEqual([true, true, false, false]);
    runner.run();
    expect(runner.isFinite('sum')).toBe(false);
    expect(runner.isFinite('table')).toBe(true);
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const at of [0, 5, 11]) {
        runner.write(
          'table',
          Float32Array.from({ length: 12 }, (_, i) => (i === at ? bad : 1)),
        );
        runner.run();
        expect(runner.isFinite('table')).toBe(false);
      }
    }
  });

  it('names what does not fit', async () => {
    const runner = await t.openPlan(plan(1));
    expect(() => runner.write('table', [1, 2])).toThrow(ShapeError);
    expect(() => runner.write('table', [1, 2])).toThrow('Input "table" of a plan has 12 elements, but got 2.');
    expect(() => runner.input('spare')).toThrow('The plan has no input "spare"; it has table, index.');
    expect(() => runner.result('loss')).toThrow('The plan has no result "loss"; it has sum, table.');
    for (const bad of [3, -1, NaN, 0.5]) {
      const index = new Array<number>(ROWS).fill(0).with(7, bad);
      expect(() => runner.write('index', index)).toThrow(
        `Input "index" of a plan needs indices of [0, 3), but element 7 is ${bad}.`,
      );
    }
  });

  it('needs as many workers as the plan was compiled for', async () => {
    await expect(t.openPlan(plan(2))).rejects.toThrow('The plan was compiled for 2 workers, but is given 1.');
    await expect(t.openPlan(plan(2), await sharedThreads(3))).rejects.toThrow(ValueError);
    await expect(t.planThreads(0)).rejects.toThrow('The number of workers is 0; it must be an integer of at least 1.');
    await expect(t.planThreads(1.5)).rejects.toThrow(ValueError);
  });
});

describe('threads', () => {
  it('serve plans in turns', async () => {
    const threads = await sharedThreads(3);
    const compiled = plan(3);
    const runners = [1, 2, 3].map(async (value) => fill(await t.openPlan(compiled, threads), value));
    const open = await Promise.all(runners);
    for (let step = 0; step < 20; step += 1) {
      open.forEach((runner, k) => {
        runner.run();
        expect(runner.result('sum')[0]).toBe((k + 1) * 4 * ROWS * 2 ** step);
      });
    }
  });

  it('end a plan in which one fails, and serve the next', async () => {
    const threads = await sharedThreads(2);
    const runner = fill(await t.openPlan(plan(2), threads), 1);
    runner.run();
    runner.input('index').fill(FAR);
    const started = Date.now();
    expect(() => runner.run()).toThrow(WorkerError);
    // What the workers have done of the step is unknown.
    runner.input('index').fill(0);
    expect(() => runner.run()).toThrow('A step of the plan failed before: it has to be opened again.');
    const next = fill(await t.openPlan(plan(2), threads), 1);
    next.run();
    expect(next.result('sum')[0]).toBe(4 * ROWS);
    expect(Date.now() - started).toBeLessThan(1500);
  });

  it('that do not answer are given up after the patience of the plan', async () => {
    const absent: t.PlanThreads = { workers: 2, serve: () => {}, failure: () => null, close: async () => {} };
    const runner = fill(await t.openPlan(plan(2, 200), absent), 1);
    const started = Date.now();
    expect(() => runner.run()).toThrow('A step of the plan failed: A worker of the plan did not answer within 0.2 s.');
    expect(Date.now() - started).toBeLessThan(2000);
    expect(() => runner.run()).toThrow(WorkerError);
  });

  it('that have ended fail a step', async () => {
    const ended: t.PlanThreads = {
      workers: 2,
      serve: () => {},
      failure: () => 'its thread exited with code 1',
      close: async () => {},
    };
    const runner = await t.openPlan(plan(2), ended);
    expect(() => runner.run()).toThrow('A worker of the plan ended: its thread exited with code 1.');
  });
});
