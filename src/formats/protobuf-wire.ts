/**
 * The wire format of Protocol Buffers: tagged fields to and from bytes, without schemas.
 *
 * ONNX needs seven message types with a handful of fields each; reading tags directly keeps a schema compiler out of
 * the package. Groups (wire types 3 and 4) are obsolete and refused.
 * Source: protobuf.dev/programming-guides/encoding.
 */
import { FormatError } from '../errors.ts';

/** One field of a message: a varint (kind 0), eight bytes (1), a byte string (2) or four bytes (5). */
export type WireField =
  | { readonly number: number; readonly kind: 0; readonly value: bigint; readonly at: number }
  | { readonly number: number; readonly kind: 1 | 2 | 5; readonly value: Uint8Array; readonly at: number };

/** Where a message lies in its file, for error messages. */
export interface WireOrigin {
  readonly source: string;
  /** Byte offset of the message in the file. */
  readonly at: number;
}

const broken = ({ source, at }: WireOrigin, offset: number, what: string): FormatError =>
  new FormatError(`${source} is truncated or damaged at byte ${at + offset}: ${what}.`);

const readVarint = (bytes: Uint8Array, start: number, origin: WireOrigin): readonly [value: bigint, next: number] => {
  let value = 0n;
  for (let i = 0; i < 10; i += 1) {
    const byte = bytes[start + i];
    if (byte === undefined) throw broken(origin, start, 'a number is cut off');
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return [BigInt.asUintN(64, value), start + i + 1];
  }
  throw broken(origin, start, 'a number is longer than ten bytes');
};

/**
 * Split a message into its fields, in file order.
 *
 * @throws FormatError naming the source and the byte where the message breaks off.
 */
export const readWireFields = (bytes: Uint8Array, origin: WireOrigin): readonly WireField[] => {
  const fields: WireField[] = [];
  let next = 0;
  while (next < bytes.length) {
    const start = next;
    const [tag, afterTag] = readVarint(bytes, start, origin);
    const number = Number(tag >> 3n);
    const kind = Number(tag & 7n);
    if (number === 0) throw broken(origin, start, 'field number 0 is not allowed');
    if (kind === 0) {
      const [value, end] = readVarint(bytes, afterTag, origin);
      fields.push({ number, kind, value, at: origin.at + afterTag });
      next = end;
    } else if (kind === 1 || kind === 5 || kind === 2) {
      const [length, begin] =
        kind === 2 ? readVarint(bytes, afterTag, origin) : ([kind === 1 ? 8n : 4n, afterTag] as const);
      if (length > BigInt(bytes.length - begin)) {
        throw broken(origin, start, `field ${number} promises ${length} bytes, but ${bytes.length - begin} are left`);
      }
      next = begin + Number(length);
      fields.push({ number, kind, value: bytes.subarray(begin, next), at: origin.at + begin });
    } else {
      throw broken(origin, start, `wire type ${kind} is not 0, 1, 2 or 5`);
    }
  }
  return fields;
};

/** Read the varints of a packed field. Throws FormatError if the last is cut off. */
export const readPackedVarints = (bytes: Uint8Array, origin: WireOrigin): readonly bigint[] => {
  const values: bigint[] = [];
  for (let next = 0; next < bytes.length;) {
    const [value, end] = readVarint(bytes, next, origin);
    values.push(value);
    next = end;
  }
  return values;
};

const varint = (value: bigint): number[] => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return bytes;
};

/** Join byte arrays. */
export const joinBytes = (parts: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
};

/** Write a varint field; negative numbers as 64-bit two's complement. */
export const wireVarint = (number: number, value: number | bigint): Uint8Array =>
  Uint8Array.from([...varint(BigInt(number << 3)), ...varint(BigInt(value))]);

/** Write a length-delimited field: bytes, a UTF-8 text, or a message made of fields. */
export const wireBytes = (number: number, value: Uint8Array | string | readonly Uint8Array[]): Uint8Array => {
  const bytes =
    typeof value === 'string'
      ? new TextEncoder().encode(value)
      : value instanceof Uint8Array
        ? value
        : joinBytes(value);
  return joinBytes([Uint8Array.from([...varint(BigInt((number << 3) | 2)), ...varint(BigInt(bytes.length))]), bytes]);
};

/** Write a four-byte little-endian float field. */
export const wireFloat = (number: number, value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joinBytes([Uint8Array.from(varint(BigInt((number << 3) | 5))), bytes]);
};
