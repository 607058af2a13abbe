import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/errors.ts';
import { barChart, heatMap, linePlot, rocCurve, scatterPlot, stepHistogram, waveform } from '../../src/report/index.ts';
import { escapeXml } from '../../src/report/svg/element.ts';
import { makeScale } from '../../src/report/svg/scale.ts';
import { fitText, textWidth } from '../../src/report/svg/text-width.ts';
import { linearTicks, logTicks } from '../../src/report/svg/ticks.ts';
import { checkXml, textsOf } from './xml.ts';

const finite = fc.double({ noNaN: true, min: -1e12, max: 1e12 });

describe('ticks', () => {
  it('are round, in order, inside the range and not more than asked', () => {
    fc.assert(
      fc.property(finite, finite, fc.integer({ min: 2, max: 10 }), (a, b, most) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        fc.pre(high - low > 1e-9 * Math.max(1, Math.abs(high), Math.abs(low)));
        const { ticks } = linearTicks(low, high, most);
        const span = high - low;

        expect(ticks.length).toBeLessThanOrEqual(most + 1);
        for (const { value } of ticks) {
          expect(value).toBeGreaterThanOrEqual(low - 1e-6 * span);
          expect(value).toBeLessThanOrEqual(high + 1e-6 * span);
        }
        expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
      }),
      { numRuns: 500 },
    );
  });

  it('have labels as a person would write them', () => {
    const labels = (low: number, high: number) => linearTicks(low, high, 4).ticks.map(({ label }) => label);

    expect(labels(0, 1)).toEqual(['0.0', '0.5', '1.0']);
    expect(labels(-2, 2)).toEqual(['−2', '−1', '0', '1', '2']);
    expect(labels(0, 20_000)).toEqual(['0', '5000', '10\u2009000', '15\u2009000', '20\u2009000']);
    expect(linearTicks(0, 4e-9, 4)).toMatchObject({ exponent: -9 });
    expect(linearTicks(0, 4e-9, 4).ticks.map(({ label }) => label)).toEqual(['0', '1', '2', '3', '4']);
  });

  it('of logarithmic axes are decades, with 2 and 5 where there are few', () => {
    const labels = (low: number, high: number) =>
      logTicks(low, high, 6)
        .ticks.map(({ label }) => label)
        .filter((label) => label !== '');

    expect(labels(0.01, 1000)).toEqual(['0.01', '0.1', '1', '10', '100', '1000']);
    expect(labels(1e-5, 1)).toEqual(['10⁻⁵', '10⁻⁴', '10⁻³', '10⁻²', '10⁻¹', '10⁰']);
    expect(labels(1, 9)).toEqual(['1', '2', '5']);
    expect(labels(1e-12, 1e12).length).toBeLessThanOrEqual(7);
  });
});

describe('makeScale', () => {
  it('puts every value inside the axis', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 20 }), fc.boolean(), (raw, isLog) => {
        const values = isLog ? raw.map((value) => Math.abs(value) + 1e-6) : raw;
        const scale = makeScale({ label: 'a', scale: isLog ? 'log' : 'linear' }, values);
        for (const value of values) {
          const fraction = scale.fraction(value) ?? NaN;

          expect(fraction).toBeGreaterThanOrEqual(-1e-6);
          expect(fraction).toBeLessThanOrEqual(1 + 1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuses axes without values', () => {
    expect(() => makeScale({ label: 'pt' }, [NaN])).toThrow('Axis "pt" has no finite value to show.');
    expect(() => makeScale({ label: 'pt', scale: 'log' }, [0, -1])).toThrow('Axis "pt" has no positive value to show.');
    expect(() => makeScale({ label: 'pt', min: 2, max: 1 }, [1])).toThrow(ValueError);
  });
});

describe('fitText', () => {
  it('never exceeds the room', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 200, noNaN: true }), (text, room) => {
        expect(textWidth(fitText(text, 12, room), 12)).toBeLessThanOrEqual(room);
      }),
      { numRuns: 200 },
    );
  });
});

const axis = { label: 'x < y & "z"', unit: 'GeV' };
const name = 'a < b';

const plots: Readonly<Record<string, () => string>> = {
  linePlot: () =>
    linePlot({
      title: name,
      x: axis,
      y: axis,
      series: [
        { name, x: [1, 2], y: [3, 4], yError: [1, 0] },
        { name: 'b', x: [1], y: [2] },
      ],
    }),
  scatterPlot: () => scatterPlot({ x: axis, y: axis, series: [{ name, x: [1, 2], y: [3, 3], labels: [name, 'b'] }] }),
  stepHistogram: () =>
    stepHistogram({
      x: axis,
      y: { ...axis, scale: 'log' },
      edges: [0, 1, 2],
      series: [
        { name, counts: [0, 2], errors: [0, 1] },
        { name: 'b', counts: [1, 1] },
      ],
      ratio: { label: 'b / a', reference: 0 },
    }),
  barChart: () =>
    barChart({
      categories: [name, 'fc1_relu'],
      y: axis,
      series: [{ name, values: [-1, 2], labels: ['−1', '2'], errors: [0.5, 0] }],
    }),
  heatMap: () =>
    heatMap({
      x: 'p',
      y: 't',
      columns: [name, 'b'],
      rows: ['a', 'b'],
      values: [
        [1, undefined],
        [2, 3],
      ],
      value: axis,
      format: String,
    }),
  'heatMap of numbers': () =>
    heatMap({
      x: name,
      y: 'φ',
      columns: { count: 2, min: -5, max: 5 },
      rows: { count: 3, min: -1.5, max: 1.5 },
      values: [
        [0, 2],
        [1, undefined],
        [1, 5],
      ],
      value: { label: 'ratio', min: 0, max: 2 },
      palette: 'diverging',
    }),
  'barChart with gaps': () =>
    barChart({
      categories: [name, 'b'],
      y: axis,
      series: [
        { name, values: [1, undefined], errors: [0.5, undefined], labels: ['1', ''] },
        { name: 'published', style: 4, values: [undefined, -2], labels: ['', '−2'] },
      ],
    }),
  rocCurve: () => rocCurve({ curves: [{ name, signal: [0, 0.5, 1], background: [0, 0.1, 1], area: 0.91234 }] }),
  waveform: () =>
    waveform({
      title: name,
      cycles: 4,
      signals: [
        { kind: 'clock', name: 'clk' },
        { kind: 'bit', name: 'valid', values: [undefined, 1, 0, 0] },
        { kind: 'bus', name, bits: 8, values: [-1, -1, 18, undefined] },
      ],
      spans: [{ from: 1, to: 3, label: '2 cycles' }],
    }),
};

describe.each(Object.entries(plots))('%s', (_, draw) => {
  it('is well-formed, escaped, deterministic and free of NaN', () => {
    const svg = draw();

    checkXml(svg);
    expect(svg).toBe(draw());
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="[\d.]+" viewBox="0 0 /);
    expect(textsOf(svg).join(' ')).toContain('a < b');
  });

  it('keeps every text inside the figure', () => {
    const svg = draw();
    const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
    for (const [, attributes, text] of svg.matchAll(/<text([^>]*)>([^<]*)</g)) {
      if (attributes.includes('transform')) continue;
      const read = (key: string): string => new RegExp(` ${key}="([^"]*)"`).exec(attributes)?.[1] ?? '';
      const [x, size] = [Number(read('x')), Number(read('font-size') || 12)];
      const wide = textWidth(text.replaceAll('&lt;', '<').replaceAll('&amp;', '&').replaceAll('&quot;', '"'), size);
      const left = read('text-anchor') === 'end' ? x - wide : read('text-anchor') === 'middle' ? x - wide / 2 : x;

      expect(left, text).toBeGreaterThanOrEqual(0);
      expect(left + wide, text).toBeLessThanOrEqual(Number(width) + 1);
      expect(Number(read('y')), text).toBeLessThanOrEqual(Number(height));
    }
  });
});

describe('what figures show', () => {
  it('places points where the axes say', () => {
    const svg = linePlot({
      x: { label: 'x', min: 0, max: 10 },
      y: { label: 'y', min: 0, max: 1 },
      series: [{ name: 'a', x: [0, 10], y: [0, 1] }],
      markers: false,
    });
    const frame = /d="M([\d.]+) ([\d.]+)H([\d.]+)V([\d.]+)H/.exec(svg)?.slice(1).map(Number) ?? [];
    const [left, top, right, bottom] = frame;

    expect(svg).toContain(`d="M${left} ${bottom}L${right} ${top}"`);
  });

  it('shows negative bus values in two’s complement', () => {
    expect(textsOf(plots['waveform']())).toEqual(expect.arrayContaining(['ff', '12', '2 cycles']));
  });

  it('puts the first row of a map of numbers at the bottom, white in the middle of a diverging range', () => {
    const cells = [
      ...plots['heatMap of numbers']!().matchAll(/<rect x="([\d.]+)" y="([\d.]+)" [^>]*fill="(rgb[^"]+)"/g),
    ];
    const [first, second, third] = cells.filter(([, , , fill]) => fill !== undefined).slice(0, 3);

    expect(Number(first![2])).toBeGreaterThan(Number(third![2]));
    expect(first![3]).toBe('rgb(178,24,43)');
    expect(second![3]).toBe('rgb(33,102,172)');
    expect(third![3]).toBe('rgb(247,247,247)');
  });

  it('writes the value of a hanging bar below it', () => {
    const svg = barChart({
      categories: ['a', 'b'],
      y: axis,
      series: [{ name, values: [2, -2], labels: ['up', 'down'] }],
    });
    const bars = [...svg.matchAll(/<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)" fill="#/g)];
    const [standing, hanging] = bars.map(([, y, height]) => [Number(y), Number(y) + Number(height)]);
    const yOf = (text: string): number => Number(new RegExp(`y="([\\d.]+)"[^>]*>${text}<`).exec(svg)![1]);

    expect(yOf('up')).toBeLessThan(standing![0]!);
    expect(yOf('down')).toBeGreaterThan(hanging![1]!);
  });

  it('keeps the style of a series from figure to figure', () => {
    const line = (style?: number): string =>
      linePlot({ x: axis, y: axis, series: [{ name, x: [1, 2], y: [1, 2], ...(style !== undefined && { style }) }] });

    expect(line(0)).toBe(line());
    expect(line(2)).toContain('stroke="#009e73"');
  });

  it('writes subscripts', () => {
    const svg = linePlot({ x: { label: 'p_{T}', unit: 'GeV' }, y: axis, series: [{ name, x: [1, 2], y: [1, 2] }] });

    expect(svg).toContain('<tspan>p</tspan><tspan dy="3" font-size="9">T</tspan><tspan dy="-3">\u00a0[GeV]</tspan>');
  });

  it('refuses data that do not fit together', () => {
    expect(() => linePlot({ x: axis, y: axis, series: [{ name, x: [1], y: [] }] })).toThrow(ShapeError);
    expect(() => stepHistogram({ x: axis, y: axis, edges: [0, 1], series: [{ name, counts: [1, 2] }] })).toThrow(
      ShapeError,
    );
    expect(() => barChart({ categories: ['a'], y: axis, series: [{ name, values: [1, 2] }] })).toThrow(ShapeError);
    expect(() => heatMap({ x: 'x', y: 'y', columns: ['a'], rows: ['a'], values: [[1, 2]], value: axis })).toThrow(
      ShapeError,
    );
    expect(() => linePlot({ x: axis, y: axis, series: [] })).toThrow(ValueError);
    expect(() => linePlot({ x: axis, y: axis, series: [{ name, x: [1], y: [1] }], width: 80, height: 60 })).toThrow(
      /80×60/,
    );
    expect(() => waveform({ cycles: 2, signals: [{ kind: 'bit', name: 'v', values: [1] }] })).toThrow(ShapeError);
    expect(() => waveform({ cycles: 0, signals: [] })).toThrow(ValueError);
  });

  it('draws any finite data without NaN', () => {
    const series = fc.array(fc.tuple(finite, finite), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(series, fc.boolean(), (points, isLog) => {
        const values = points.map(([, y]) => (isLog ? Math.abs(y) + 1 : y));
        const y = { label: 'y', scale: isLog ? 'log' : 'linear' } as const;
        const svg = linePlot({ x: axis, y, series: [{ name, x: points.map(([x]) => x), y: values }] });

        checkXml(svg);
        expect(svg).not.toMatch(/NaN|Infinity/);
      }),
      { numRuns: 100 },
    );
  });

  it('escapes everything that XML reserves', () => {
    expect(escapeXml('<a href="x">&')).toBe('&lt;a href=&quot;x&quot;&gt;&amp;');
  });
});
