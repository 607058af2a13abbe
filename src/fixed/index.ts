/** Fixed-point formats, casts, exact arithmetic and text with the semantics of `ap_fixed`. */
export { cast } from './cast.ts';
export {
  bitLength,
  decodeDouble,
  fromDouble,
  type FromDoubleOptions,
  type NonFinite,
  powerOfTwo,
  toDouble,
  toFloat,
} from './double.ts';
export {
  exactFormat,
  fixed,
  type FixedFormat,
  type FormatOptions,
  type FormatPart,
  formatProblem,
  formatText,
  fractionBits,
  holdsRaw,
  MAX_INTEGER,
  MAX_WIDTH,
  type Overflow,
  OVERFLOWS,
  type Quantization,
  QUANTIZATIONS,
  rawRange,
  sameFormat,
  ufixed,
} from './format.ts';
export { overflowRaw } from './overflow.ts';
export { parseFormat } from './parse.ts';
export { quantizeRaw } from './rounding.ts';
