/**
 * Everything around the data: paper, title, legend, axes with ticks, grid and labels.
 *
 * The legend stands in rows between title and plot, where it can never cover data. Margins follow from the widths of
 * the labels, so nothing is cut off; on a narrow axis there are fewer ticks.
 */
import { ValueError } from '../../errors.ts';
import { coordinate, element, labelElement, svgDocument, textElement } from './element.ts';
import { marker, seriesColour, seriesDash } from './palette.ts';
import type { Axis, Scale } from './scale.ts';
import { fitText, textWidth, wrapText } from './text-width.ts';
import { superscript, type Ticks } from './ticks.ts';

/** What every plot has besides its data. */
export interface PlotOptions {
  readonly title?: string;
  /** Width in pixels, 96 per inch. @defaultValue 640 */
  readonly width?: number;
  /** Height in pixels. @defaultValue 400 */
  readonly height?: number;
}

/** Sizes for print: one column (90 mm) and the page's text width (180 mm) of a journal. */
export const plotSizes = {
  column: { width: 340, height: 260 },
  page: { width: 680, height: 420 },
} as const;

/** An entry of the legend: a name and how its sample is drawn. */
export interface LegendEntry {
  readonly name: string;
  readonly index: number;
  readonly sample: 'line' | 'marker' | 'lineAndMarker' | 'box';
}

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** One panel: its axes and what draws its data once the box is known. */
export interface Panel {
  readonly x: Axis;
  readonly y: Axis;
  readonly xScale: Scale;
  readonly yScale: Scale;
  /** Share of the height that goes to panels. @defaultValue 1 */
  readonly share?: number;
  /** Names to put below the x axis instead of numbers, evenly spaced. */
  readonly categories?: readonly string[];
  /** Names to put beside the y axis instead of numbers, from top to bottom. */
  readonly rows?: readonly string[];
  /** Whether to draw grid lines. @defaultValue true */
  readonly grid?: boolean;
  readonly draw: (place: Placement) => readonly string[];
}

/** Where a panel puts data. */
export interface Placement {
  readonly box: Box;
  /** Pixel of an x value; undefined where the axis has no place for it. */
  readonly x: (value: number) => number | undefined;
  /** Pixel of a y value; undefined where the axis has no place for it. */
  readonly y: (value: number) => number | undefined;
  /** Put both together; undefined if either has no place. */
  readonly point: (x: number, y: number) => readonly [number, number] | undefined;
}

const fontSize = 12;
const lineHeight = 17;
const panelGap = 12;

const axisText = (axis: Axis, exponent: number): string => {
  const units = [exponent === 0 ? '' : `10${superscript(exponent)}`, axis.unit ?? ''].filter((part) => part !== '');
  return units.length === 0 ? axis.label : `${axis.label} [${units.join(' ')}]`;
};

const legendSample = (entry: LegendEntry, x: number, y: number): string => {
  const colour = seriesColour(entry.index);
  if (entry.sample === 'box') return element('rect', { x: x + 4, y: y - 5, width: 16, height: 10, fill: colour });
  const line = element('path', {
    d: `M${x} ${y}h24`,
    stroke: colour,
    'stroke-width': 1.8,
    'stroke-dasharray': seriesDash(entry.index),
  });
  const point = marker(entry.index, x + 12, y);
  return entry.sample === 'line' ? line : entry.sample === 'marker' ? point : line + point;
};

const layLegend = (entries: readonly LegendEntry[], left: number, right: number) => {
  let x = left;
  let row = 0;
  const places = entries.map((entry) => {
    const width = 30 + textWidth(entry.name, fontSize) + 18;
    if (x > left && x + width - 18 > right) {
      x = left;
      row += 1;
    }
    const place = { entry, x, row };
    x += width;
    return place;
  });
  return { places, rows: entries.length === 0 ? 0 : row + 1 };
};

/** Choose as many x ticks as their labels leave room for. */
const fittingTicks = (scale: Scale, room: number): Ticks => {
  let chosen = scale.ticks(1);
  for (const most of [2, 3, 4, 5, 6, 7, 8, 9, 10]) {
    const candidate = scale.ticks(most);
    const labelled = candidate.ticks.filter(({ label }) => label !== '');
    const widest = Math.max(0, ...labelled.map(({ label }) => textWidth(label, fontSize)));
    const places = labelled.map(({ value }) => (scale.fraction(value) ?? 0) * room);
    const closest = Math.min(...places.slice(1).map((place, i) => place - places[i]));
    if (closest >= widest + 14 || labelled.length < 2) chosen = candidate;
  }
  return chosen;
};

/**
 * Draw panels below each other with a title and a legend.
 *
 * Panels share the left and right margins; only the last shows the labels of its x axis.
 *
 * @throws ValueError if the size leaves no room for data.
 */
export const drawFrame = (options: PlotOptions, legend: readonly LegendEntry[], panels: readonly Panel[]): string => {
  const { width = 640, height = 400, title } = options;
  const markup: string[] = [];
  const titleLines = title === undefined ? [] : wrapText(title, 14, width - 24);
  let top = 8;
  for (const line of titleLines) {
    markup.push(
      textElement(width / 2, top + 14, line, { 'text-anchor': 'middle', 'font-size': 14, 'font-weight': 'bold' }),
    );
    top += 20;
  }

  const last = panels.at(-1);
  if (last === undefined) throw new ValueError('A plot needs at least one panel.');
  const shares = panels.reduce((sum, { share = 1 }) => sum + share, 0);
  const guess = Math.max(1, height - top - 60) / shares;
  const yTicks = panels.map(({ yScale, share = 1 }) => yScale.ticks(Math.max(3, Math.floor((guess * share) / 40))));
  const yTexts = panels.map((panel, i) => panel.rows ?? yTicks[i].ticks.map(({ label }) => label));
  const widest = Math.max(0, ...yTexts.flat().map((text) => textWidth(text, fontSize)));
  const left = 8 + lineHeight + 6 + widest + 8;
  const lastXTicks = fittingTicks(last.xScale, width - left - 20);
  const endLabel =
    last.categories === undefined ? (lastXTicks.ticks.findLast(({ label }) => label !== '')?.label ?? '') : '';
  const right = width - Math.max(14, textWidth(endLabel, fontSize) / 2 + 4);

  const { places, rows } = layLegend(legend, left, width - 8);
  for (const { entry, x, row } of places) {
    const y = top + row * lineHeight + 9;
    markup.push(legendSample(entry, x, y), textElement(x + 30, y + 4, entry.name));
  }
  top += rows * lineHeight + 8;

  const slot = last.categories === undefined ? 0 : (right - left) / last.categories.length;
  const categoryLines = (last.categories ?? []).map((name) => wrapText(name, fontSize, slot - 6));
  const isSlanted = categoryLines.flat().some((line) => textWidth(line, fontSize) > slot);
  // A slanted name ends below its category, so that the first ones have the least room to the left.
  const slantLimit = (category: number): number => Math.min(height * 0.4, (left + slot * (category + 0.5) - 6) / 0.71);
  const slanted = (last.categories ?? []).map((name, k) => fitText(name, fontSize, slantLimit(k)));
  const slantRoom = Math.max(0, ...slanted.map((name) => textWidth(name, fontSize))) * 0.71 + 14;
  const labelRoom = isSlanted ? slantRoom : Math.max(1, ...categoryLines.map((lines) => lines.length)) * 15 + 3;
  const bottom = height - 8 - lineHeight - labelRoom - 6;
  const free = bottom - top - panelGap * (panels.length - 1);
  if (free < 30 * panels.length || right - left < 40) {
    throw new ValueError(`A plot of ${width}×${height} pixels leaves no room for data: make it larger.`);
  }

  panels.forEach((panel, i) => {
    const panelHeight = (free * (panel.share ?? 1)) / shares;
    const box: Box = { left, right, top, bottom: top + panelHeight };
    top += panelHeight + panelGap;
    const x = (value: number): number | undefined => {
      const fraction = panel.xScale.fraction(value);
      return fraction === undefined ? undefined : left + fraction * (right - left);
    };
    const y = (value: number): number | undefined => {
      const fraction = panel.yScale.fraction(value);
      return fraction === undefined ? undefined : box.bottom - fraction * panelHeight;
    };
    const point = (px: number, py: number): readonly [number, number] | undefined => {
      const [a, b] = [x(px), y(py)];
      return a === undefined || b === undefined ? undefined : [a, b];
    };
    const isLast = i === panels.length - 1;
    const xTicks =
      panel.categories === undefined ? fittingTicks(panel.xScale, right - left) : { ticks: [], exponent: 0 };
    const rules: string[] = [];
    const ticks: string[] = [];
    const labels: string[] = [];
    for (const { value, label } of xTicks.ticks) {
      const at = x(value) ?? 0;
      ticks.push(`M${coordinate(at)} ${coordinate(box.bottom)}v${label === '' ? -3 : -6}`);
      if (label === '') continue;
      rules.push(`M${coordinate(at)} ${coordinate(box.top)}V${coordinate(box.bottom)}`);
      if (isLast) labels.push(textElement(at, box.bottom + 15, label, { 'text-anchor': 'middle' }));
    }
    if (panel.rows === undefined) {
      for (const { value, label } of yTicks[i].ticks) {
        const at = y(value) ?? 0;
        ticks.push(`M${coordinate(left)} ${coordinate(at)}h${label === '' ? 3 : 6}`);
        if (label === '') continue;
        rules.push(`M${coordinate(left)} ${coordinate(at)}H${coordinate(right)}`);
        labels.push(textElement(left - 6, at + 4, label, { 'text-anchor': 'end' }));
      }
    } else {
      const step = panelHeight / panel.rows.length;
      panel.rows.forEach((row, k) => {
        labels.push(textElement(left - 6, box.top + step * (k + 0.5) + 4, row, { 'text-anchor': 'end' }));
      });
    }
    if (isLast) {
      slanted.forEach((name, k) => {
        const at = left + slot * (k + 0.5);
        if (isSlanted) {
          const origin = `rotate(-45 ${coordinate(at)} ${coordinate(box.bottom + 12)})`;
          labels.push(textElement(at, box.bottom + 12, name, { 'text-anchor': 'end', transform: origin }));
        } else {
          categoryLines[k].forEach((line, n) => {
            labels.push(textElement(at, box.bottom + 15 + 15 * n, line, { 'text-anchor': 'middle' }));
          });
        }
      });
      const text = axisText(panel.x, xTicks.exponent);
      labels.push(labelElement((left + right) / 2, height - 10, text, { 'text-anchor': 'middle' }));
    }
    const middle = (box.top + box.bottom) / 2;
    const yText = axisText(panel.y, panel.rows === undefined ? yTicks[i].exponent : 0);
    const yRoom = panels.length === 1 ? height - 16 : panelHeight + panelGap;
    const turn = `rotate(-90 20 ${coordinate(middle)})`;
    labels.push(
      labelElement(20, middle, fitText(yText, fontSize, yRoom), { 'text-anchor': 'middle', transform: turn }),
    );
    const clip = `clip-${Math.round(left)}-${Math.round(box.top)}-${Math.round(right)}-${Math.round(box.bottom)}`;
    markup.push(
      element(
        'clipPath',
        { id: clip },
        element('rect', { x: left, y: box.top - 1, width: right - left, height: panelHeight + 2 }),
      ),
    );
    if (panel.grid !== false && rules.length > 0) {
      markup.push(element('path', { d: rules.join(''), stroke: 'currentColor', 'stroke-opacity': 0.13, fill: 'none' }));
    }
    markup.push(element('g', { 'clip-path': `url(#${clip})` }, ...panel.draw({ box, x, y, point })));
    const outline = `M${coordinate(left)} ${coordinate(box.top)}H${coordinate(right)}V${coordinate(box.bottom)}H${coordinate(left)}Z`;
    markup.push(element('path', { d: outline + ticks.join(''), stroke: 'currentColor', fill: 'none' }), ...labels);
  });
  return svgDocument(width, height, title ?? `${last.y.label} against ${last.x.label}`, markup);
};
