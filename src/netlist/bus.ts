/**
 * Flattened buses: how a vector of raw codes becomes one port.
 *
 * Element 0 stands in the least significant bits; each element takes as many bits as its format, two's complement.
 */
import { ShapeError } from '../errors.ts';
import type { FixedFormat } from '../fixed/index.ts';

/** Total bits of a flattened bus of these formats. */
export function busWidth(formats: readonly { readonly width: number }[]): number {
  return formats.reduce((sum, format) => sum + format.width, 0);
}

/** First bits of elements, by the list of their formats: buses of many elements are cut element by element. */
const firstBits = new WeakMap<readonly { readonly width: number }[], readonly number[]>();

/** Least significant bit of an element within a flattened bus; the list of formats must not change. */
export function elementBit(formats: readonly { readonly width: number }[], index: number): number {
  let bits = firstBits.get(formats);
  if (bits === undefined) {
    let next = 0;
    bits = formats.map(({ width }) => (next += width) - width);
    firstBits.set(formats, bits);
  }
  return bits[index]!;
}

/** Join raw codes into the pattern of a flattened bus; every code must be one of its format. */
export function packVector(formats: readonly FixedFormat[], raws: readonly bigint[]): bigint {
  if (raws.length !== formats.length) {
    throw new ShapeError(`vector has ${raws.length} elements, must have ${formats.length}`);
  }
  let bus = 0n;
  for (let k = raws.length - 1; k >= 0; k -= 1) {
    const width = formats[k]!.width;
    bus = (bus << BigInt(width)) | BigInt.asUintN(width, raws[k]!);
  }
  return bus;
}

/** Cut the pattern of a flattened bus into raw codes. */
export function unpackVector(formats: readonly FixedFormat[], bus: bigint): bigint[] {
  let rest = bus;
  return formats.map(({ width, signed }) => {
    const raw = signed ? BigInt.asIntN(width, rest) : BigInt.asUintN(width, rest);
    rest >>= BigInt(width);
    return raw;
  });
}
