/** Measurements as text. */
import type { Measurement } from '../../../physics/index.ts';

/** Write a number with so many decimals and a minus sign as wide as a plus. */
export function fixedText(value: number, decimals: number): string {
  return value.toFixed(decimals).replace('-', '−');
}

/** Write a measurement with its error: 0.072 ± 0.009. */
export function withError({ value, error }: Measurement, decimals: number): string {
  return `${fixedText(value, decimals)} ± ${error.toFixed(decimals)}`;
}
