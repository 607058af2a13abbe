/**
 * Fixed-point formats of the input elements: as narrow as what each feature can be.
 *
 * Training rounds all inputs to one common format. Flags are 0 or 1 there, the charge −1, 0 or 1, and twice the PUPPI
 * weight lies in [0, 2], so narrower formats hold the same values and spare the hardware wires and multiplier bits.
 */
import { type FixedFormat, formatText, fractionBits, parseFormat, rawRange } from '../../../fixed/index.ts';
import { continuousFeatures, featureCount, puppiWeightColumn } from '../data/data.ts';

/**
 * Give the narrowest format of every input element for scaled features.
 *
 * A feature whose extreme values the common format does not hold exactly keeps the common format.
 *
 * @param common - `ap_fixed` text of the common format
 * @returns 16 texts in feature order
 * @throws FormatError if the text is malformed
 */
export function inputFormats(common: string): string[] {
  const format = parseFormat(common);
  const fraction = fractionBits(format);
  const { lo, hi } = rawRange(format);
  const holds = (...values: number[]): boolean =>
    fraction >= 0 && values.every((v) => BigInt(v) << BigInt(fraction) >= lo && BigInt(v) << BigInt(fraction) <= hi);
  const narrow = (changes: Partial<FixedFormat>, ...values: number[]): string =>
    formatText(holds(...values) ? { ...format, ...changes } : format);
  return Array.from({ length: featureCount }, (_, feature) => {
    if (continuousFeatures.includes(feature)) return formatText(format);
    if (feature === puppiWeightColumn) return narrow({ signed: false, width: 2 + fraction, integer: 2 }, 0, 2);
    if (feature === 7) return narrow({ signed: true, width: 2, integer: 2 }, -1, 1);
    return narrow({ signed: false, width: 1, integer: 1 }, 0, 1);
  });
}
