/** The mutation study of one design, with provers that are right, blind, and nervous. */
import { describe, expect, it } from 'vitest';
import { MUTATION_DESIGNS } from '../../../bench/mutations/designs.ts';
import { type StudiedEdit, studyDesign } from '../../../bench/mutations/run-study.ts';
import type { EmittedVerdict } from '../../../bench/mutations/verdict.ts';
import { lacks } from '../../verification/tools.ts';

const design = MUTATION_DESIGNS.find(({ name }) => name === 'tables')!;
const study = (prove: () => Promise<EmittedVerdict>): Promise<readonly StudiedEdit[]> =>
  studyDesign(design, { count: 24, seed: 'spec', prove });
const outcomes = (edits: readonly StudiedEdit[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { outcome } of edits) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

describe.skipIf(lacks('iverilog', 'mutation study'))('studyDesign', () => {
  it('sees a prover that proves everything miss what is changed', async () => {
    const counts = outcomes(await study(async () => ({ verdict: 'proved' })));
    expect(counts['missed']).toBeGreaterThan(5);
    expect(counts['equal']).toBeGreaterThan(0);
    expect(counts['missed']! + counts['equal']!).toBe(24);
  });

  it('sees a prover that reports everything raise false alarms', async () => {
    const codes = { x: ['1', '-7'] };
    const edits = await study(async () => ({ verdict: 'different', inputs: codes }));
    const counts = outcomes(edits);
    expect(counts['false alarm']).toBeGreaterThan(0);
    expect(counts['caught']).toBeGreaterThan(5);
    // The input was tried again, and the text is the same for all others too.
    for (const { truth, outcome } of edits)
      if (outcome === 'false alarm') expect(truth).toMatchObject({ kind: 'same', exhaustive: true });
  });
});
