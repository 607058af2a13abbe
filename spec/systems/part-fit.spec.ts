/** By how much a design exceeds a part, and what is advised. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEVICE_NAMES, device } from '../../src/estimation/index.ts';
import { excessOf, excessText, fittingReuse, smallestPart } from '../../src/systems/index.ts';

const zynq = device('xc7z020');
const count = { lut: 0, ff: 0, dsp: 0, bram: 0 };

describe('excessText', () => {
  it('says nothing where the design fits, to the last table', () => {
    expect(excessText({ ...count, lut: zynq.lut }, zynq, 'by our estimate')).toBeUndefined();
    expect(excessText({ ...count, lut: zynq.lut + 1 }, zynq, 'by our estimate')).toBeDefined();
  });

  it('names count, total, difference, factor, a part that holds it and a reuse factor', () => {
    expect(excessText({ ...count, lut: 69_000 }, zynq, 'by our estimate')).toBe(
      'The design needs 69000 LUT by our estimate and xc7z020 has 53200: 15800 too many, 1.30 times the part. Take a larger part (xck26 holds it), fewer bits or more pruning; a reuse factor of 2 would leave about 34500 LUT and some control, which fits xc7z020: compile with --reuse-factor 2.',
    );
  });

  it('names every resource that is exceeded, the worst first', () => {
    const text = excessText({ ...count, lut: 60_000, dsp: 440 }, zynq, 'as Yosys counts');

    expect(text).toMatch(/needs 440 DSP and 60000 LUT as Yosys counts and xc7z020 has 220 and 53200: 220 too many/);
  });

  it('promises nothing of a reuse factor where block RAM is what lacks', () => {
    expect(excessText({ ...count, bram: 141 }, zynq, 'x')).toMatch(/a reuse factor alone would not make it fit\.$/);
  });

  it('says when no known part is large enough', () => {
    expect(excessText({ ...count, lut: 2_000_000 }, zynq, 'x')).toMatch(/No known part holds it.*reuse factor of 48 /);
  });
});

describe('fittingReuse', () => {
  const counts = fc.record({
    lut: fc.nat(3_000_000),
    ff: fc.nat(6_000_000),
    dsp: fc.nat(20_000),
    bram: fc.constant(0),
  });
  const parts = fc.constantFrom(...DEVICE_NAMES.map(device));

  it('is the smallest 2^n or 3·2^n whose share of every count is within the part', () => {
    const ladder = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];
    fc.assert(
      fc.property(counts, parts, (needed, part) => {
        const excesses = excessOf(needed, part);
        fc.pre(excesses.length > 0);
        const fits = (reuse: number): boolean =>
          excesses.every(({ needed: all, available }) => all / reuse <= available);

        expect(fittingReuse(excesses)).toBe(ladder.find(fits));
      }),
    );
  });
});

describe('smallestPart', () => {
  it('holds the design, and no smaller known part does', () => {
    const needed = { ...count, lut: 100_000, ff: 300_000 };

    expect(smallestPart(needed)).toBe('xczu9eg');
    expect(smallestPart({ ...count, lut: 1 })).toBe('xc7z020');
    expect(smallestPart({ ...count, bram: 3000 })).toBeUndefined();
  });
});
