/** Single files appear whole or not at all: written beside their place, then renamed. */
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { FileError } from '../errors.ts';
import { fileReason } from '../verilog/index.ts';

/**
 * Write a file. A device or pipe, such as /dev/stdout, is written to as it is.
 *
 * @param what - what it is, for the message, such as "Output file"
 * @throws FileError if it cannot be written
 */
export async function writeWhole(path: string, content: string | Uint8Array, what: string): Promise<void> {
  const beside = `${path}.partial`;
  try {
    if (await isStream(path)) {
      await writeFile(path, content);
      return;
    }
    await writeFile(beside, content);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new FileError(`${what} "${path}" cannot be written: ${fileReason(error)}.`);
  }
}

/**
 * Find out whether a file can be written, before time goes into what is to stand in it.
 *
 * @throws FileError if it cannot
 */
export async function checkWritable(path: string, what: string): Promise<void> {
  const beside = `${path}.partial`;
  try {
    if (await isStream(path)) return;
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isFolder) throw Object.assign(new Error(path), { code: 'EISDIR', syscall: 'open' });
    await (await open(beside, 'w')).close();
    await rm(beside);
  } catch (error) {
    throw new FileError(`${what} "${path}" cannot be written: ${fileReason(error)}.`);
  }
}

/** Tell whether a path is neither file nor folder: renaming onto it would replace the device. */
async function isStream(path: string): Promise<boolean> {
  try {
    const found = await stat(path);
    return !found.isFile() && !found.isDirectory();
  } catch {
    return false;
  }
}
