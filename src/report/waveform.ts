/**
 * Timing diagrams: clock, single bits and buses over clock cycles, as SVG.
 *
 * A sample is the value of a signal during one clock cycle; clocks rise at the start of each cycle. Buses show their
 * value in hexadecimal once per stretch of equal values, shortened if the stretch is too narrow. `undefined` is an
 * unknown value, drawn grey.
 */
import { ShapeError, ValueError } from '../errors.ts';
import { coordinate, element, svgDocument, textElement } from './svg/element.ts';
import { seriesColour } from './svg/palette.ts';
import { textWidth, wrapText } from './svg/text-width.ts';

/** One line of a timing diagram. */
export type WaveformSignal =
  | { readonly kind: 'clock'; readonly name: string }
  | { readonly kind: 'bit'; readonly name: string; readonly values: readonly (0 | 1 | boolean | undefined)[] }
  | {
      readonly kind: 'bus';
      readonly name: string;
      /** Raw values per cycle; negative ones are shown in two's complement of `bits`. */
      readonly values: readonly (bigint | number | undefined)[];
      /** Width of the bus in bits, at least 1. */
      readonly bits: number;
    };

/** A span of cycles marked below the signals, for example the latency. */
export interface WaveformSpan {
  /** First clock edge of the span. */
  readonly from: number;
  /** Last clock edge of the span. */
  readonly to: number;
  readonly label: string;
}

/** Options of {@link waveform}. */
export interface Waveform {
  readonly title?: string;
  readonly signals: readonly WaveformSignal[];
  /** Number of clock cycles shown. */
  readonly cycles: number;
  /** Number of the first cycle shown. @defaultValue 0 */
  readonly firstCycle?: number;
  readonly spans?: readonly WaveformSpan[];
  /** Width in pixels. @defaultValue 720 */
  readonly width?: number;
}

const rowHeight = 30;
const swing = 16;
const slope = 3;

const hexText = (value: bigint | number, bits: number): string => {
  const digits = Math.ceil(bits / 4);
  return BigInt.asUintN(bits, BigInt(value)).toString(16).padStart(digits, '0');
};

/** Shorten hexadecimal digits in the middle until they fit. */
const fitHex = (text: string, room: number): string => {
  if (textWidth(text, 11) <= room) return text;
  for (let keep = text.length - 1; keep >= 2; keep -= 1) {
    const head = Math.ceil(keep / 2);
    const short = `${text.slice(0, head)}…${text.slice(text.length - (keep - head))}`;
    if (textWidth(short, 11) <= room) return short;
  }
  return '';
};

/** Cut a list of values into stretches of equal ones. */
const stretches = <T>(
  values: readonly T[],
): readonly { readonly value: T; readonly from: number; readonly to: number }[] => {
  const result: { value: T; from: number; to: number }[] = [];
  values.forEach((value, i) => {
    const last = result.at(-1);
    if (last !== undefined && last.value === value) last.to = i + 1;
    else result.push({ value, from: i, to: i + 1 });
  });
  return result;
};

/**
 * Draw a timing diagram as SVG text.
 *
 * @throws ValueError for fewer than 1 or more than 200 cycles; ShapeError if a signal has another number of values.
 */
export const waveform = (diagram: Waveform): string => {
  const { signals, cycles, firstCycle = 0, spans = [], width = 720, title } = diagram;
  if (!Number.isSafeInteger(cycles) || cycles < 1 || cycles > 200) {
    throw new ValueError(`A timing diagram of ${cycles} cycles cannot be drawn: 1 to 200 are allowed.`);
  }
  for (const signal of signals) {
    if (signal.kind !== 'clock' && signal.values.length !== cycles) {
      throw new ShapeError(`Signal "${signal.name}" has ${signal.values.length} values for ${cycles} cycles.`);
    }
  }
  const left = 16 + Math.max(0, ...signals.map(({ name }) => textWidth(name, 12)));
  const step = (width - left - 12) / cycles;
  const x = (cycle: number): number => left + cycle * step;
  const markup: string[] = [];
  let top = 8;
  for (const line of title === undefined ? [] : wrapText(title, 14, width - 24)) {
    markup.push(
      textElement(width / 2, top + 14, line, { 'text-anchor': 'middle', 'font-size': 14, 'font-weight': 'bold' }),
    );
    top += 20;
  }
  const numbered = Math.max(1, Math.ceil((textWidth(String(firstCycle + cycles), 11) + 8) / step));
  const gridTop = top + 18;
  const gridBottom = gridTop + signals.length * rowHeight;
  markup.push(textElement(left - 8, top + 12, 'cycle', { 'text-anchor': 'end', 'font-size': 11 }));
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    if (cycle % numbered === 0) {
      markup.push(
        textElement(x(cycle) + step / 2, top + 12, String(firstCycle + cycle), {
          'text-anchor': 'middle',
          'font-size': 11,
        }),
      );
    }
  }
  const grid = Array.from({ length: cycles + 1 }, (_, cycle) => `M${coordinate(x(cycle))} ${gridTop}V${gridBottom}`);
  markup.push(element('path', { d: grid.join(''), stroke: 'currentColor', 'stroke-opacity': 0.15, fill: 'none' }));

  signals.forEach((signal, row) => {
    const high = gridTop + row * rowHeight + (rowHeight - swing) / 2;
    const low = high + swing;
    markup.push(textElement(left - 8, high + swing / 2 + 4, signal.name, { 'text-anchor': 'end' }));
    if (signal.kind === 'clock') {
      const pulses = Array.from(
        { length: cycles },
        (_, cycle) =>
          `V${coordinate(high)}H${coordinate(x(cycle) + step / 2)}V${coordinate(low)}H${coordinate(x(cycle + 1))}`,
      );
      const d = `M${coordinate(left)} ${coordinate(low)}${pulses.join('')}`;
      markup.push(element('path', { d, stroke: 'currentColor', 'stroke-width': 1.2, fill: 'none' }));
      return;
    }
    if (signal.kind === 'bit') {
      const levels = stretches(signal.values.map((value) => (value === undefined ? undefined : Boolean(value))));
      let d = '';
      for (const { value, from, to } of levels) {
        if (value === undefined) {
          markup.push(
            element('rect', {
              x: x(from),
              y: high,
              width: x(to) - x(from),
              height: swing,
              fill: 'currentColor',
              'fill-opacity': 0.15,
            }),
          );
          continue;
        }
        const y = coordinate(value ? high : low);
        const isJoined = from > 0 && signal.values[from - 1] !== undefined;
        d += isJoined
          ? `L${coordinate(x(from) + slope)} ${y}H${coordinate(x(to))}`
          : `M${coordinate(x(from))} ${y}H${coordinate(x(to))}`;
      }
      markup.push(element('path', { d, stroke: seriesColour(1), 'stroke-width': 1.8, fill: 'none' }));
      return;
    }
    for (const { value, from, to } of stretches(signal.values)) {
      const [a, b, middle] = [x(from), x(to), (high + low) / 2];
      const d = `M${coordinate(a)} ${coordinate(middle)}L${coordinate(a + slope)} ${coordinate(high)}H${coordinate(b - slope)}L${coordinate(b)} ${coordinate(middle)}L${coordinate(b - slope)} ${coordinate(low)}H${coordinate(a + slope)}Z`;
      const isKnown = value !== undefined;
      markup.push(
        element('path', {
          d,
          stroke: isKnown ? seriesColour(0) : 'currentColor',
          'stroke-opacity': isKnown ? 1 : 0.3,
          fill: isKnown ? seriesColour(0) : 'currentColor',
          'fill-opacity': isKnown ? 0.12 : 0.15,
        }),
      );
      if (!isKnown) continue;
      const text = fitHex(hexText(value, signal.bits), b - a - 2 * slope - 4);
      if (text !== '')
        markup.push(textElement((a + b) / 2, middle + 4, text, { 'text-anchor': 'middle', 'font-size': 11 }));
    }
  });

  let bottom = gridBottom + 4;
  for (const { from, to, label } of spans) {
    const [a, b] = [x(from - firstCycle), x(to - firstCycle)];
    const y = bottom + 12;
    const half = textWidth(label, 12) / 2;
    const isInside = b - a > 2 * half + 24;
    const middle = Math.min(width - half - 6, Math.max(half + 6, (a + b) / 2));
    const dashes = { stroke: 'currentColor', 'stroke-dasharray': '2 2', fill: 'none' };
    markup.push(
      element('path', { d: `M${coordinate(a)} ${gridTop}V${y + 4}M${coordinate(b)} ${gridTop}V${y + 4}`, ...dashes }),
    );
    const gap = isInside ? half + 5 : 0;
    const line = isInside
      ? `M${coordinate(a)} ${y}H${coordinate(middle - gap)}M${coordinate(middle + gap)} ${y}H${coordinate(b)}`
      : `M${coordinate(a)} ${y}H${coordinate(b)}`;
    const heads = `M${coordinate(a + 6)} ${y - 3}L${coordinate(a)} ${y}l6 3M${coordinate(b - 6)} ${y - 3}L${coordinate(b)} ${y}l-6 3`;
    markup.push(element('path', { d: line + heads, stroke: 'currentColor', fill: 'none' }));
    markup.push(textElement(middle, isInside ? y + 4 : y + 18, label, { 'text-anchor': 'middle' }));
    bottom += isInside ? 20 : 34;
  }
  return svgDocument(width, bottom + 8, title ?? 'Timing diagram', markup);
};
