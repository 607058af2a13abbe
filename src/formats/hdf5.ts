/**
 * Numeric datasets and text attributes of an HDF5 file, read with h5wasm.
 *
 * h5wasm is an optional peer (a few megabytes of WebAssembly), so it is imported when first needed. The superblock is
 * checked here first: the HDF5 library's own messages about a damaged file go to the console and name addresses, not
 * causes. Source: HDF5 File Format Specification 3.0, section II.A.
 */
import type * as H5wasm from 'h5wasm';
import { FormatError, ToolError } from '../errors.ts';
import type { WeightArray } from './weights.ts';

/** What the importers need of an HDF5 file. */
export interface Hdf5Content {
  /** Numeric datasets by path without leading slash. */
  readonly datasets: ReadonlyMap<string, WeightArray>;
  /** Text attributes by `path@attribute` (the root's path is empty: `@model_config`). */
  readonly texts: ReadonlyMap<string, string>;
}

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Tell whether bytes start with the HDF5 signature. */
export const isHdf5 = (bytes: Uint8Array): boolean => signature.every((byte, index) => bytes[index] === byte);

const littleEndian = (bytes: Uint8Array, at: number, size: number): number => {
  let value = 0;
  for (let i = size - 1; i >= 0; i -= 1) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
};

/**
 * Check the superblock of an HDF5 file.
 *
 * @param bytes - the file, or its first 48 bytes and more
 * @param size - bytes of the whole file
 * @throws FormatError if it is damaged, or promises more bytes than the file has
 */
export const checkSuperblock = (bytes: Uint8Array, size: number, source: string): void => {
  if (!isHdf5(bytes)) {
    throw new FormatError(
      `${source} is not an HDF5 file: it has ${size} bytes and does not start with the HDF5 signature.`,
    );
  }
  const version = bytes[8] ?? 0;
  const offsetSize = bytes[version < 2 ? 13 : 9] ?? 0;
  if (bytes.length < 48 || version > 3 || ![2, 4, 8].includes(offsetSize)) {
    throw new FormatError(
      `${source} has a damaged HDF5 header (version ${version}, offsets of ${offsetSize} bytes, ${size} bytes in all).`,
    );
  }
  const base = version === 0 ? 24 : version === 1 ? 28 : 12;
  const end = littleEndian(bytes, base, offsetSize) + littleEndian(bytes, base + 2 * offsetSize, offsetSize);
  if (end > size) {
    throw new FormatError(`${source} is truncated: its HDF5 header promises ${end} bytes, but it has ${size}.`);
  }
};

const loadLibrary = async (): Promise<typeof H5wasm> => {
  try {
    return await import('h5wasm');
  } catch {
    throw new ToolError('Reading HDF5 files needs the package h5wasm: install it with `npm install h5wasm@0.10.3`.');
  }
};

let fileNumber = 0;

/**
 * Read all numeric datasets and text attributes of an HDF5 file.
 *
 * @param source name of the file, for messages
 * @throws ToolError if h5wasm is not installed; FormatError if the file is truncated, damaged or no HDF5 file.
 */
export const readHdf5 = async (bytes: Uint8Array, source: string): Promise<Hdf5Content> => {
  checkSuperblock(bytes, bytes.length, source);
  const library = await loadLibrary();
  const { FS, activate_throwing_error_handler } = await library.ready;
  // Without it the C library prints pages of its call stack to the console.
  activate_throwing_error_handler();
  fileNumber += 1;
  const path = `/read-${fileNumber}.h5`;
  FS.writeFile(path, bytes);
  const datasets = new Map<string, WeightArray>();
  const texts = new Map<string, string>();
  const takeTexts = (
    where: string,
    owner: { readonly attrs: Readonly<Record<string, { readonly value: unknown }>> },
  ): void => {
    for (const name of Object.keys(owner.attrs)) {
      const { value } = owner.attrs[name];
      if (typeof value === 'string') texts.set(`${where}@${name}`, value);
    }
  };
  try {
    const file = new library.File(path, 'r');
    try {
      takeTexts('', file);
      const walk = (group: InstanceType<typeof library.Group>, prefix: string, depth: number): void => {
        if (depth > 32) throw new FormatError(`${source} nests groups more than 32 deep.`);
        for (const key of group.keys()) {
          const child = group.get(key);
          const where = `${prefix}${key}`;
          if (child instanceof library.Dataset) {
            const { shape, value } = child;
            if (shape === null || !ArrayBuffer.isView(value) || value instanceof DataView) continue;
            const data = Array.from(value as unknown as ArrayLike<number | bigint>, Number);
            datasets.set(where, { shape, data, origin: `dataset "${where}" of ${source}` });
          } else if (child instanceof library.Group) {
            takeTexts(where, child);
            walk(child, `${where}/`, depth + 1);
          }
        }
      };
      walk(file, '', 0);
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    throw new FormatError(`${source} cannot be read as HDF5: it is damaged (${reason}).`);
  } finally {
    FS.unlink(path);
  }
  return { datasets, texts };
};
