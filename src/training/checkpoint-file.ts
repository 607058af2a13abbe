/**
 * Checkpoints on disk (Node only): written beside and renamed, so that a file is always a whole checkpoint.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { FileError } from '../errors.ts';
import { parseCheckpoint, serializeCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';

/**
 * Write a checkpoint to a file, replacing the one before in one step.
 *
 * @throws FileError when the file cannot be written
 */
export const writeCheckpoint = async (path: string, checkpoint: Checkpoint): Promise<void> => {
  const beside = `${path}.partial`;
  try {
    await writeFile(beside, serializeCheckpoint(checkpoint));
    await rename(beside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new FileError(`Checkpoint "${path}" cannot be written: ${(error as Error).message}.`);
  }
};

/**
 * Read a checkpoint from a file.
 *
 * @throws FileError when the file cannot be read, FormatError when it is no checkpoint
 */
export const readCheckpoint = async (path: string): Promise<Checkpoint> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new FileError(`Checkpoint "${path}" cannot be read: ${(error as Error).message}.`);
  }
  return parseCheckpoint(text);
};
