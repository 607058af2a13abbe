/** Tables, sentences, JSON and report of a synthesis, from data. */
import { describe, expect, it } from 'vitest';
import { textTable } from '../../../src/report/index.ts';
import {
  countTable,
  errorPercent,
  estimateTable,
  fitText,
  ice40Excess,
  placementText,
  shareTable,
  synthesisRecord,
  synthesisReport,
  timingText,
} from '../../../src/systems/index.ts';
import { draftPlacement, draftSynthesis } from './draft.ts';

describe('tables of a synthesis', () => {
  it('list layers, their sum and the flattened whole', () => {
    const lines = textTable(countTable(draftSynthesis)).split('\n');

    expect(lines[2]).toMatch(/^fc1 +dense +40 000 +100 +7 +4 +0 +0 +5$/);
    expect(lines[4]).toMatch(/^\(top\) .* –$/);
    expect(lines[5]).toMatch(/^sum +40 100 .* 6$/);
    expect(lines[6]).toMatch(/^flattened +39 900 .* 7$/);
  });

  it('give errors of the estimate in percent of the count', () => {
    expect(errorPercent(50, 40)).toBe(25);
    expect(errorPercent(3, 0)).toBeNull();
    expect(errorPercent(undefined, 3)).toBeNull();
    const lines = textTable(estimateTable(draftSynthesis)).split('\n');
    expect(lines[2]).toMatch(/^fc1 +50 000 +40 000 +\+25\.0 +100 +100 +0\.0 +4\.25$/);
    expect(lines[3]).toMatch(/^relu1 +90 +100 +−10\.0 +0 +0 +– +3\.50$/);
  });

  it('set the flattened count beside the part', () => {
    expect(textTable(shareTable(draftSynthesis))).toMatch(/^LUT +39 900 +53 200 +75$/m);
  });
});

describe('timingText', () => {
  it('sets our delay model beside the period of the clock, with the ends of the slowest path', () => {
    const timing = { ...draftSynthesis.timing!, criticalNs: 5.25 };

    expect(timingText(draftSynthesis)).toBe(
      'By our delay model the netlist needs 4.25 ns on xc7z020, the slowest path from x0_d1 in draft_fc1 to sum_d2 in draft_fc1; the period of 5.00 ns that it was scheduled for holds.',
    );
    expect(timingText({ ...draftSynthesis, timing })).toMatch(
      /needs 5\.25 ns .* period of 5\.00 ns .* is too short\.$/,
    );
    expect(timingText({ ...draftSynthesis, timing: null })).toBeUndefined();
  });
});

describe('fitText', () => {
  it('names the options that share hardware, of streams as a multiple of what they share already', () => {
    const flattened = { ...draftSynthesis.flattened!, lut: 60_000 };

    expect(fitText(draftSynthesis)).toBeUndefined();
    expect(fitText({ ...draftSynthesis, flattened })).toMatch(/: compile with --reuse-factor 2\.$/);
    expect(fitText({ ...draftSynthesis, flattened, builtAs: 'streams' })).toMatch(
      /reuse factors 2 times as large would leave about 30000 LUT .*: compile with a larger --reuse-factor, or --schedule/,
    );
  });
});

describe('placementText', () => {
  it('subtracts the frame and names the clock', () => {
    expect(placementText(draftPlacement)).toMatch(/takes 1950 logic cells .* 37\.9 % .*5280.* 31\.4 MHz/);
    expect(ice40Excess(draftPlacement)).toBeUndefined();
  });

  it('says by how much a part is too small', () => {
    const large = { ...draftPlacement, logicCells: 6000, clockMHz: null };

    expect(ice40Excess(large)).toMatch(/needs 6000 logic cells .* of 5280, 720 too many, 1\.14 times the part/);
    expect(placementText(large)).toBe(ice40Excess(large));
    expect(ice40Excess({ ...draftPlacement, ram: [31, 30], clockMHz: null })).toMatch(
      /31 RAM blocks of 30, 1 too many/,
    );
  });
});

describe('synthesisRecord', () => {
  it('is plain JSON with shares and errors', () => {
    const record = synthesisRecord(draftSynthesis);

    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
    expect(record).toMatchObject({ model: 'draft', fits: true, utilization: { lut: 0.75, bram: 0 } });
    const [first] = record['layers'] as readonly unknown[];
    expect(first).toMatchObject({ layer: 'fc1', errorPercent: { lut: 25, ff: 0 } });
    const { lut } = record['errorPercent'] as { lut: number };
    expect(lut).toBeCloseTo((100 * (50_090 - 39_900)) / 39_900, 10);
  });
});

describe('synthesisReport', () => {
  it('is one page that says what it is not', () => {
    const html = synthesisReport({ ...draftSynthesis, ice40: draftPlacement, notes: ['Something is left out.'] });

    for (const text of ['Yosys 0.0', 'not a vendor report', 'Something is left out.', '75.0 %', '31.4 MHz', '+25.0']) {
      expect(html).toContain(text);
    }
    expect(html.match(/<figure>/g)).toHaveLength(5);
    expect(html).not.toMatch(/undefined|NaN|\[object/);
  });

  it('begins with what does not fit', () => {
    const flattened = { ...draftSynthesis.flattened!, lut: 60_000 };
    const html = synthesisReport({ ...draftSynthesis, flattened });

    expect(html).toMatch(/<p class="summary">The design needs 60000 LUT as Yosys counts and xc7z020 has 53200/);
    expect(html).toContain('113 %');
  });

  it('holds what there is where only a half was asked for', () => {
    const half = { ...draftSynthesis, estimate: null, timing: null };
    const whole = synthesisReport({ ...half, layers: [], kept: null });
    const layers = synthesisReport({ ...half, flattened: null });

    expect(whole).toContain('<b>7 levels</b>');
    expect(whole).not.toContain('Estimate against Yosys');
    expect(layers).toContain('<b>6 levels</b>');
    for (const html of [whole, layers]) expect(html).not.toMatch(/undefined|NaN|null/);
  });
});
