import { describe, expect, it } from 'vitest';
import { TargetError, ValueError } from '../../../src/errors.ts';
import { device, type PartCount } from '../../../src/estimation/index.ts';
import { bestPoint, goalInCycles, missedGoal } from '../../../src/systems/fit/goal.ts';
import { type FitPoint, shareOf } from '../../../src/systems/fit/search.ts';

const part = device('xc7z020');
const target = { part: 'xc7z020', clockMHz: 100 };
const pointOf = (initiationInterval: number, latencyCycles: number, count: Partial<PartCount>): FitPoint => {
  const resources = { lut: 0, ff: 0, dsp: 0, bram: 0, ...count };
  return { schedules: {}, initiationInterval, latencyCycles, resources, share: shareOf(resources, part) };
};
const fast = pointOf(1, 9, { lut: 60_000 });
const middle = pointOf(10, 20, { lut: 20_000 });
const early = pointOf(10, 15, { lut: 25_000 });
const slow = pointOf(100, 150, { lut: 2000 });
const points = [fast, middle, early, slow];
const none = { initiationInterval: Infinity, latency: Infinity };

describe('goalInCycles', () => {
  it('takes cycles as they are, and whole cycles of nanoseconds', () => {
    expect(goalInCycles({}, 250)).toEqual(none);
    expect(goalInCycles({ initiationInterval: { cycles: 16 }, latency: { ns: 100 } }, 250)).toEqual({
      initiationInterval: 16,
      latency: 25,
    });
    expect(goalInCycles({ latency: { ns: 3 * (1000 / 320) } }, 320).latency).toBe(3);
    expect(goalInCycles({ latency: { ns: 9 } }, 320).latency).toBe(2);
  });

  it.each([
    [{ initiationInterval: { cycles: 0 } }, 'The initiation interval to reach is 0 cycles, must be a whole number'],
    [{ latency: { cycles: 2.5 } }, 'The latency to reach is 2.5 cycles, must be a whole number of at least 1.'],
    [{ latency: { ns: 3 } }, 'The latency to reach is 3 ns, must be at least 4.000 ns, one cycle.'],
    [{ latency: { ns: Number.NaN } }, 'The latency to reach is NaN ns'],
  ])('refuses %o', (goal, message) => {
    expect(() => goalInCycles(goal, 250)).toThrow(ValueError);
    expect(() => goalInCycles(goal, 250)).toThrow(message);
  });
});

describe('bestPoint', () => {
  it('takes the fastest that fits where nothing is asked', () => {
    expect(bestPoint(points, part, none)).toBe(early);
    expect(bestPoint([fast], part, none)).toBeUndefined();
  });

  it('takes the smallest that is fast enough where something is', () => {
    expect(bestPoint(points, part, { ...none, initiationInterval: 50 })).toBe(middle);
    expect(bestPoint(points, part, { ...none, latency: 18 })).toBe(early);
    expect(bestPoint(points, part, { ...none, latency: 500 })).toBe(slow);
    expect(bestPoint(points, part, { initiationInterval: 50, latency: 10 })).toBeUndefined();
  });
});

describe('missedGoal', () => {
  const message = (goal: { initiationInterval: number; latency: number }, among = points): string => {
    const error = missedGoal('net', among, target, goal);
    expect(error).toBeInstanceOf(TargetError);
    return error.message;
  };

  it('names the nearest that fits', () => {
    expect(message({ ...none, initiationInterval: 4 })).toBe(
      'No schedule of network "net" reaches an initiation interval of 4 cycles (40.0 ns) on xc7z020 at 100 MHz; the shortest of those that fit is 10 cycles (100.0 ns).',
    );
    expect(message({ ...none, latency: 9 })).toBe(
      'No schedule of network "net" reaches a latency of 9 cycles (90.0 ns) on xc7z020 at 100 MHz; the shortest of those that fit is 15 cycles (150.0 ns).',
    );
    expect(message({ initiationInterval: 10, latency: 12 })).toContain(
      'a latency of 12 cycles (120.0 ns) with an initiation interval of 10 on xc7z020',
    );
  });

  it('says what the smallest design needs where none fits', () => {
    expect(message(none, [fast])).toBe(
      'No schedule of network "net" fits xc7z020: the smallest design needs 60000 LUT by our estimate, and there are 53200.',
    );
    expect(message(none, [])).toBe('No schedule of network "net" can be built on xc7z020 at 100 MHz.');
  });
});
