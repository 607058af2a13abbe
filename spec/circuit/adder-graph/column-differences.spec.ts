/** Trees of column differences: they give the kernel back, are no deeper than asked, and no dearer than the kernel. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnTree } from '../../../src/circuit/adder-graph/column-differences.ts';
import { countSignedDigits } from '../../../src/circuit/index.ts';
import { problems } from './problems.ts';

const digits = (columns: readonly (readonly number[])[]): number =>
  columns.flat().reduce((sum, weight) => sum + countSignedDigits(weight), 0);

describe('columnTree', () => {
  it('gives every column as a sum of differences along a path of at most the depth', () => {
    fc.assert(
      fc.property(problems, fc.constantFrom(1, 2, 3, Infinity), ({ kernel }, depth) => {
        const columns = kernel[0]!.map((_, j) => kernel.map((row) => row[j]!));

        const { differences, paths } = columnTree(columns, depth);

        paths.forEach((path, j) => {
          const sum = columns[j]!.map((_, i) =>
            path.reduce((acc, { difference, sign }) => acc + sign * differences[difference]![i]!, 0),
          );
          expect(sum.map((weight) => weight || 0)).toEqual(columns[j]!.map((weight) => weight || 0));
          expect(path.length).toBeLessThanOrEqual(depth);
        });
        for (const difference of differences) expect(difference.some((weight) => weight !== 0)).toBe(true);
        expect(digits(differences)).toBeLessThanOrEqual(digits(columns));
      }),
      { numRuns: 200 },
    );
  });

  it('builds a column from its neighbour where that is nearer than zero', () => {
    const { differences, paths } = columnTree(
      [
        [85, 51],
        [85, 55],
        [-85, -51],
      ],
      Infinity,
    );

    // 55 = 64 − 8 − 1 has fewer digits than 51 = 64 − 16 + 4 − 1.
    expect(differences).toEqual([
      [85, 55],
      [0, -4],
    ]);
    const path = (sign: 1 | -1) => [
      { difference: 0, sign },
      { difference: 1, sign },
    ];
    expect(paths).toEqual([path(1), path(1).slice(0, 1), path(-1)]);
  });
});
