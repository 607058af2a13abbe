/**
 * Metadata, `quantize` and `dequantize` of an exported ES module, as text.
 *
 * `quantize` converts doubles as the formats of the inputs say, modes included: products with powers of two and the
 * comparison with the middle between two codes are exact in doubles. Only the modes that occur are written.
 */
import { type FixedFormat, formatText, fractionBits, rawRange, sameFormat } from '../../fixed/index.ts';
import type { ExportProgram, ProgramPort } from './program.ts';

interface PortText {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  /** One text where all elements have the same format. */
  readonly formats: readonly string[];
}

/** Describe ports by name, place among the codes, and formats. */
export function describePorts(ports: readonly ProgramPort[]): PortText[] {
  let offset = 0;
  return ports.map(({ name, formats }) => {
    const start = offset;
    offset += formats.length;
    const same = formats.every((format) => sameFormat(format, formats[0]!));
    return {
      name,
      offset: start,
      length: formats.length,
      formats: (same ? formats.slice(0, 1) : formats).map(formatText),
    };
  });
}

/** Write `name`, `hash`, `inputs`, `outputs`, `quantize` and `dequantize`. */
export function codecText(program: ExportProgram, hash: string): string {
  const inputs = program.inputs.flatMap((port) => port.formats);
  const outputs = program.outputs.flatMap((port) => port.formats);
  const distinct: FixedFormat[] = [];
  const numberOf = (format: FixedFormat): number => {
    const known = distinct.findIndex((other) => sameFormat(other, format));
    return known >= 0 ? known : distinct.push(format) - 1;
  };
  const numbers = inputs.map(numberOf);
  const plain = distinct.map((format) => {
    const { lo, hi } = rawRange(format);
    const { width, quantization, overflow, saturationBits } = format;
    const fields = [Number(lo), Number(hi), 2 ** fractionBits(format), width];
    return `  [${fields.join(', ')}, '${quantization}', '${overflow}', ${saturationBits}],`;
  });
  const weights = outputs.map((format) => 2 ** -fractionBits(format));
  const list = (values: readonly number[]): string =>
    values.every((value) => value === values[0]) ? String(values[0]) : `[${values.join(', ')}]`;
  const at = (values: readonly number[], text: string): string =>
    values.every((value) => value === values[0]) ? text : `${text}[k]`;
  return `export const name = ${JSON.stringify(program.name)};
// SHA-256 of the circuits that this file was made from.
export const hash = '${hash}';
export const inputs = ${JSON.stringify(describePorts(program.inputs))};
export const outputs = ${JSON.stringify(describePorts(program.outputs))};

// Distinct input formats: lowest code, highest code, codes per unit, bits, quantization, overflow, saturation bits.
var codecs = [
${plain.join('\n')}
];
var codecOf = ${list(numbers)};
var unitOf = ${list(weights)};

function encode(x, codec) {
  var lo = codec[0];
  var hi = codec[1];
  if (x - x !== 0) throw new RangeError('The value ' + x + ' is not finite.');
  var scaled = x * codec[2];
  if (scaled === 0) scaled = x;
  var floor = Math.floor(scaled);
  var raw = floor;
${roundingText(distinct)}${overflowText(distinct)}
}

// Raw codes of real values, into codes if given.
export function quantize(values, codes) {
  if (values.length !== ${inputs.length}) throw new RangeError('${inputs.length} values are needed, not ' + values.length + '.');
  var result = codes || new Int32Array(${inputs.length});
  for (var k = 0; k < ${inputs.length}; k++) result[k] = encode(values[k], codecs[${at(numbers, 'codecOf')}]);
  return result;
}

// Real values of output codes, into values if given.
export function dequantize(codes, values) {
  var result = values || new Float64Array(${outputs.length});
  for (var k = 0; k < ${outputs.length}; k++) result[k] = codes[k] * ${at(weights, 'unitOf')};
  return result;
}`;
}

const roundings: Readonly<Record<Exclude<FixedFormat['quantization'], 'AP_TRN'>, string>> = {
  AP_RND: 'scaled >= middle',
  AP_RND_MIN_INF: 'scaled > middle',
  AP_RND_ZERO: 'scaled > middle || (scaled === middle && x < 0)',
  AP_RND_INF: 'scaled > middle || (scaled === middle && x > 0)',
  AP_RND_CONV: 'scaled > middle || (scaled === middle && floor % 2 !== 0)',
  AP_TRN_ZERO: 'x < 0',
};

function roundingText(formats: readonly FixedFormat[]): string {
  const modes = [...new Set(formats.map(({ quantization }) => quantization))];
  if (modes.every((mode) => mode === 'AP_TRN')) return '';
  const lines = modes
    .flatMap((mode) =>
      mode === 'AP_TRN' ? [] : [`    if (codec[4] === '${mode}' && (${roundings[mode]})) raw = floor + 1;`],
    )
    .join('\n');
  return `  if (floor !== scaled) {
    var middle = floor + 0.5;
${lines}
  }
`;
}

/** `modulo` of an infinite value is 0: it stands for a multiple of a large power of two. */
const modulo = `  var modulo = function (value, m) {
    return value - value === 0 ? value - Math.floor(value / m) * m : 0;
  };`;

const overflows: Readonly<Record<FixedFormat['overflow'], string>> = {
  AP_SAT: `  if (codec[5] === 'AP_SAT') return raw < lo ? lo : raw > hi ? hi : raw;`,
  AP_SAT_SYM: `  if (codec[5] === 'AP_SAT_SYM') {
    var least = lo < 0 && codec[3] > 1 ? -hi : lo;
    return raw < least ? least : raw > hi ? hi : raw;
  }`,
  AP_SAT_ZERO: `  if (codec[5] === 'AP_SAT_ZERO') return raw < lo || raw > hi ? 0 : raw;`,
  AP_WRAP: `  if (codec[5] === 'AP_WRAP') {
    if (raw >= lo && raw <= hi) return raw;
    var n = codec[6];
    var m = Math.pow(2, codec[3] - n);
    var low = modulo(raw, m);
    if (lo === 0) return low + (n === 0 ? 0 : m * (Math.pow(2, n) - 1));
    if (n === 0) return low > hi ? low - m : low;
    return low + (raw < 0 ? lo : -lo - m);
  }`,
  AP_WRAP_SM: `  if (codec[5] === 'AP_WRAP_SM') {
    if (raw >= lo && raw <= hi) return raw;
    var bits = codec[6];
    var bit = function (value, index) {
      return modulo(Math.floor(value / Math.pow(2, index)), 2) === 1;
    };
    var negative = bits === 0 ? bit(floor, codec[3]) : raw < 0;
    var different = negative !== bit(raw, codec[3] - (bits === 0 ? 1 : bits));
    var span = Math.pow(2, codec[3] - (bits === 0 ? 1 : bits));
    var kept = modulo(raw, span);
    if (bits <= 1 ? different : !different) kept = span - 1 - kept;
    return kept + (negative ? lo : bits <= 1 ? 0 : -lo - span);
  }`,
};

function overflowText(formats: readonly FixedFormat[]): string {
  const modes = [...new Set(formats.map(({ overflow }) => overflow))];
  const wraps = modes.some((mode) => mode === 'AP_WRAP' || mode === 'AP_WRAP_SM');
  return [...(wraps ? [modulo] : []), ...modes.map((mode) => overflows[mode]), '  return raw;'].join('\n');
}
