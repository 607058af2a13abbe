/** Fixed-point formats, casts, exact arithmetic and text with the semantics of `ap_fixed`. */
export { type Aligned, align } from './align.ts';
export {
  abs,
  accumulate,
  add,
  decrement,
  divide,
  increment,
  modulo,
  multiply,
  negate,
  subtract,
} from './arithmetic.ts';
export { bitwise, type BitwiseOperation, invert } from './bitwise.ts';
export { castNumber, MAX_NUMBER_WIDTH, numberCaster, quantizeFloats } from './cast-number.ts';
export { cast } from './cast.ts';
export { compare, equals } from './compare.ts';
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
  isWrapping,
  MAX_INTEGER,
  MAX_WIDTH,
  type Overflow,
  OVERFLOWS,
  type Quantization,
  QUANTIZATIONS,
  rawRange,
  sameCodes,
  sameFormat,
  ufixed,
} from './format.ts';
export { overflowRaw } from './overflow.ts';
export { parseFormat } from './parse.ts';
export {
  bitwiseFormat,
  differenceFormat,
  magnitudeFormat,
  negationFormat,
  productFormat,
  quotientFormat,
  remainderFormat,
  sumFormat,
} from './result-format.ts';
export { quantizeRaw } from './rounding.ts';
export { shiftLeft, shiftRight } from './shift.ts';
export { fromText, type TextRadix, toText, vendorText } from './text.ts';
export { convert, doubleOfValue, type FixedValue, fixedValue, toInteger, valueOfDouble } from './value.ts';
