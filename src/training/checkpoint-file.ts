/**
 * Checkpoints on disk (Node only): written beside, flushed and renamed, so that a file is always a whole checkpoint.
 */
import { readFile } from 'node:fs/promises';
import { FileError } from '../errors.ts';
import { parseCheckpoint, serializeCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { writeWholeFile } from './whole-file.ts';

/**
 * Write a checkpoint to a file, replacing the one before in one step.
 *
 * @throws FileError when the file cannot be written, be it that the disk is full; the one before is then intact
 */
export const writeCheckpoint = async (path: string, checkpoint: Checkpoint): Promise<void> => {
  try {
    await writeWholeFile(path, serializeCheckpoint(checkpoint));
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
