/** How the mutation study judges a verdict by the truth, and counts. */
import { describe, expect, it } from 'vitest';
import type { Truth } from '../../../bench/mutations/ground-truth.ts';
import { judge, type JudgedEdit, OUTCOMES, tallyTable } from '../../../bench/mutations/tally.ts';

const truths = {
  same: { kind: 'same', vectors: 16, exhaustive: true },
  different: { kind: 'different', difference: { how: 'value', sentence: 'Cycle 3.' } },
  refused: { kind: 'refused', reason: 'syntax error' },
} as const satisfies Record<string, Truth>;

describe('judge', () => {
  it.each([
    ['same', 'proved', 'equal'],
    ['same', 'different', 'false alarm'],
    ['same', 'refused', 'false alarm'],
    ['same', 'open', 'open'],
    ['different', 'proved', 'missed'],
    ['different', 'different', 'caught'],
    ['different', 'refused', 'refused'],
    ['different', 'open', 'open'],
    ['refused', 'proved', 'missed'],
    ['refused', 'different', 'refused'],
    ['refused', 'refused', 'refused'],
    ['refused', 'open', 'open'],
  ] as const)('calls text that is %s and %s "%s"', (truth, verdict, outcome) => {
    expect(judge(truths[truth], { verdict })).toBe(outcome);
  });
});

describe('tallyTable', () => {
  const judged: readonly JudgedEdit[] = [
    { design: 'a', class: 'sign', outcome: 'caught' },
    { design: 'a', class: 'sign', outcome: 'equal' },
    { design: 'b', class: 'wire', outcome: 'missed' },
  ];

  it('counts by design and class, and all together', () => {
    const { columns, rows } = tallyTable(judged);
    expect(columns.map(({ header }) => header)).toEqual(['design', 'class', 'edits', ...OUTCOMES]);
    expect(rows).toContainEqual(['a', 'sign', 2, 1, 1, 0, 0, 0, 0]);
    expect(rows).toContainEqual(['b', 'wire', 1, 0, 0, 0, 1, 0, 0]);
    expect(rows).toContainEqual(['all', 'sign', 2, 1, 1, 0, 0, 0, 0]);
    expect(rows.at(-1)).toEqual(['all', 'all', 3, 1, 1, 0, 1, 0, 0]);
  });
});
