/** `run.json`: what a run was asked for and what it ran with, so that another person can repeat it. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { computeBackend } from '../tensor/index.ts';
import type { BackendRecord } from './backend.ts';
import { packageVersion } from './package-version.ts';

export interface RunRecord {
  readonly verb: string;
  /** Every option as resolved, defaults included. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: string | number | null;
  /** Input files that were read. */
  readonly inputs: readonly string[];
  /** Versions of external tools that ran. */
  readonly tools?: Readonly<Record<string, string>>;
  /** What floats were computed on. @defaultValue the current backend */
  readonly backend?: BackendRecord;
  /** Threads that shared a training step, where something was trained. */
  readonly workers?: number;
}

/** Write the record into a folder, with the hashes of the input files and the versions of package and Node. */
export async function writeRunRecord(folder: string, record: RunRecord): Promise<void> {
  const inputs = await Promise.all(
    record.inputs.map(async (path) => ({
      file: basename(path),
      sha256: createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    })),
  );
  const { verb, options, seed, tools = {}, backend = { backend: computeBackend() }, workers } = record;
  const versions = { 'distill-rtl': packageVersion(), node: process.versions.node, ...tools };
  const content = { verb, options, seed, versions, ...backend, ...(workers !== undefined && { workers }), inputs };
  await writeFile(join(folder, 'run.json'), `${JSON.stringify(content, null, 2)}\n`);
}
