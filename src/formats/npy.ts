/**
 * NumPy's `.npy` arrays to and from bytes.
 *
 * Versions 1 to 3, either byte order, C and Fortran order; element types f4, f8, i1 to i8, u1 to u8 and bool. Data are
 * always handed over in row-major order. Pickled objects, complex numbers, text and records are refused by name.
 * Source: numpy.lib.format ("NPY format", NEP 1).
 */
import { FormatError, ShapeError, UnsupportedError } from '../errors.ts';

/** Element type of a `.npy` array, in NumPy's code without byte order. */
export type NpyType = 'f4' | 'f8' | 'i1' | 'i2' | 'i4' | 'i8' | 'u1' | 'u2' | 'u4' | 'u8' | 'b1';

/** Typed arrays that a `.npy` array can hold; 64-bit integers are bigints, bool is 0 and 1 in bytes. */
export type NpyData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** An array of a `.npy` file. */
export interface NpyArray {
  readonly type: NpyType;
  readonly shape: readonly number[];
  /** Elements in row-major order. */
  readonly data: NpyData;
}

interface TypeRule {
  readonly size: 1 | 2 | 4 | 8;
  readonly make: (length: number) => NpyData;
}

const types: Readonly<Record<NpyType, TypeRule>> = {
  f4: { size: 4, make: (n) => new Float32Array(n) },
  f8: { size: 8, make: (n) => new Float64Array(n) },
  i1: { size: 1, make: (n) => new Int8Array(n) },
  i2: { size: 2, make: (n) => new Int16Array(n) },
  i4: { size: 4, make: (n) => new Int32Array(n) },
  i8: { size: 8, make: (n) => new BigInt64Array(n) },
  u1: { size: 1, make: (n) => new Uint8Array(n) },
  u2: { size: 2, make: (n) => new Uint16Array(n) },
  u4: { size: 4, make: (n) => new Uint32Array(n) },
  u8: { size: 8, make: (n) => new BigUint64Array(n) },
  b1: { size: 1, make: (n) => new Uint8Array(n) },
};

const isType = (code: string): code is NpyType => Object.hasOwn(types, code);

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

interface Header {
  readonly bigEndian: boolean;
  readonly type: NpyType;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

const parseHeader = (text: string, source: string, at: number): Header => {
  const entry = (key: string, pattern: string): string => {
    const match = new RegExp(`['"]${key}['"]\\s*:\\s*(${pattern})`).exec(text);
    if (match === null) {
      throw new FormatError(`${source} has no valid "${key}" in its header (bytes ${at} to ${at + text.length}).`);
    }
    return match[1];
  };
  if (!/^\s*\{.*\}\s*$/s.test(text)) {
    throw new FormatError(`${source} has a header that is no dictionary (bytes ${at} to ${at + text.length}).`);
  }
  const description = entry('descr', String.raw`'[^']*'|"[^"]*"|\[`);
  const code = description.slice(1, -1);
  const type = /^[<>|=]?/.exec(code)?.[0] === '' ? code : code.slice(1);
  if (!isType(type)) {
    throw new UnsupportedError(
      `${source} has element type ${description}, but only ${Object.keys(types).join(', ')} are supported.`,
    );
  }
  const tuple = entry('shape', String.raw`\([\d\s,L]*\)`);
  const shape = tuple
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim().replace(/L$/, ''))
    .filter((part) => part !== '')
    .map(Number);
  if (!shape.every(Number.isSafeInteger)) throw new FormatError(`${source} has shape ${tuple}, which is too large.`);
  return {
    bigEndian: code.startsWith('>'),
    type,
    fortran: entry('fortran_order', 'True|False') === 'True',
    shape,
  };
};

const readElements = (view: DataView, header: Header, count: number): NpyData => {
  const { size, make } = types[header.type];
  const data = make(count);
  const bytes = new Uint8Array(data.buffer);
  // Typed arrays are little-endian on every platform that JavaScript runs on today, so only '>' needs a swap.
  for (let i = 0; i < count * size; i += 1) {
    const from = header.bigEndian ? i - (i % size) + (size - 1 - (i % size)) : i;
    bytes[i] = view.getUint8(from);
  }
  return data;
};

/** Reorder column-major data to row-major. */
const toRowMajor = (data: NpyData, shape: readonly number[], type: NpyType): NpyData => {
  const result = types[type].make(data.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1));
  const index = shape.map(() => 0);
  for (let i = 0; i < data.length; i += 1) {
    result[i] = data[index.reduce((sum, k, axis) => sum + k * strides[axis], 0)];
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      index[axis] += 1;
      if (index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return result;
};

/**
 * Read a `.npy` file.
 *
 * @param source name of the file, for messages
 * @throws FormatError with the byte position if it is malformed, truncated or too long; UnsupportedError for an element
 *   type other than {@link NpyType}.
 */
export const readNpy = (bytes: Uint8Array, source: string): NpyArray => {
  if (!magic.every((byte, index) => bytes[index] === byte)) {
    throw new FormatError(`${source} is not a .npy file: it does not start with "\\x93NUMPY" at byte 0.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) {
    throw new FormatError(`${source} has .npy version ${version} at byte 6, but only 1, 2 and 3 exist.`);
  }
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start)
    throw new FormatError(`${source} is truncated: it ends at byte ${bytes.length}, in its header.`);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) {
    throw new FormatError(
      `${source} is truncated: its header ends at byte ${start + length}, but it has ${bytes.length}.`,
    );
  }
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, start + length));
  const header = parseHeader(text, source, start);
  const count = header.shape.reduce((product, n) => product * n, 1);
  const needed = start + length + count * types[header.type].size;
  if (needed !== bytes.length) {
    const what = needed > bytes.length ? 'is truncated' : 'is too long';
    throw new FormatError(
      `${source} ${what}: shape [${header.shape.join(', ')}] of ${header.type} ends at byte ${needed}, but it has ${bytes.length}.`,
    );
  }
  const data = readElements(new DataView(bytes.buffer, bytes.byteOffset + start + length), header, count);
  const isReordered = header.fortran && header.shape.length > 1;
  return {
    type: header.type,
    shape: header.shape,
    data: isReordered ? toRowMajor(data, header.shape, header.type) : data,
  };
};

/**
 * Write a `.npy` file (version 1, or 2 for a very long shape; little-endian, C order).
 *
 * @throws ShapeError if the number of elements is not the product of the shape.
 */
export const writeNpy = (array: NpyArray): Uint8Array => {
  const count = array.shape.reduce((product, n) => product * n, 1);
  if (count !== array.data.length) {
    throw new ShapeError(
      `An array of shape [${array.shape.join(', ')}] needs ${count} elements, not ${array.data.length}.`,
    );
  }
  const order = types[array.type].size === 1 ? '|' : '<';
  const tuple = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(', ')})`;
  const dictionary = `{'descr': '${order}${array.type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const isLong = dictionary.length + 75 > 65535;
  const start = isLong ? 12 : 10;
  // NumPy pads the header with spaces so that the data start at a multiple of 64 bytes.
  const padded = Math.ceil((start + dictionary.length + 1) / 64) * 64;
  const text = `${dictionary.padEnd(padded - start - 1)}\n`;
  const body = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
  const bytes = new Uint8Array(padded + body.length);
  bytes.set(magic);
  bytes[6] = isLong ? 2 : 1;
  const view = new DataView(bytes.buffer);
  if (isLong) view.setUint32(8, text.length, true);
  else view.setUint16(8, text.length, true);
  bytes.set(new TextEncoder().encode(text), start);
  bytes.set(body, padded);
  return bytes;
};
