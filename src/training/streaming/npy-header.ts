/**
 * The header of a shard file: `.npy` of version 1, little-endian, C order (source: numpy.lib.format).
 *
 * Shards are read in ranges, and dtype and shape are known from the index; so a header is never taken apart, only
 * compared with the one that the index demands.
 */
import type { Dtype } from '../../tensor/index.ts';

/** Give the dictionary of a header, as NumPy writes it before padding. */
export const npyDictionary = (dtype: Dtype, shape: readonly number[]): string => {
  const extents = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  return `{'descr': '<${dtype === 'f32' ? 'f4' : 'i4'}', 'fortran_order': False, 'shape': ${extents}, }`;
};

/** Give the bytes before the data of a `.npy` file; their number is a multiple of 64. */
export const npyHeader = (dtype: Dtype, shape: readonly number[]): Uint8Array => {
  const dictionary = npyDictionary(dtype, shape);
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const header = new Uint8Array(length).fill(0x20);
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(header.buffer).setUint16(8, length - 10, true);
  header.set(new TextEncoder().encode(dictionary), 10);
  header[length - 1] = 0x0a;
  return header;
};
