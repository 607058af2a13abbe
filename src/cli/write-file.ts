/** Single files appear whole or not at all: written beside their place, then renamed. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { FileError } from '../errors.ts';
import { fileReason } from '../verilog/index.ts';

/**
 * Write a file.
 *
 * @param what - what it is, for the message, such as "Output file"
 * @throws FileError if it cannot be written
 */
export async function writeWhole(path: string, content: string | Uint8Array, what: string): Promise<void> {
  const beside = `${path}.partial`;
  try {
    await writeFile(beside, content);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new FileError(`${what} "${path}" cannot be written: ${fileReason(error)}.`);
  }
}
