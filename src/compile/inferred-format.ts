/**
 * The formats that hls4ml infers where `auto` is asked for (passes/infer_precision.py), as functions of the formats
 * around them. Every layer that has such a rule names it here; the others fall back to the default precision.
 */
import { type FixedFormat, fixed, fractionBits, sameFormat, ufixed } from '../fixed/index.ts';

function plainFormat(signed: boolean, width: number, integer: number): FixedFormat {
  return signed ? fixed(width, integer) : ufixed(width, integer);
}

/** The type of a sum of two: one integer bit more than the wider operand, a sign if either has one. */
function sumFormat(a: FixedFormat, b: FixedFormat, signed: boolean = a.signed || b.signed): FixedFormat {
  const integer = Math.max(a.integer + Number(b.signed && !a.signed), b.integer + Number(a.signed && !b.signed)) + 1;
  return plainFormat(signed, integer + Math.max(fractionBits(a), fractionBits(b)), integer);
}

function productFormat(a: FixedFormat, b: FixedFormat): FixedFormat {
  return plainFormat(a.signed || b.signed, a.width + b.width, a.integer + b.integer);
}

/** The smallest type that holds every value of both. */
function unionFormat(a: FixedFormat, b: FixedFormat): FixedFormat {
  const signed = a.signed || b.signed;
  const integer = Math.max(a.integer + Number(signed && !a.signed), b.integer + Number(signed && !b.signed));
  return plainFormat(signed, integer + Math.max(fractionBits(a), fractionBits(b)), integer);
}

/** Accumulator and result of a dense layer or convolution: full products, ⌈log2 n⌉ bits for the sum, one for the bias. */
export function weightedSumFormat(
  input: FixedFormat,
  weight: FixedFormat,
  bias: FixedFormat,
  terms: number,
): FixedFormat {
  const growth = Math.ceil(Math.log2(terms));
  const { signed, width, integer } = productFormat(input, weight);
  return sumFormat(plainFormat(signed, width + growth, integer + growth), bias);
}

/** Result of scale·x + bias. */
export function affineFormat(input: FixedFormat, scale: FixedFormat, bias: FixedFormat): FixedFormat {
  return sumFormat(productFormat(input, scale), bias);
}

/** Accumulator of an average over `cells`: ⌈log2 cells⌉ integer and as many fraction bits more. */
export function averageFormat(input: FixedFormat, cells: number): FixedFormat {
  const extra = Math.ceil(Math.log2(cells));
  return plainFormat(input.signed, input.width + 2 * extra, input.integer + extra);
}

/** Result of a merge of two. */
export function mergeFormat(operation: string, a: FixedFormat, b: FixedFormat): FixedFormat {
  if (operation === 'multiply') return productFormat(a, b);
  if (operation === 'maximum' || operation === 'minimum') return sameFormat(a, b) ? a : unionFormat(a, b);
  return sumFormat(a, b, a.signed || b.signed || operation === 'subtract');
}

/** Result of a concatenation of two: their union with the first modes that are not the defaults. */
export function concatenateFormat(a: FixedFormat, b: FixedFormat): FixedFormat {
  if (sameFormat(a, b)) return a;
  return {
    ...unionFormat(a, b),
    quantization: a.quantization === 'AP_TRN' ? b.quantization : a.quantization,
    overflow: a.overflow === 'AP_WRAP' ? b.overflow : a.overflow,
    saturationBits: a.saturationBits === 0 ? b.saturationBits : a.saturationBits,
  };
}

/** Type of one constant parameter: the bits that it needs, at most 8 beside the sign. */
export function constantFormat(value: number): FixedFormat {
  if (value === 0) return ufixed(1, 1);
  const magnitude = Math.abs(value);
  let fraction = -64;
  while (!Number.isInteger(magnitude * 2 ** fraction)) fraction++;
  const signed = value < 0;
  // A negative power of two needs no integer bit of its own beside the sign.
  const integer = signed ? Math.ceil(Math.log2(magnitude)) : Math.floor(Math.log2(magnitude)) + 1;
  const sign = Number(signed);
  return plainFormat(signed, Math.min(sign + integer + fraction, sign + 8), sign + integer);
}
