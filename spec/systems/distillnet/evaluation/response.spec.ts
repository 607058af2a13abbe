import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../../../src/random/index.ts';
import { type EventValues, resampleEvents } from '../../../../src/systems/distillnet/evaluation/bootstrap.ts';
import { jetBins } from '../../../../src/systems/distillnet/evaluation/jet-bins.ts';
import type { MatchedJets } from '../../../../src/systems/distillnet/evaluation/observables.ts';
import {
  correctedJetResponses,
  jetResponses,
  missingResponses,
  responseQualities,
} from '../../../../src/systems/distillnet/evaluation/response.ts';

const oneEach = (values: readonly number[]): EventValues => ({
  values: Float64Array.from(values),
  starts: Int32Array.from({ length: values.length + 1 }, (_, e) => e),
});

/** Jets of one per event with given reconstructed and generated energies, pT a half of the latter. */
function jets(energies: readonly (readonly [reconstructed: number, generated: number])[]): MatchedJets {
  return {
    starts: Int32Array.from({ length: energies.length + 1 }, (_, e) => e),
    energy: Float64Array.from(energies, ([energy]) => energy),
    generatedEnergy: Float64Array.from(energies, ([, energy]) => energy),
    generatedPt: Float64Array.from(energies, ([, energy]) => energy / 2),
    reconstructed: new Int32Array(energies.length).fill(1),
  };
}

/** Different responses in thousandths. */
const responses = fc
  .uniqueArray(fc.integer({ min: -900, max: 2000 }), { minLength: 4, maxLength: 40 })
  .map((list) => list.map((value) => value / 1000));

describe('responseQualities', () => {
  it('gives no gain, without error, over itself', () => {
    fc.assert(
      fc.property(responses, (values) => {
        const resamples = resampleEvents(values.length, 20, stream('self'));
        const same = oneEach(values);

        const { puppi, student } = responseQualities({ puppi: same, teacher: same, student: same }, resamples);

        expect(student).toEqual(puppi);
        expect(student!.gain).toEqual({ value: 0, error: 0 });
        expect(student!.ratioToTeacher).toEqual({ value: 1, error: 0 });
      }),
      { numRuns: 50 },
    );
  });

  it('halves with the response', () => {
    fc.assert(
      fc.property(responses, (values) => {
        const resamples = resampleEvents(values.length, 20, stream('half'));

        const { student, puppi } = responseQualities(
          { puppi: oneEach(values), student: oneEach(values.map((value) => value / 2)) },
          resamples,
        );

        expect(student!.resolution.value).toBeCloseTo(puppi!.resolution.value / 2, 12);
        expect(student!.gain!.value).toBeCloseTo(50, 9);
        expect(student!.gain!.error).toBeCloseTo(0, 9);
        expect(student!.ratioToTeacher).toBeNull();
      }),
      { numRuns: 50 },
    );
  });

  it('leaves out what cannot be measured', () => {
    const one = responseQualities({ puppi: oneEach([1]), student: oneEach([2]) }, resampleEvents(1, 5, stream('one')));

    expect(one).toEqual({ puppi: null, student: null });
  });
});

describe('missingResponses', () => {
  it('compare lengths, and leave out events without generated missing momentum', () => {
    const generated = { x: Float64Array.of(3, 0, 0), y: Float64Array.of(4, 0, 2) };
    const missing = { x: Float64Array.of(0, 1, 0), y: Float64Array.of(-10, 1, 1) };

    const { values, starts } = missingResponses(missing, generated);

    expect([...values]).toEqual([1, -0.5]);
    expect([...starts]).toEqual([0, 1, 1, 2]);
  });
});

describe('correctedJetResponses', () => {
  it('undoes a scale of the energy', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 20, max: 90, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0.5, max: 1.1, noNaN: true }),
        (energies, scale) => {
          const { values } = correctedJetResponses(jets(energies.map((energy) => [scale * energy, energy])));

          for (const value of values) expect(value).toBeCloseTo(0, 12);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('corrects each 100 GeV of reconstructed energy by itself where there are enough jets', () => {
    const low = Array.from({ length: 30 }, () => [40, 50] as const);
    const high = Array.from({ length: 30 }, () => [180, 150] as const);
    const few = Array.from({ length: 5 }, () => [1000, 1000] as const);

    const { values } = correctedJetResponses(jets([...low, ...high, ...few]));

    for (const value of values.subarray(0, 60)) expect(value).toBeCloseTo(0, 12);
    // Five jets above 700 GeV are too few, so they take the median response of all jets, which is 0.
    for (const value of values.subarray(60)) expect(value).toBeCloseTo(0, 12);
    expect(jetResponses(jets(low)).values[0]).toBeCloseTo(-0.2, 12);
    expect(correctedJetResponses(jets([])).values).toHaveLength(0);
  });
});

describe('jetBins', () => {
  it('count generated and matched jets by generated pT', () => {
    const matched = jets([
      [50, 40],
      [44, 40],
      [160, 160],
    ]);
    const generated = { starts: Int32Array.of(0, 2, 3, 5), pt: Float64Array.of(20, 25, 20, 80, 600) };

    const bins = jetBins(generated, matched, jetResponses(matched), resampleEvents(3, 50, stream('bins')));

    expect(bins.map(({ low, high, matched: count }) => [low, high, count])).toEqual([
      [15, 30, 2],
      [30, 50, 0],
      [50, 100, 1],
      [100, 200, 0],
      [200, 500, 0],
    ]);
    expect(bins[0]!.efficiency!.value).toBeCloseTo(2 / 3, 12);
    expect(bins[0]!.resolution!.value).toBeCloseTo((0.25 - 0.1) / 4, 12);
    expect(bins[1]).toMatchObject({ efficiency: null, median: null, resolution: null });
    expect(bins[2]!.efficiency!.value).toBe(1);
  });
});
