/**
 * Shares of wholes as tracks that fill from the left: how much of a part a design takes.
 *
 * Every track is drawn to one linear scale that ends at 100 %, or beyond where a share is larger; a line marks 100 %. A
 * share too small to be seen keeps two pixels, so that it differs from nothing.
 */
import { ValueError } from '../../errors.ts';
import { formatNumber } from '../table.ts';
import { element, svgDocument, textElement } from './element.ts';
import { seriesColour } from './palette.ts';
import { textWidth } from './text-width.ts';

/** One track. */
export interface Gauge {
  readonly name: string;
  /** What is used, at least 0. */
  readonly used: number;
  /** The whole, at least 0; where it is 0 there is no share. */
  readonly whole: number;
}

/** Options of {@link gaugeChart}. */
export interface GaugeChart {
  /** Short text that screen readers speak. */
  readonly title: string;
  readonly gauges: readonly Gauge[];
  /** Width in pixels. @defaultValue 640 */
  readonly width?: number;
}

const rowHeight = 34;
const trackHeight = 16;
/** Colour of what does not fit. */
const overIndex = 1;

/** Write a count; block RAMs come in halves. */
const countText = (count: number): string => formatNumber(count, Number.isInteger(count) ? {} : { decimals: 1 });

/** Share of a gauge; undefined where the whole is 0 and nothing is used. */
const shareOf = ({ used, whole }: Gauge): number | undefined =>
  whole > 0 ? used / whole : used > 0 ? Infinity : undefined;

/** Write a share in percent with what a reader wants to know of it. */
const shareText = (share: number | undefined): string => {
  if (share === undefined) return '–';
  if (share === Infinity) return 'none';
  if (share > 0 && share < 1e-4) return '< 0.01 %';
  return `${formatNumber(share * 100, { decimals: share < 0.0995 && share > 0 ? 2 : share < 1 && share > 0 ? 1 : 0 })} %`;
};

/**
 * Draw tracks below each other as SVG text.
 *
 * @throws ValueError if there is no gauge, or a number is negative or not finite.
 */
export const gaugeChart = (chart: GaugeChart): string => {
  const { gauges, title, width = 640 } = chart;
  if (gauges.length === 0) throw new ValueError('A gauge chart needs at least one gauge.');
  for (const { name, used, whole } of gauges) {
    if (![used, whole].every((value) => Number.isFinite(value) && value >= 0)) {
      throw new ValueError(`Gauge "${name}" is ${used} of ${whole}; both must be finite and not negative.`);
    }
  }
  const rows = gauges.map((gauge) => {
    const share = shareOf(gauge);
    return {
      ...gauge,
      share,
      text: `${countText(gauge.used)} of ${countText(gauge.whole)}`,
      end: shareText(share),
    };
  });
  const left = 12 + Math.max(...rows.map(({ name }) => textWidth(name, 13))) + 12;
  const count = Math.max(...rows.map(({ text }) => textWidth(text, 12)));
  const end = Math.max(...rows.map(({ end: text }) => textWidth(text, 13)));
  const right = width - 12 - count - 14 - end - 14;
  const largest = Math.max(1, ...rows.map(({ share }) => (share === Infinity ? 1 : (share ?? 0))));
  const scale = (right - left) / largest;
  const markup = rows.flatMap(({ name, share, text, end: percent }, row) => {
    const middle = 10 + rowHeight * (row + 0.5);
    const top = middle - trackHeight / 2;
    const within = Math.min(1, share ?? 0) * scale;
    const beyond = share === Infinity || share === undefined ? 0 : Math.max(0, share - 1) * scale;
    return [
      textElement(left - 12, middle + 4.5, name, { 'text-anchor': 'end', 'font-size': 13, 'font-weight': 'bold' }),
      element('rect', {
        x: left,
        y: top,
        width: scale,
        height: trackHeight,
        rx: 3,
        fill: 'currentColor',
        'fill-opacity': 0.1,
      }),
      ...((share ?? 0) > 0
        ? [
            element('rect', {
              x: left,
              y: top,
              width: Math.max(2, within),
              height: trackHeight,
              rx: Math.min(3, within / 2),
              fill: seriesColour((share ?? 0) > 1 ? overIndex : 0),
            }),
          ]
        : []),
      ...(beyond > 0
        ? [
            element('rect', {
              x: left + scale,
              y: top,
              width: beyond,
              height: trackHeight,
              fill: seriesColour(overIndex),
              'fill-opacity': 0.55,
            }),
          ]
        : []),
      textElement(width - 12 - count - 14, middle + 4.5, percent, {
        'text-anchor': 'end',
        'font-size': 13,
        'font-weight': 'bold',
      }),
      textElement(width - 12, middle + 4.5, text, { 'text-anchor': 'end', 'font-size': 12, 'fill-opacity': 0.75 }),
    ];
  });
  const bottom = 10 + rowHeight * rows.length;
  const mark =
    largest > 1
      ? [
          element('path', {
            d: `M${left + scale} 8V${bottom}`,
            stroke: 'currentColor',
            'stroke-dasharray': '3 2',
          }),
          textElement(left + scale, bottom + 12, '100 %', { 'text-anchor': 'middle', 'font-size': 11 }),
        ]
      : [];
  return svgDocument(width, bottom + (largest > 1 ? 20 : 8), title, [...markup, ...mark]);
};
