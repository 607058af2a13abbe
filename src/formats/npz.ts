/** NumPy's `.npz` archives: `.npy` arrays by name in a zip file. */
import { FormatError } from '../errors.ts';
import { type NpyArray, readNpy, writeNpy } from './npy.ts';
import { readZip, writeZip } from './zip.ts';

/**
 * Read all arrays of an `.npz` archive by name (without the `.npy` ending).
 *
 * @param source name of the file, for messages
 * @throws FormatError if the archive or an array in it is malformed, or it holds something else than arrays.
 */
export const readNpz = (bytes: Uint8Array, source: string): ReadonlyMap<string, NpyArray> => {
  const arrays = new Map<string, NpyArray>();
  for (const [name, content] of readZip(bytes, source)) {
    if (!name.endsWith('.npy')) {
      throw new FormatError(`${source} holds "${name}", but an .npz archive holds only .npy files.`);
    }
    arrays.set(name.slice(0, -4), readNpy(content, `"${name}" in ${source}`));
  }
  return arrays;
};

/** Write arrays by name as an `.npz` archive; the same arrays give the same bytes. */
export const writeNpz = (arrays: ReadonlyMap<string, NpyArray>): Uint8Array =>
  writeZip(new Map([...arrays].map(([name, array]) => [`${name}.npy`, writeNpy(array)])));
