/**
 * An output folder appears whole or not at all: it is filled beside its place and renamed when it is done (Node only).
 *
 * An earlier output of ours is replaced; any other non-empty folder is left alone.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FileError } from '../errors.ts';

/** Files that mark a folder as an output of this package. */
const marks = ['run.json', 'manifest.json'];

/**
 * Fill a folder through `fill` and put it in place.
 *
 * @param fill - receives the path of the hidden folder beside the target; what it throws is thrown on, and the hidden folder is removed
 * @throws FileError if the target is a foreign non-empty folder or cannot be written
 */
export async function withOutputFolder<T>(directory: string, fill: (staging: string) => Promise<T>): Promise<T> {
  const target = resolve(directory);
  const beside = (suffix: string): string => join(dirname(target), `.${basename(target)}.${suffix}-${process.pid}`);
  const staging = beside('new');
  const old = beside('old');
  const present = await attempt(directory, async () => {
    const present = await checkTarget(directory, target);
    await mkdir(dirname(target), { recursive: true });
    await mkdir(staging, { recursive: true });
    return present;
  });
  try {
    const result = await fill(staging);
    await attempt(directory, async () => {
      if (present) await rename(target, old);
      await rename(staging, target);
      await rm(old, { recursive: true, force: true });
    });
    return result;
  } catch (error) {
    if (!existsSync(target) && existsSync(old)) await rename(old, target);
    throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Tell whether the target exists, and refuse to replace what is not ours. */
async function checkTarget(directory: string, target: string): Promise<boolean> {
  if (!existsSync(target)) return false;
  const names = await readdir(target);
  if (names.length > 0 && !names.some((name) => marks.includes(name))) {
    throw new FileError(
      `Output folder ${directory} holds other files (${names.slice(0, 3).join(', ')}); it must be new, empty or an earlier output.`,
    );
  }
  return true;
}

/** Turn a failure of the file system into one sentence about the output folder. */
async function attempt<T>(directory: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(`Output folder ${directory} cannot be written: ${(error as Error).message}.`);
  }
}
