/** Names the parts of an emitted folder that the tools need, from the folder itself. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FileError } from '../errors.ts';
import { fileReason } from '../verilog/index.ts';

export interface EmittedFolder {
  readonly directory: string;
  readonly top: string;
  readonly bench: string;
  /** Relative to the folder. */
  readonly benchPath: string;
  readonly sources: readonly string[];
}

/**
 * Look at an emitted folder.
 *
 * @throws FileError if it is missing or has no `src/*.v` or not exactly one `tb/*_tb.v`
 */
export async function openEmittedFolder(directory: string): Promise<EmittedFolder> {
  const list = async (folder: string): Promise<string[]> => {
    try {
      return (await readdir(join(directory, folder))).toSorted();
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const reason = isMissing ? 'it does not exist' : fileReason(error);
      throw new FileError(`Folder "${join(directory, folder)}" cannot be read: ${reason}.`);
    }
  };
  const sources = (await list('src')).filter((name) => name.endsWith('.v')).map((name) => `src/${name}`);
  const benches = (await list('tb')).filter((name) => name.endsWith('_tb.v'));
  if (sources.length === 0 || benches.length !== 1)
    throw new FileError(
      `Folder "${directory}" has ${sources.length} sources and ${benches.length} test benches, must have at least 1 src/*.v and exactly 1 tb/*_tb.v.`,
    );
  const bench = benches[0]!.slice(0, -'.v'.length);
  return {
    directory: resolve(directory),
    top: bench.slice(0, -'_tb'.length),
    bench,
    benchPath: `tb/${benches[0]}`,
    sources,
  };
}
