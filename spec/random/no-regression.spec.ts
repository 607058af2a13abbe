/** The first values of named streams, frozen: a change here changes every seeded result and is a CHANGELOG entry. */
import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/index.ts';

describe('frozen streams', () => {
  it('give the values they have always given', () => {
    const s = stream(2026, 'events', 'pileup');
    expect([s.uniform(), s.uniform(-1, 1)]).toEqual([0.08607561203862191, 0.4885099460200828]);
    expect([s.normal(), s.normal(), s.normal(10, 0.5)]).toEqual([
      0.44178214585121695, -0.1325715116551802, 11.144069034472906,
    ]);
    expect([s.exponential(1), s.exponential(30)]).toEqual([1.0560984255096773, 50.45342044292766]);
    expect([s.poisson(0.7), s.poisson(5), s.poisson(140), s.poisson(1000)]).toEqual([0, 5, 138, 975]);
    expect([s.integer(0, 100), s.integer(-(2 ** 40), 2 ** 40)]).toEqual([55, 800389637819]);
    expect(s.choice(['a', 'b', 'c', 'd'])).toBe('b');
    expect([...s.permutation(8)]).toEqual([2, 4, 1, 7, 5, 3, 0, 6]);
    expect(s.split('child').uniform()).toBe(0.8593958410713141);
  });
});
