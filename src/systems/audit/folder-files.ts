/** Files of a folder that somebody else made: every failure is one sentence that names folder, file and reason. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DistillError, FileError, FormatError } from '../../errors.ts';
import { fileReason } from '../../verilog/index.ts';

/**
 * List what stands in a folder.
 *
 * @throws FileError if it does not exist, is a file or cannot be read
 */
export async function folderEntries(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new FileError(`Folder "${folder}" does not exist.`);
    throw new FileError(
      code === 'ENOTDIR'
        ? `"${folder}" is a file; it must be a folder that "distill-rtl compile" wrote.`
        : `Folder "${folder}" cannot be read: ${fileReason(error)}.`,
    );
  }
}

/**
 * Read one file of a folder.
 *
 * @param path - relative to the folder, with forward slashes
 * @throws FileError if it is missing or cannot be read
 */
export async function readBytes(folder: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, path));
  } catch (error) {
    throw new FileError(
      isMissing(error)
        ? `${path} in "${folder}" is missing.`
        : `${path} in "${folder}" cannot be read: ${fileReason(error)}.`,
    );
  }
}

/**
 * Read one file of a folder as UTF-8 text, and make something of it.
 *
 * @param parse - throws a DistillError where the text is not what it must be
 * @throws FileError if it is missing or cannot be read; FormatError if it is empty or `parse` refuses it
 */
export async function readParsed<T>(folder: string, path: string, parse: (text: string) => T): Promise<T> {
  const bytes = await readBytes(folder, path);
  if (bytes.length === 0) throw new FormatError(`${path} in "${folder}" is empty.`);
  try {
    return parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (!(error instanceof DistillError)) throw error;
    // JSON errors quote the text around them, line ends included.
    throw new FormatError(`${path} in "${folder}" is damaged: ${error.message.replace(/\s+/g, ' ')}`);
  }
}

/**
 * List all files below one part of a folder by their paths within the folder, sorted; none where the part is missing.
 *
 * @throws FileError if it cannot be read
 */
export async function listFiles(folder: string, part: string): Promise<readonly string[]> {
  let entries;
  try {
    entries = await readdir(join(folder, part), { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw new FileError(`${part} in "${folder}" cannot be read: ${fileReason(error)}.`);
  }
  const lists = await Promise.all(
    entries.map((entry) => {
      const path = `${part}/${entry.name}`;
      return entry.isDirectory() ? listFiles(folder, path) : [path];
    }),
  );
  return lists.flat().toSorted();
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
