/**
 * Ticks at round numbers, and their labels.
 *
 * Linear steps are 1, 2 or 5 times a power of ten; logarithmic ticks are decades, with 2 and 5 labelled where fewer
 * than two decades are shown. Powers of ten are parsed from text (`1e-3`) because `10 ** -3` need not be exact.
 */

/** A tick: its value and its label; an empty label is a minor tick. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Ticks of an axis, with the power of ten that its labels leave out (0 for none). */
export interface Ticks {
  readonly ticks: readonly Tick[];
  readonly exponent: number;
}

const power = (n: number): number => Number(`1e${n}`);

/** Largest n with 10^n ≤ value, for a positive value. */
const decade = (value: number): number => {
  const guess = Math.floor(Math.log10(value));
  if (power(guess + 1) <= value) return guess + 1;
  return power(guess) > value ? guess - 1 : guess;
};

/** Write an integer as Unicode superscript: −3 → ⁻³. */
export const superscript = (n: number): string =>
  Array.from(String(n), (digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])).join('');

const plain = (value: number, decimals: number): string => {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.length > 4 ? whole.replaceAll(/\B(?=(\d{3})+$)/g, '\u2009') : whole;
  const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? '−' : '';
  return `${sign}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
};

/** Find the round step that cuts a span into at most `most` intervals. */
export const niceStep = (span: number, most: number): number => {
  const rough = span / Math.max(1, most);
  const base = decade(rough);
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power(base) >= rough * (1 - 1e-9)) ?? 10;
  return factor === 10 ? power(base + 1) : factor * power(base);
};

/** Make linear ticks inside [low, high], at most `most` + 1 of them. */
export const linearTicks = (low: number, high: number, most: number): Ticks => {
  const step = niceStep(high - low, most);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const largest = Math.max(Math.abs(first), Math.abs(last)) * step;
  const top = largest === 0 ? 0 : decade(largest);
  const exponent = top >= 6 || top <= -4 ? top : 0;
  const decimals = Math.max(0, exponent - decade(step * (1 + 1e-9)));
  const scale = exponent >= 0 ? 1 / power(exponent) : power(-exponent);
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const value = (first + i) * step;
    return { value, label: plain(value * scale, decimals) };
  });
  return { ticks, exponent };
};

const logLabel = (mantissa: number, n: number, isPlain: boolean): string => {
  if (isPlain) return plain(mantissa * power(n), Math.max(0, -n));
  return mantissa === 1 ? `10${superscript(n)}` : `${mantissa}·10${superscript(n)}`;
};

/** Make logarithmic ticks inside [low, high], both positive, with at most `most` + 1 labels. */
export const logTicks = (low: number, high: number, most: number): Ticks => {
  const first = decade(low);
  const last = decade(high);
  const decades = last - first;
  const every = Math.max(1, Math.ceil(decades / Math.max(1, most)));
  // All labels of an axis in one notation: 0.01 … 1000 written out, wider ranges as powers.
  const isPlain = first >= -2 && last <= 3;
  const ticks: Tick[] = [];
  for (let n = first; n <= last; n += 1) {
    for (let mantissa = 1; mantissa <= 9; mantissa += 1) {
      const value = Number(`${mantissa}e${n}`);
      if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) continue;
      const isLabelled = mantissa === 1 ? n % every === 0 : decades < 2 && (mantissa === 2 || mantissa === 5);
      if (mantissa === 1 || every === 1) ticks.push({ value, label: isLabelled ? logLabel(mantissa, n, isPlain) : '' });
    }
  }
  return { ticks, exponent: 0 };
};
