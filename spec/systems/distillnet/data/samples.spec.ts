import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../../../src/errors.ts';
import { fromDouble, parseFormat, toDouble, fractionBits } from '../../../../src/fixed/index.ts';
import { generateEvents } from '../../../../src/physics/index.ts';
import {
  applyScaler,
  distillNetData,
  featureCount,
  featureNames,
  fitScaler,
  hardwareScaler,
  inputFormats,
  invertScaler,
  quantizedInputs,
} from '../../../../src/systems/distillnet/index.ts';
import { toFlat } from '../../../../src/tensor/index.ts';
import { tinyConfig } from '../tiny.ts';

const events = generateEvents(tinyConfig.generator, 'samples', 3);
const data = distillNetData(events, tinyConfig);
const rows = data.truth.length;
const feature = (row: number, name: string): number => data.features[row * featureCount + featureNames.indexOf(name)]!;

describe('distillNetData', () => {
  it('has one row per particle with the features in the published order', () => {
    expect(featureNames).toHaveLength(featureCount);
    expect(rows).toBe(events.reduce((n, e) => n + e.particles.count, 0));
    expect([...data.starts]).toEqual(
      [0, 1, 2, 3].map((e) => events.slice(0, e).reduce((n, x) => n + x.particles.count, 0)),
    );
    const first = events[1]!.particles;
    const row = data.starts[1]!;
    expect(feature(row, 'eta')).toBeCloseTo(first.eta[0]!, 6);
    expect(feature(row, 'phi')).toBeCloseTo(first.phi[0]!, 6);
    expect(feature(row, 'lnPt')).toBeCloseTo(Math.log(first.pt[0]!), 5);
    expect(feature(row, 'lnEnergy')).toBeCloseTo(Math.log(first.energy[0]!), 5);
    expect(feature(row, 'charge')).toBe(first.charge[0]);
  });

  it('has exactly one species flag, clipped impact parameters, and weights in [0, 1]', () => {
    for (let row = 0; row < rows; row++) {
      const flags = [...data.features.subarray(row * featureCount + 8, (row + 1) * featureCount)];
      expect(flags.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
      expect(Math.abs(feature(row, 'd0'))).toBeLessThanOrEqual(1);
      expect(Math.abs(feature(row, 'dz'))).toBeLessThanOrEqual(1);
      expect(feature(row, 'puppiWeight')).toBeGreaterThanOrEqual(0);
      expect(feature(row, 'puppiWeight')).toBeLessThanOrEqual(1);
      expect([0, feature(row, 'puppiWeight')]).toContain(data.puppiWeights[row]);
    }
  });
});

describe('scalers', () => {
  const scaler = fitScaler(data.features, featureCount);

  it('give mean 0 and variance 1', () => {
    const scaled = applyScaler(scaler, data.features);

    for (let f = 0; f < featureCount; f++) {
      const column = Array.from({ length: rows }, (_, r) => scaled[r * featureCount + f]!);
      const mean = column.reduce((a, b) => a + b, 0) / rows;
      const variance = column.reduce((a, b) => a + (b - mean) ** 2, 0) / rows;
      expect(mean).toBeCloseTo(0, 4);
      expect(Math.min(Math.abs(variance - 1), variance)).toBeCloseTo(0, 3);
    }
  });

  it('can be undone', () => {
    const value = fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: featureCount, maxLength: featureCount }), (row) => {
        for (const s of [scaler, hardwareScaler(scaler, tinyConfig.clipImpact)]) {
          const back = invertScaler(s, applyScaler(s, Float32Array.from(row)));
          row.forEach((x, i) => expect(back[i]).toBeCloseTo(x, 3));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('have powers of two for hardware and leave flags and charge alone', () => {
    const { mean, scale } = hardwareScaler(scaler, 1);

    scale.forEach((s, f) => {
      expect(Number.isInteger(Math.log2(s))).toBe(true);
      const rms = Math.hypot(scaler.scale[f]!, scaler.mean[f]!);
      if (f < 4) expect(s >= rms && s / 2 < rms).toBe(true);
    });
    expect(scale.slice(4, 7)).toEqual([0.25, 0.25, 0.5]);
    expect(scale.slice(7)).toEqual(Array.from({ length: 9 }, () => 1));
    expect(new Set(mean)).toEqual(new Set([0]));
  });

  it('reject samples that are not numbers', () => {
    expect(() => fitScaler(Float32Array.of(1, Number.NaN), 2)).toThrow(
      new ValueError('Feature 1 of sample 0 is NaN; it must be a finite number.'),
    );
    expect(() => fitScaler(new Float32Array(0), 2)).toThrow(ShapeError);
  });
});

describe('inputFormats', () => {
  it('hold every quantized input exactly', () => {
    const common = tinyConfig.quantized.formats.input;
    const formats = inputFormats(common).map(parseFormat);
    const inputs = toFlat(
      quantizedInputs(data.features, hardwareScaler(fitScaler(data.features, featureCount), 1), common),
    );

    expect(new Set(formats.map((f) => f.width))).toEqual(new Set([8, 7, 2, 1]));
    inputs.forEach((x, i) => {
      const format = formats[i % featureCount]!;
      expect(toDouble(fromDouble(x, format), fractionBits(format))).toBe(x);
    });
  });

  it('keep a common format that cannot hold a flag', () => {
    expect(new Set(inputFormats('ap_fixed<8,1>'))).toEqual(new Set(['ap_fixed<8,1>']));
  });
});
