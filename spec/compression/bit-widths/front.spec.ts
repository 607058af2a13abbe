/** The front holds what nothing beats, and nothing else. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { calibrationFit, paretoFront } from '../../../src/compression/index.ts';

const points = fc.array(fc.record({ quality: fc.integer({ min: 0, max: 9 }), cost: fc.integer({ min: 0, max: 9 }) }), {
  maxLength: 20,
});

describe('paretoFront', () => {
  test.prop([points])('keeps a point for everything, and none that another beats', (all) => {
    const front = paretoFront(all);
    for (const point of all)
      expect(front.some((other) => other.quality >= point.quality && other.cost <= point.cost)).toBe(true);
    for (const point of front) {
      expect(all).toContain(point);
      for (const other of front) {
        if (other === point) continue;
        expect(other.quality < point.quality || other.cost > point.cost).toBe(true);
      }
    }
    expect(front.map(({ cost }) => cost)).toEqual(front.map(({ cost }) => cost).toSorted((a, b) => a - b));
  });
});

describe('calibrationFit', () => {
  it('knows a stand-in that is right but for a factor', () => {
    const records = [100, 50, 20].flatMap((standIn, step) => [
      { step, layer: 'a', standIn, real: 0.5 * standIn },
      { step, layer: 'b', standIn: 3 * standIn, real: 1.5 * standIn },
      { step, layer: 'gone', standIn: 0, real: 0 },
    ]);
    const { records: counted, correlation, residual } = calibrationFit(records);
    expect(counted).toBe(6);
    expect(correlation).toBeCloseTo(1, 12);
    expect(residual).toBe(0);
  });
});
