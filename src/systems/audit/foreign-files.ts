/** Verilog files of others, with the memory files that they load. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileError } from '../../errors.ts';
import { fileReason, type TextFile } from '../../verilog/index.ts';

/**
 * Read Verilog files and what their `$readmemh` and `$readmemb` name, sought from where we stand and beside the file.
 *
 * @returns the Verilog files in their order under names of their own, and memory files under the names in the text
 * @throws FileError for a file that cannot be read
 */
export async function readForeignFiles(paths: readonly string[]): Promise<readonly TextFile[]> {
  const sources: TextFile[] = [];
  const memories = new Map<string, TextFile>();
  for (const [k, path] of paths.entries()) {
    const text = await readText(path);
    sources.push({ path: `sources/${k}_${basename(path)}`, text });
    for (const [, named] of text.matchAll(/\$readmem[hb]\s*\(\s*"([^"]+)"/g)) {
      if (named === undefined || memories.has(named)) continue;
      const memory = await readFirst(
        [named, join(dirname(path), named), join(dirname(path), '..', named)],
        path,
        named,
      );
      memories.set(named, { path: named, text: memory });
    }
  }
  return [...sources, ...memories.values()];
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new FileError(`Verilog file "${path}" cannot be read: ${fileReason(error)}.`);
  }
}

async function readFirst(places: readonly string[], source: string, named: string): Promise<string> {
  for (const place of places) {
    const text = await readFile(place, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  throw new FileError(`Memory file "${named}", which "${source}" loads, is neither here nor beside that file.`);
}
