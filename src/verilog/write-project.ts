/**
 * Writes files as one folder, all or nothing: into a hidden folder beside the target, which then takes its place.
 *
 * The one part of this folder that needs Node; its modules are loaded on the call, so that the rest runs in a browser.
 */
import { FileError } from '../errors.ts';
import { generator } from './generator.ts';
import type { TextFile } from './print.ts';

/** What `manifest.json` holds. */
export interface Manifest {
  readonly generator: string;
  /** SHA-256 of each file in hexadecimal, by path, sorted by path. */
  readonly sha256: Readonly<Record<string, string>>;
  /** Facts of the design, such as `latencyCycles`. */
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
  const fs = await import('node:fs/promises');
  const path = await import('node:path');
  const { createHash } = await import('node:crypto');
  const target = path.resolve(directory);
  const beside = (suffix: string): string =>
    path.join(path.dirname(target), `.${path.basename(target)}.${suffix}-${process.pid}`);
  const [fresh, old] = [beside('new'), beside('old')];
  const hashes = files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path: name, text }) => [name, createHash('sha256').update(text).digest('hex')] as const);
  const manifest: Manifest = { ...facts, generator, sha256: Object.fromEntries(hashes) };
  try {
    const present = await fs.readdir(target).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (present && present.length > 0 && !(await isOurs(path.join(target, 'manifest.json'))))
      throw new FileError(
        `Output folder ${directory} holds other files (${present.slice(0, 3).join(', ')}), must be new, empty or an earlier output.`,
      );
    await fs.mkdir(path.dirname(target), { recursive: true });
    for (const { path: name, text } of [
      ...files,
      { path: 'manifest.json', text: `${JSON.stringify(manifest, null, 2)}\n` },
    ]) {
      const file = path.join(fresh, name);
      await fs.mkdir(path.dirname(file), { recursive: true });
      await fs.writeFile(file, text);
    }
    if (present) await fs.rename(target, old);
    try {
      await fs.rename(fresh, target);
    } catch (error) {
      if (present) await fs.rename(old, target);
      throw error;
    }
    await fs.rm(old, { recursive: true, force: true });
    return manifest;
  } catch (error) {
    await fs.rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof FileError) throw error;
    throw new FileError(`Output folder ${directory} cannot be written: ${(error as Error).message}.`);
  }
}

async function isOurs(manifestPath: string): Promise<boolean> {
  const fs = await import('node:fs/promises');
  try {
    const manifest = JSON.parse(await fs.readFile(manifestPath, 'utf8')) as Partial<Manifest>;
    return typeof manifest.generator === 'string' && manifest.generator.startsWith(generator.split(' ')[0]!);
  } catch {
    return false;
  }
}
