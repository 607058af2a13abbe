import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../../src/errors.ts';
import { weightAgreement } from '../../../../src/systems/distillnet/index.ts';

const weights = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 100 });

describe('weightAgreement', () => {
  it('is 1 for equal weights', () => {
    fc.assert(
      fc.property(weights, (w) => {
        const agreement = weightAgreement(w, w);

        expect(agreement.accuracy).toBe(1);
        expect(agreement.printedAccuracy).toBe(1);
        expect(agreement.overlap).toBe(1);
        expect(agreement.meanAbsoluteError).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('stays in [0, 1] and does not depend on who is the teacher', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))),
        (pairs) => {
          const a = pairs.map(([x]) => x);
          const b = pairs.map(([, y]) => y);

          const { accuracy } = weightAgreement(a, b);

          expect(accuracy).toBeGreaterThanOrEqual(0);
          expect(accuracy).toBeLessThanOrEqual(1);
          expect(weightAgreement(b, a).accuracy).toBeCloseTo(accuracy, 12);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('punishes an overfilled bin, which the printed definition rewards', () => {
    const teacher = [0.01, 0.99];
    const student = [0.01, 0.01];

    const agreement = weightAgreement(student, teacher);

    expect(agreement.accuracy).toBeCloseTo((18 + 0.5 + 0) / 20, 12);
    expect(agreement.printedAccuracy).toBe(1);
    expect(agreement.overlap).toBe(0.5);
    expect(() => weightAgreement([1], [1, 0])).toThrow(ShapeError);
  });
});
