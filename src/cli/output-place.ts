/** An output folder must stand apart from what is read: it replaces what was in its place before. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { UsageError } from './usage.ts';

/**
 * Check that an output folder neither is, nor holds, nor stands in a file or folder that is read.
 *
 * @throws UsageError if it does
 */
export async function checkApart(out: string, read: readonly string[]): Promise<void> {
  const target = await realPlace(out);
  for (const path of read) {
    const place = await realPlace(path);
    if (isWithin(place, target)) throw new UsageError(`--out "${out}" would replace "${path}", which is only read.`);
    if (isWithin(target, place)) throw new UsageError(`--out "${out}" stands in "${path}", which is only read.`);
  }
}

/** The path without symbolic links, also where its last parts do not exist yet. */
async function realPlace(path: string): Promise<string> {
  const place = resolve(path);
  try {
    return await realpath(place);
  } catch {
    const above = dirname(place);
    return above === place ? place : join(await realPlace(above), basename(place));
  }
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`);
}
