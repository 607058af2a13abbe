/**
 * The manifest of an emitted folder: what it says of the design, and whether the files are those that it lists.
 *
 * A manifest vouches for nothing but its own folder: whoever can change a file can change the manifest. What it does
 * is tell a damaged or edited copy from the folder that was emitted, and its own hash names that folder.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FileError, FormatError } from '../../errors.ts';
import { folderEntries, listFiles, readBytes, readParsed } from './folder-files.ts';

/** What a manifest says of design and files. */
export interface AuditedManifest {
  /** Program and version that wrote the folder. */
  readonly generator: string;
  readonly model: string;
  readonly top: string;
  readonly part: string;
  readonly clockMHz: number;
  readonly latencyCycles: number;
  readonly initiationInterval: number;
  /** Copies of the pipeline in the design; a manifest that does not say has one. */
  readonly copies: number;
  /** Vectors in tb/. */
  readonly vectors: number;
  /** SHA-256 in hexadecimal by path within the folder. */
  readonly sha256: Readonly<Record<string, string>>;
}

const cycles = z.number().int().positive();

/** A path that stays in the folder: relative, forward slashes, no step upwards. */
const path = z.string().regex(/^(?!\.{1,2}(?:\/|$))[^/\\]+(?:\/(?!\.{1,2}(?:\/|$))[^/\\]+)*$/);

const schema = z.object({
  generator: z.string(),
  model: z.string(),
  top: z.string(),
  part: z.string(),
  clockMHz: z.number().positive(),
  latencyCycles: cycles,
  initiationInterval: cycles,
  copies: z.number().int().positive().default(1),
  vectors: z.number().int().nonnegative(),
  sha256: z.record(path, z.string().regex(/^[0-9a-f]{64}$/)),
});

/** Files that are read as source or model, and so must be listed. */
const mustBeListed = /^(?:src\/.*\.(?:v|vh|sv|svh|mem)|model\/.*\.json)$/i;

/**
 * Read the manifest of an emitted folder, without looking at the files that it lists.
 *
 * @throws FileError if there is no folder or no manifest; FormatError if the manifest is malformed
 */
export async function readAuditedManifest(folder: string): Promise<AuditedManifest> {
  const entries = await folderEntries(folder);
  if (!entries.includes('manifest.json')) {
    throw new FileError(`Folder "${folder}" is no emitted project: it has no manifest.json.`);
  }
  return readParsed(folder, 'manifest.json', parseManifest);
}

/**
 * Check that the files of a folder are those of its manifest: every listed file has its hash, and every source, memory
 * and model file is listed, the top module among them.
 *
 * @returns the manifest
 * @throws FileError at the first file, by path, that is missing, changed or not listed; the errors of
 * `readAuditedManifest`
 */
export async function checkManifest(folder: string): Promise<AuditedManifest> {
  const manifest = await readAuditedManifest(folder);
  const present = (await Promise.all(['model', 'src'].map((part) => listFiles(folder, part)))).flat();
  const paths = new Set([...Object.keys(manifest.sha256), ...present.filter((path) => mustBeListed.test(path))]);
  for (const path of [...paths].toSorted()) {
    const listed = Object.hasOwn(manifest.sha256, path) ? manifest.sha256[path] : undefined;
    if (listed === undefined) throw new FileError(`${path} in "${folder}" is not listed in manifest.json.`);
    const found = createHash('sha256')
      .update(await readBytes(folder, path))
      .digest('hex');
    if (found !== listed) {
      throw new FileError(
        `${path} in "${folder}" is not the file that manifest.json lists: its SHA-256 is ${found} instead of ${listed}.`,
      );
    }
  }
  if (!paths.has(`src/${manifest.top}.v`)) {
    throw new FileError(
      `manifest.json in "${folder}" names the top module "${manifest.top}" and lists no src/${manifest.top}.v.`,
    );
  }
  return manifest;
}

function parseManifest(text: string): AuditedManifest {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`The manifest is not JSON: ${(error as Error).message}.`);
  }
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new FormatError(`The manifest is malformed at ${issue.path.join('.') || 'its top level'}: ${issue.message}.`);
}
