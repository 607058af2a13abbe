/**
 * An output folder appears whole or not at all: it is filled beside its place and renamed when it is done.
 *
 * An earlier output of this package is replaced; any other non-empty folder is left alone. Needs Node, whose modules are
 * loaded on the call, so that the rest of this folder runs in a browser.
 */
import { FileError } from '../errors.ts';
import { fileReason, isFileSystemError } from './file-reason.ts';

/** Files by which an output of this package is known, and a word that each of them contains. */
const marks = { 'run.json': '"distill-rtl"', 'manifest.json': '"distill-rtl ' } as const;

/**
 * Fill a folder through `fill` and put it in place.
 *
 * @param fill receives the path of a hidden folder beside the target; null means that there is nothing to keep and leaves
 * the target as it was, and so does what it throws, which is thrown on
 * @throws FileError if the target is a foreign non-empty folder or cannot be written
 */
export async function withOutputFolder<T>(directory: string, fill: (staging: string) => Promise<T>): Promise<T> {
  const { rename, rm } = await import('node:fs/promises');
  const { existsSync, rmSync } = await import('node:fs');
  const { basename, dirname, join, resolve } = await import('node:path');
  if (directory === '') throw new FileError('The output folder has an empty name; it must name a folder.');
  const target = resolve(directory);
  const beside = (suffix: string): string => join(dirname(target), `.${basename(target)}.${suffix}-${process.pid}`);
  const staging = beside('new');
  const old = beside('old');
  const made: string[] = [];
  // A second Ctrl-C ends the process without unwinding.
  const onExit = (): void => rmSync(staging, { recursive: true, force: true });
  process.once('exit', onExit);
  try {
    const present = await attempt(directory, async () => {
      const found = await isReplaceable(directory, target);
      await makeFolder(dirname(target), made);
      await makeFolder(staging, []);
      return found;
    });
    const result = await attempt(directory, () => fill(staging), staging);
    if (result === null) return result;
    await attempt(directory, async () => {
      if (present) await rename(target, old);
      await rename(staging, target);
      await rm(old, { recursive: true, force: true });
    });
    made.length = 0;
    return result;
  } catch (error) {
    if (!existsSync(target) && existsSync(old)) await rename(old, target);
    throw error;
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    process.off('exit', onExit);
    await removeEmpty(made);
  }
}

/**
 * Make a folder and those above it, and note the new ones in `made`.
 *
 * `mkdir` with `recursive` never returns where an existing folder answers ENOENT to every new name, as /proc does.
 */
async function makeFolder(path: string, made: string[]): Promise<void> {
  const { mkdir, stat } = await import('node:fs/promises');
  const { existsSync } = await import('node:fs');
  const { dirname } = await import('node:path');
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (existsSync(path) && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    await makeFolder(dirname(path), made);
    await mkdir(path);
  }
  made.push(path);
}

/** Remove folders that were made for nothing, unless somebody has put something into them. */
async function removeEmpty(made: readonly string[]): Promise<void> {
  const { rmdir } = await import('node:fs/promises');
  for (const path of made.toReversed()) {
    try {
      await rmdir(path);
    } catch {
      return;
    }
  }
}

/** Tell whether the target exists, and refuse to replace what is not ours. */
async function isReplaceable(directory: string, target: string): Promise<boolean> {
  const { readdir, readFile } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (names === undefined) return false;
  for (const [mark, word] of Object.entries(marks)) {
    if (names.includes(mark) && (await readFile(join(target, mark), 'utf8')).includes(word)) return true;
  }
  if (names.length > 0) {
    throw new FileError(
      `Output folder "${directory}" holds other files (${names.slice(0, 3).join(', ')}), must be new, empty or an earlier output.`,
    );
  }
  return true;
}

/** Turn a failure of the file system into one sentence about the output folder, under the name that the caller gave. */
async function attempt<T>(directory: string, action: () => Promise<T>, staging?: string): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (isFileSystemError(error)) {
      throw new FileError(`Output folder "${directory}" cannot be written: ${fileReason(error)}.`);
    }
    if (error instanceof FileError && staging !== undefined && error.message.includes(staging)) {
      throw new FileError(error.message.replaceAll(staging, directory));
    }
    throw error;
  }
}
