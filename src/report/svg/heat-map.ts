/** A matrix as coloured cells with a colour bar: confusion matrices, scans over two settings. */
import { ShapeError } from '../../errors.ts';
import { element, textElement } from './element.ts';
import { drawFrame, type PlotOptions } from './frame.ts';
import { heatColour } from './palette.ts';
import { type Axis, makeScale } from './scale.ts';
import { textWidth } from './text-width.ts';

/** Options of {@link heatMap}. */
export interface HeatMap extends PlotOptions {
  /** What the columns are. */
  readonly x: string;
  /** What the rows are. */
  readonly y: string;
  /** Names of the columns from left to right. */
  readonly columns: readonly string[];
  /** Names of the rows from top to bottom. */
  readonly rows: readonly string[];
  /** Values as [rows][columns]; undefined leaves a cell empty. */
  readonly values: readonly (readonly (number | undefined)[])[];
  /** What the colours mean, with range and unit. */
  readonly value: Axis;
  /** Writes a value into its cell, if it fits. @defaultValue no text */
  readonly format?: (value: number) => string;
}

const barRoom = 92;

/**
 * Draw a heat map as SVG text.
 *
 * @throws ShapeError if the values are not [rows][columns]; ValueError if there is no finite value.
 */
export const heatMap = (map: HeatMap): string => {
  const { columns, rows, values } = map;
  if (values.length !== rows.length || values.some((row) => row.length !== columns.length)) {
    throw new ShapeError(
      `A heat map of ${rows.length} rows and ${columns.length} columns got ${values.length} rows of ${values.map((row) => row.length).join(', ')} values.`,
    );
  }
  const scale = makeScale(
    map.value,
    values.flat().filter((value) => value !== undefined),
    { low: 0, high: 0 },
  );
  const { width = 640, height = 400 } = map;
  const x: Axis = { label: map.x, min: 0, max: Math.max(1, columns.length) };
  const y: Axis = { label: map.y, min: 0, max: Math.max(1, rows.length) };
  let bar: readonly string[] = [];
  const plot = drawFrame(
    { ...map, width: width - barRoom, height },
    [],
    [
      {
        x,
        y,
        xScale: makeScale(x, []),
        yScale: makeScale(y, []),
        categories: columns,
        rows,
        grid: false,
        draw: ({ box }) => {
          const cellWidth = (box.right - box.left) / columns.length;
          const cellHeight = (box.bottom - box.top) / rows.length;
          const left = box.right + 14;
          const slices = 48;
          const step = (box.bottom - box.top) / slices;
          bar = [
            ...Array.from({ length: slices }, (_, i) =>
              element('rect', {
                x: left,
                y: box.top + i * step,
                width: 14,
                height: step + 0.5,
                fill: heatColour(1 - (i + 0.5) / slices).fill,
              }),
            ),
            element('rect', {
              x: left,
              y: box.top,
              width: 14,
              height: box.bottom - box.top,
              fill: 'none',
              stroke: 'currentColor',
            }),
            ...scale
              .ticks(Math.max(2, Math.floor((box.bottom - box.top) / 50)))
              .ticks.filter(({ label }) => label !== '')
              .map(({ value, label }) => {
                const at = box.bottom - (scale.fraction(value) ?? 0) * (box.bottom - box.top);
                return textElement(left + 20, at + 4, label);
              }),
            textElement(
              width - 12,
              (box.top + box.bottom) / 2,
              map.value.unit === undefined ? map.value.label : `${map.value.label} [${map.value.unit}]`,
              {
                'text-anchor': 'middle',
                transform: `rotate(-90 ${width - 12} ${Math.round((box.top + box.bottom) / 2)})`,
              },
            ),
          ];
          return values.flatMap((row, i) =>
            row.map((value, k) => {
              if (value === undefined) return '';
              const { fill, text } = heatColour(scale.fraction(value) ?? 0);
              const place = { x: box.left + k * cellWidth, y: box.top + i * cellHeight };
              const label = map.format?.(value) ?? '';
              const isFitting = label !== '' && textWidth(label, 11) < cellWidth - 4 && cellHeight > 13;
              return (
                element('rect', { ...place, width: cellWidth, height: cellHeight, fill }) +
                (isFitting
                  ? textElement(place.x + cellWidth / 2, place.y + cellHeight / 2 + 4, label, {
                      'text-anchor': 'middle',
                      'font-size': 11,
                      fill: text,
                    })
                  : '')
              );
            }),
          );
        },
      },
    ],
  );
  // The frame drew a document without room for the colour bar: widen it and put the bar in.
  const widen = (text: string): string =>
    text
      .replaceAll(`width="${width - barRoom}"`, `width="${width}"`)
      .replace(`viewBox="0 0 ${width - barRoom} `, `viewBox="0 0 ${width} `);
  return widen(plot).replace(/<\/svg>\n$/, `${bar.join('')}</svg>\n`);
};
