/**
 * Parts of the numeric datasets of an HDF5 file that is too large to be loaded, read with h5wasm from the disk.
 *
 * `readHdf5` copies a whole file into memory, which suits weights; files of events have gigabytes. The Node build of
 * h5wasm works on the files of the disk, and a dataset is read one hyperslab at a time. Needs Node, whose modules are
 * loaded on the call, so that the rest of this folder runs in a browser.
 */
import type * as H5wasm from 'h5wasm/node';
import { FormatError, ShapeError, ToolError } from '../errors.ts';
import { checkSuperblock } from './hdf5.ts';
import type { NpyData } from './npy.ts';

/** Numbers of a dataset in its own type, but for integers of 64 bits. */
export type Hdf5Numbers = Exclude<NpyData, BigInt64Array | BigUint64Array>;

/** An open HDF5 file. */
export interface Hdf5Slices {
  /**
   * Tell the shape of a numeric dataset.
   *
   * @param path - without leading slash
   * @returns undefined if there is no such dataset, or it holds no numbers
   */
  shape(path: string): readonly number[] | undefined;
  /**
   * Read a hyperslab, row-major.
   *
   * @param ranges - first index and the one behind the last, one pair for each axis; nothing is read of an empty range
   * @throws FormatError if the file is damaged there, ShapeError if the dataset is absent or the ranges do not fit
   */
  read(path: string, ranges: readonly (readonly [number, number])[]): Hdf5Numbers;
  /** Close the file. */
  close(): void;
}

/** The superblock lies in these first bytes. */
const headerBytes = 512;

const loadLibrary = async (): Promise<typeof H5wasm> => {
  try {
    return await import('h5wasm/node');
  } catch {
    throw new ToolError('Reading HDF5 files needs the package h5wasm: install it with `npm install h5wasm@0.10.3`.');
  }
};

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

/**
 * Open an HDF5 file of the disk for reading in parts. Close it when done.
 *
 * @param source - name of the file, for messages
 * @throws ToolError if h5wasm is not installed; FormatError if the file is truncated, damaged or no HDF5 file; the error
 * of the file system if it cannot be read
 */
export const openHdf5Slices = async (path: string, source: string): Promise<Hdf5Slices> => {
  const { open } = await import('node:fs/promises');
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(new Uint8Array(headerBytes), 0, headerBytes, 0);
    checkSuperblock(buffer.subarray(0, bytesRead), size, source);
  } finally {
    await handle.close();
  }
  const library = await loadLibrary();
  const { activate_throwing_error_handler } = await library.ready;
  // Without it the C library prints pages of its call stack to the console.
  activate_throwing_error_handler();
  const guarded = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof ShapeError) throw error;
      throw new FormatError(`${source} cannot be read as HDF5: it is damaged (${firstLine(error)}).`);
    }
  };
  const file = guarded(() => new library.File(path, 'r'));
  const dataset = (name: string): { readonly found: H5wasm.Dataset; readonly shape: readonly number[] } | undefined => {
    const parts = name.split('/');
    let at: H5wasm.Entity | null = file;
    for (const part of parts) {
      if (!(at instanceof library.Group) || !at.keys().includes(part)) return undefined;
      at = at.get(part);
    }
    if (!(at instanceof library.Dataset)) return undefined;
    const { shape, metadata } = at;
    // Classes 0 and 1 of the HDF5 library: integers and floating point numbers.
    return shape === null || metadata.type > 1 ? undefined : { found: at, shape };
  };
  return {
    shape: (name) => guarded(() => dataset(name)?.shape),
    read: (name, ranges) =>
      guarded(() => {
        const opened = dataset(name);
        const lengths = ranges.map(([first, end]) => end - first);
        const isWithin =
          opened?.shape.length === ranges.length &&
          ranges.every(([first, end], axis) => first >= 0 && first <= end && end <= opened.shape[axis]!);
        if (opened === undefined || !isWithin) {
          throw new ShapeError(
            `The part [${ranges.map(([first, end]) => `${first}:${end}`).join(', ')}] of "${name}" in ${source} does not exist: its shape is [${opened?.shape.join(', ') ?? ''}].`,
          );
        }
        const count = lengths.reduce((product, n) => product * n, 1);
        if (count === 0) return new Float64Array(0);
        const values = opened.found.slice(ranges.map(([first, end]) => [first, end]));
        return values instanceof BigInt64Array || values instanceof BigUint64Array
          ? Float64Array.from(values as ArrayLike<number | bigint>, Number)
          : (values as Hdf5Numbers);
      }),
    close: () => void file.close(),
  };
};
