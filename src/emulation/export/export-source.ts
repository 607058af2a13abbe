/** What every target is given to write its files from, and what it gives back. */
import type { ExportProgram } from './program.ts';
import type { TestVector } from './test-vectors.ts';

export interface ExportedFile {
  /** Relative to the folder of the export. */
  readonly path: string;
  readonly content: string;
}

/** What the targets print. */
export interface ExportSource {
  readonly program: ExportProgram;
  /** A name for files and C identifiers. */
  readonly baseName: string;
  readonly hash: string;
  /** Lines of the comment at the top of every file. */
  readonly heading: readonly string[];
  readonly vectors: readonly TestVector[];
}
