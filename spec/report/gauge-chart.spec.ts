import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import { gaugeChart } from '../../src/report/index.ts';
import { checkXml } from './xml.ts';

const chart = (used: number, whole: number): string =>
  gaugeChart({ title: 'Use', gauges: [{ name: 'LUT', used, whole }] });

/** Widths of all rectangles but the paper, in the order of drawing: track, fill, overflow. */
const widths = (svg: string): number[] =>
  [...svg.matchAll(/<rect x="[^"]*" y="[^"]*" width="([^"]*)"/g)].map((match) => Number(match[1]));

describe('gaugeChart', () => {
  it('fills the track by the share and writes counts', () => {
    const svg = chart(500, 2000);

    const [track, fill] = widths(svg);
    expect(fill! / track!).toBeCloseTo(0.25, 2);
    expect(svg).toContain('>25.0 %<');
    expect(svg).toContain('>500 of 2000<');
    expect(svg).not.toContain('100 %');
  });

  it('marks 100 % and shows what is beyond', () => {
    const svg = chart(3000, 2000);

    const [track, fill, over] = widths(svg);
    expect(fill).toBeCloseTo(track!, 1);
    expect(over! / track!).toBeCloseTo(0.5, 2);
    expect(svg).toContain('>150 %<');
    expect(svg).toContain('>100 %<');
  });

  it('tells a trace from nothing', () => {
    expect(widths(chart(0, 2000))).toHaveLength(1);
    expect(widths(chart(1, 2_000_000))[1]).toBe(2);
    expect(chart(1, 2_000_000)).toContain('&lt; 0.01 %');
  });

  it('knows parts that have none of a thing', () => {
    expect(chart(0, 0)).toContain('>–<');
    expect(chart(3, 0)).toContain('>none<');
  });

  it('is well-formed, for any counts', () => {
    const gauge = fc.record({ name: fc.string(), used: fc.nat(), whole: fc.nat() });
    fc.assert(
      fc.property(fc.array(gauge, { minLength: 1, maxLength: 8 }), (gauges) => {
        const svg = gaugeChart({ title: 'Use', gauges });

        checkXml(svg);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      }),
    );
  });

  it('refuses what is no count', () => {
    expect(() => chart(-1, 5)).toThrow(ValueError);
    expect(() => chart(Number.NaN, 5)).toThrow(/"LUT" is NaN of 5/);
    expect(() => gaugeChart({ title: 'Use', gauges: [] })).toThrow(/at least one/);
  });
});
