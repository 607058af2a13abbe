/**
 * QKeras quantizers that are fixed-point formats in disguise: `quantized_bits` and `quantized_relu`.
 *
 * quantized_bits(bits, integer, keep_negative) with alpha 1 has the values of `ap_fixed<bits, integer + 1>`; a weight
 * is rounded half to even and clipped, so the snapped float is exactly the number the hardware holds.
 * quantized_relu(bits, integer) has the values of `ap_ufixed<bits, integer>`. Scales chosen at run time
 * (alpha "auto"), powers of two, binary and ternary quantizers are no fixed-point format and are refused by name.
 * Source: QKeras `quantizers.py`; the format choice is hls4ml's.
 */
import { UnsupportedError } from '../errors.ts';
import { booleanField, type Fields, integerField, isFields, numberField } from './config-fields.ts';

/** A quantizer as configuration text or object gave it. */
export interface Quantizer {
  readonly name: string;
  readonly config: Fields;
}

const positional: Readonly<Record<string, readonly string[]>> = {
  quantized_bits: ['bits', 'integer', 'symmetric', 'keep_negative', 'alpha'],
  quantized_relu: ['bits', 'integer', 'use_sigmoid', 'negative_slope'],
};

const literal = (text: string): unknown => {
  if (text === 'True') return true;
  if (text === 'False') return false;
  if (text === 'None') return null;
  const value = Number(text);
  return text !== '' && Number.isFinite(value) ? value : text.replaceAll(/^['"]|['"]$/g, '');
};

const parseCall = (text: string): Quantizer => {
  const call = /^\s*(\w+)\s*(?:\((.*)\))?\s*$/.exec(text);
  if (call === null) return { name: text, config: {} };
  const [, name, list = ''] = call;
  const config: Record<string, unknown> = {};
  list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .forEach((part, index) => {
      const [key, value] = part.split('=').map((side) => side.trim());
      if (value === undefined) config[positional[name]?.[index] ?? String(index)] = literal(key);
      else config[key] = literal(value);
    });
  return { name, config };
};

/** Read a quantizer or activation given as text (`quantized_relu(3,1)`) or as a Keras object; undefined for null. */
export const readQuantizer = (value: unknown): Quantizer | undefined => {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return parseCall(value);
  if (isFields(value) && typeof value['class_name'] === 'string') {
    const config = value['config'];
    return { name: value['class_name'], config: isFields(config) ? config : {} };
  }
  return { name: JSON.stringify(value), config: {} };
};

const refuse = (owner: string, what: string): UnsupportedError =>
  new UnsupportedError(
    `${owner} uses ${what}, but of QKeras's quantizers only quantized_bits (alpha 1 or none) and quantized_relu are supported.`,
  );

const bitsOf = (quantizer: Quantizer, owner: string) => {
  const { config } = quantizer;
  const alpha = config['alpha'] ?? 1;
  if (alpha !== 1) throw refuse(owner, `${quantizer.name} with alpha ${JSON.stringify(alpha)}`);
  if ((config['post_training_scale'] ?? null) !== null) {
    throw refuse(owner, `${quantizer.name} with a post-training scale`);
  }
  const bits = integerField(config, 'bits', owner, 1, 8);
  const negative = booleanField(config, 'keep_negative', owner, true);
  if (negative && bits === 1) throw refuse(owner, 'quantized_bits of 1 bit (binary)');
  return {
    bits,
    negative,
    integer: integerField(config, 'integer', owner, -64, 0),
    symmetric: booleanField(config, 'symmetric', owner, false),
  };
};

const roundHalfToEven = (x: number): number => {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
};

/** The format of quantized weights as `ap_fixed` text, and the function that snaps a float weight onto it. */
export interface WeightQuantizer {
  readonly precision: string;
  readonly snap: (weight: number) => number;
}

/**
 * Give the fixed-point format and rounding of a weight quantizer (`quantized_bits` only).
 *
 * @throws UnsupportedError naming any other quantizer.
 */
export const weightQuantizer = (quantizer: Quantizer, owner: string): WeightQuantizer => {
  if (quantizer.name !== 'quantized_bits') throw refuse(owner, quantizer.name);
  const { bits, integer, negative, symmetric } = bitsOf(quantizer, owner);
  const scale = 2 ** (bits - (negative ? 1 : 0) - integer);
  const top = 2 ** (bits - (negative ? 1 : 0)) - 1;
  const bottom = negative ? -top - (symmetric ? 0 : 1) : 0;
  return {
    precision: negative ? `ap_fixed<${bits},${integer + 1}>` : `ap_ufixed<${bits},${integer}>`,
    snap: (weight) => Math.min(top, Math.max(bottom, roundHalfToEven(weight * scale))) / scale,
  };
};

/** An activation quantizer as a layer: the kind of function, and the format of its result as `ap_fixed` text. */
export interface ActivationQuantizer {
  readonly kind: 'relu' | 'linear';
  readonly precision: string;
}

/**
 * Give the function and result format of an activation quantizer (`quantized_relu`, `quantized_bits`).
 *
 * @throws UnsupportedError naming any other quantizer or an option without fixed-point meaning.
 */
export const activationQuantizer = (quantizer: Quantizer, owner: string): ActivationQuantizer => {
  if (quantizer.name === 'quantized_bits') {
    const { bits, integer, negative, symmetric } = bitsOf(quantizer, owner);
    const modes = `AP_RND_CONV,${symmetric && negative ? 'AP_SAT_SYM' : 'AP_SAT'}`;
    const format = negative ? `ap_fixed<${bits},${integer + 1},${modes}>` : `ap_ufixed<${bits},${integer},${modes}>`;
    return { kind: 'linear', precision: format };
  }
  if (quantizer.name === 'quantized_relu') {
    const { config } = quantizer;
    if (numberField(config, 'negative_slope', owner, 0) !== 0)
      throw refuse(owner, 'quantized_relu with a negative slope');
    if (booleanField(config, 'use_sigmoid', owner, false)) throw refuse(owner, 'quantized_relu with use_sigmoid');
    if ((config['relu_upper_bound'] ?? null) !== null) throw refuse(owner, 'quantized_relu with an upper bound');
    const bits = integerField(config, 'bits', owner, 1, 8);
    const integer = integerField(config, 'integer', owner, -64, 0);
    return { kind: 'relu', precision: `ap_ufixed<${bits},${integer},AP_RND_CONV,AP_SAT>` };
  }
  throw refuse(owner, quantizer.name);
};
