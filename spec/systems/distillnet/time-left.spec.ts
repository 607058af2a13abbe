import { describe, expect, it } from 'vitest';
import { defaultConfig, quickConfig } from '../../../src/systems/distillnet/index.ts';
import { expectedSeconds, timeLeft } from '../../../src/systems/distillnet/time-left.ts';

const expected = {
  events: 10,
  teacher: 40,
  scores: 10,
  student: 10,
  withoutPuppi: 10,
  quantizedFloat: 5,
  quantized: 5,
  compact: 0,
  weights: 0,
  circuits: 5,
  evaluation: 5,
};

describe('the time left', () => {
  it('follows the pace of what was done', () => {
    let seconds = 100;
    const left = timeLeft(expected, () => seconds);

    expect(left('events', 0)).toBeNull();
    seconds += 20;
    expect(left('events', 1)).toBeCloseTo(180, 9);
    seconds += 40;
    expect(left('teacher', 0.5)).toBeCloseTo(140, 9);
    expect(left('evaluation', 1)).toBe(0);
  });

  it('counts the parts that a resumed run skips neither as done nor as left', () => {
    let seconds = 0;
    const left = timeLeft(expected, () => seconds);
    left('events', 1);
    seconds += 10;

    expect(left('quantizedFloat', 0)).toBeCloseTo(20, 9);
  });

  it('is made of a positive amount of work for every part', () => {
    for (const seconds of Object.values(expectedSeconds(defaultConfig))) expect(seconds).toBeGreaterThan(0);
    const { compact, ...others } = expectedSeconds(quickConfig);
    expect(compact).toBe(0);
    for (const seconds of Object.values(others)) expect(seconds).toBeGreaterThan(0);
  });
});
