/** From trained float parameters to raw codes, the way each profile does it. */
import { ValueError } from '../errors.ts';
import { type FixedFormat, fractionBits, fromDouble } from '../fixed/index.ts';
import type { HardwareLayer } from './hardware-layer.ts';
import type { NumericsProfile } from './options.ts';

/**
 * Read one parameter of a layer as raw codes of `format`, row-major.
 *
 * @throws ValueError if the layer lacks the parameter or a value is not finite
 */
export function quantizeParameter(
  layer: HardwareLayer,
  role: string,
  format: FixedFormat,
  profile: NumericsProfile,
): bigint[] {
  const values = layer.parameters[role];
  if (values === undefined) throw new ValueError(`Layer "${layer.name}" has no parameter "${role}".`);
  return Array.from(values, (value, index) => {
    if (!Number.isFinite(value)) {
      throw new ValueError(
        `Parameter "${role}" of layer "${layer.name}" is ${value} at position ${index}; it must be a finite number.`,
      );
    }
    return quantizeConstant(value, format, profile);
  });
}

/**
 * Quantize one float constant.
 *
 * hls4ml prints constants with as many decimals as the format has fraction bits and lets the C++ compiler read the
 * text, so a value just below a grid point can be lifted onto it; the `exact` profile converts the float itself.
 */
export function quantizeConstant(value: number, format: FixedFormat, profile: NumericsProfile): bigint {
  if (profile === 'exact') return fromDouble(value, format);
  const decimals = Math.min(100, Math.max(0, fractionBits(format)));
  return fromDouble(Number(value.toFixed(decimals)), format);
}
