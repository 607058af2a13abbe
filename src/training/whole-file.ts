/**
 * Files that appear whole or not at all (Node only): written beside their place, flushed to the disk, then renamed.
 *
 * Whatever happens before the renaming (a full disk, a lost power supply), the file of before stays as it was.
 */
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Write a file, replacing the one before in one step.
 *
 * @throws the error of the file system, after removing what was written so far
 */
export const writeWholeFile = async (path: string, content: string | Uint8Array): Promise<void> => {
  const beside = `${path}.partial`;
  try {
    await writeFlushed(beside, [content]);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
  await flushFolder(dirname(path));
};

/** Write parts to a file one behind the other and wait until they are on the disk. */
export const writeFlushed = async (path: string, parts: readonly (string | Uint8Array)[]): Promise<void> => {
  const file = await open(path, 'w');
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Wait until the names in a folder are on the disk, where the system can do that. */
export const flushFolder = async (path: string): Promise<void> => {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // Windows opens no folders; the names are then as safe as the system keeps them.
  }
};
