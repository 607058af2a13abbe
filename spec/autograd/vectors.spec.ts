/** PyTorch's results: a subset that is always here, and the whole set where it is present. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { autograd } from '../conformance/autograd.ts';

/** Categories that the package implements in full. */
const complete = ['elementwise', 'losses', 'matmul', 'norm', 'optim', 'reduce', 'sched', 'shape', 'softmax'].map(
  (name) => `${name}.json`,
);

function expectAllPassed(directory: string): void {
  const rows = [...autograd(directory)].filter(({ file }) => complete.includes(file));
  expect(rows.map(({ file }) => file)).toEqual(complete);
  for (const row of rows) {
    expect(row.cases).toBeGreaterThan(0);
    expect(row).toMatchObject({ failed: 0, unsupported: 0, firstFailure: null, passed: row.cases });
  }
}

const everything = '../shared/vectors';

describe('autograd reference vectors', () => {
  it('pass in the subset of the fixtures', () => {
    expectAllPassed('fixtures');
  });

  it.skipIf(!existsSync(`${everything}/autograd`))('pass in the whole set', () => {
    expectAllPassed(everything);
  });
});
