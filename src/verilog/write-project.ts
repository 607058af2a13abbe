/** Writes files and their manifest as one folder, all or nothing (needs Node). */
import { generator } from './generator.ts';
import { withOutputFolder } from './output-folder.ts';
import type { TextFile } from './print.ts';

/** What `manifest.json` holds: who made the folder, the hashes of its files, and the facts given by the caller. */
export interface Manifest {
  readonly generator: string;
  /** SHA-256 of each file in hexadecimal, by path, sorted by path. */
  readonly sha256: Readonly<Record<string, string>>;
  readonly [fact: string]: string | number | Readonly<Record<string, string>>;
}

/**
 * Write files and their `manifest.json` as the folder `directory`, replacing a folder that was written so before.
 *
 * @param facts entries of the manifest beside the hashes
 * @throws FileError if the target cannot be written, or is a non-empty folder without a manifest of ours
 */
export async function writeProject(
  directory: string,
  files: readonly TextFile[],
  facts: Readonly<Record<string, string | number>> = {},
): Promise<Manifest> {
  const { mkdir, writeFile } = await import('node:fs/promises');
  const { dirname, join } = await import('node:path');
  const { createHash } = await import('node:crypto');
  const hashes = files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, text }) => [path, createHash('sha256').update(text).digest('hex')] as const);
  const manifest: Manifest = { ...facts, generator, sha256: Object.fromEntries(hashes) };
  const all = [...files, { path: 'manifest.json', text: `${JSON.stringify(manifest, null, 2)}\n` }];
  return withOutputFolder(directory, async (staging) => {
    for (const { path, text } of all) {
      const file = join(staging, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    return manifest;
  });
}
