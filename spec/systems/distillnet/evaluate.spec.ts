import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../src/errors.ts';
import { generateEvents } from '../../../src/physics/index.ts';
import { stream } from '../../../src/random/index.ts';
import {
  distillNetData,
  missingResponse,
  weightAgreement,
  weightQuality,
} from '../../../src/systems/distillnet/index.ts';
import { tinyConfig } from './tiny.ts';

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

describe('weightQuality', () => {
  const data = distillNetData(generateEvents({ ...tinyConfig.generator, meanPileup: 20 }, 'quality', 30), tinyConfig);
  const quality = (w: ArrayLike<number>): ReturnType<typeof weightQuality> => weightQuality(data, w, stream('quality'));

  it('orders truth before PUPPI before no weights at all', () => {
    const truth = quality(data.truth);
    const puppi = quality(data.puppiWeights);
    const none = quality(new Float32Array(data.truth.length).fill(1));

    expect(truth.missingResolution.value).toBeLessThan(puppi.missingResolution.value);
    expect(puppi.missingResolution.value).toBeLessThan(none.missingResolution.value);
    expect(truth.missingError).toBeLessThan(puppi.missingError);
    expect(truth.areaNeutral).toBe(1);
    expect(none.areaAll).toBe(0.5);
    expect(puppi.areaAll).toBeGreaterThan(puppi.areaNeutral!);
    expect(puppi.ratioToPuppi).toEqual({ value: 1, error: 0 });
  });

  it('has one response per event', () => {
    expect(missingResponse(data, data.truth)).toHaveLength(30);
  });
});
