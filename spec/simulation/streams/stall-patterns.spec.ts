import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StallPattern, isStalled } from '../../../src/simulation/index.ts';

const shown = (pattern: StallPattern, cycles: number): string =>
  Array.from({ length: cycles }, (_, cycle) => (isStalled(pattern, cycle) ? 'x' : '.')).join('');

describe('stall patterns', () => {
  it('never stall, stall in bursts, or let every third cycle through', () => {
    expect(shown({ kind: 'never' }, 6)).toBe('......');
    expect(shown({ kind: 'bursts', flowing: 2, stalled: 3 }, 11)).toBe('..xxx..xxx.');
    expect(shown({ kind: 'bursts', flowing: 1, stalled: 2 }, 7)).toBe('.xx.xx.');
  });

  it('keep their random stalls from version to version', () => {
    expect(shown({ kind: 'random', seed: 1, probability: 0.5 }, 32)).toMatchInlineSnapshot(
      `"xx.xx.........xxxxxxx..x..xx...x"`,
    );
    expect(shown({ kind: 'random', seed: 2, probability: 0.1 }, 32)).toMatchInlineSnapshot(
      `"..x..........................x.."`,
    );
  });

  it('stall as often as their probability says, whatever the seed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 0.99, noNaN: true }), (seed, probability) => {
        const cycles = 4000;
        const stalls = shown({ kind: 'random', seed, probability }, cycles).replaceAll('.', '').length;
        // Six standard deviations: one run in 10^8 would fail by chance.
        const spread = 6 * Math.sqrt(cycles * probability * (1 - probability)) + 1;
        expect(Math.abs(stalls - cycles * probability)).toBeLessThanOrEqual(spread);
      }),
      { numRuns: 50 },
    );
  });
});
