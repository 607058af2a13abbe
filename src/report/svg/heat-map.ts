/** A matrix as coloured cells with a colour bar: confusion matrices, scans over two settings, maps of the detector. */
import { ShapeError } from '../../errors.ts';
import { element, textElement } from './element.ts';
import { drawFrame, type PlotOptions } from './frame.ts';
import { heatColour, type HeatPalette } from './palette.ts';
import { type Axis, makeScale } from './scale.ts';
import { textWidth } from './text-width.ts';

/** Options of {@link heatMap}. */
export interface HeatMap extends PlotOptions {
  /** What the columns are. */
  readonly x: string;
  /** What the rows are. */
  readonly y: string;
  /** Names of the columns from left to right, or the range that equal columns divide. */
  readonly columns: readonly string[] | HeatMapBins;
  /** Names of the rows from top to bottom, or the range that equal rows divide, the lowest at the bottom. */
  readonly rows: readonly string[] | HeatMapBins;
  /** Values as [rows][columns]; undefined leaves a cell empty. */
  readonly values: readonly (readonly (number | undefined)[])[];
  /** What the colours mean, with range and unit. */
  readonly value: Axis;
  /** Writes a value into its cell, if it fits. @defaultValue no text */
  readonly format?: (value: number) => string;
  /** `diverging` is white in the middle of the range of `value`. @defaultValue 'sequential' */
  readonly palette?: HeatPalette;
}

/** Equal bins of a number, drawn with a numeric axis. */
export interface HeatMapBins {
  readonly count: number;
  readonly min: number;
  readonly max: number;
}

const barRoom = 92;

/** Give the axis of one side, and the names of its cells where it has names. */
const sideOf = (
  label: string,
  cells: readonly string[] | HeatMapBins,
): { readonly axis: Axis; readonly count: number; readonly names?: readonly string[] } => {
  if ('count' in cells) return { axis: { label, min: cells.min, max: cells.max }, count: cells.count };
  return { axis: { label, min: 0, max: Math.max(1, cells.length) }, count: cells.length, names: cells };
};

/**
 * Draw a heat map as SVG text.
 *
 * @throws ShapeError if the values are not [rows][columns]; ValueError if there is no finite value.
 */
export const heatMap = (map: HeatMap): string => {
  const { values, palette } = map;
  const [columns, rows] = [sideOf(map.x, map.columns), sideOf(map.y, map.rows)];
  if (values.length !== rows.count || values.some((row) => row.length !== columns.count)) {
    throw new ShapeError(
      `A heat map of ${rows.count} rows and ${columns.count} columns got ${values.length} rows of ${values.map((row) => row.length).join(', ')} values.`,
    );
  }
  const scale = makeScale(
    map.value,
    values.flat().filter((value) => value !== undefined),
    { low: 0, high: 0 },
  );
  const { width = 640, height = 400 } = map;
  let bar: readonly string[] = [];
  const plot = drawFrame(
    { ...map, width: width - barRoom, height },
    [],
    [
      {
        x: columns.axis,
        y: rows.axis,
        xScale: makeScale(columns.axis, []),
        yScale: makeScale(rows.axis, []),
        ...(columns.names && { categories: columns.names }),
        ...(rows.names && { rows: rows.names }),
        grid: false,
        draw: ({ box }) => {
          const cellWidth = (box.right - box.left) / columns.count;
          const cellHeight = (box.bottom - box.top) / rows.count;
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
                fill: heatColour(1 - (i + 0.5) / slices, palette).fill,
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
              const { fill, text } = heatColour(scale.fraction(value) ?? 0, palette);
              // Names are read from above, numbers from below.
              const down = rows.names === undefined ? rows.count - 1 - i : i;
              const place = { x: box.left + k * cellWidth, y: box.top + down * cellHeight };
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
