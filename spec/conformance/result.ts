/** What one file of reference vectors came to. A kind of vectors is a function from a folder to such rows. */
export interface FileResult {
  readonly file: string;
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  /** Cases of an operator or layer that the package does not have yet; never counted as passed. */
  readonly unsupported: number;
  /** The case, the value expected and the value found. */
  readonly firstFailure: string | null;
}

/** Run every file of one kind below `directory`, one row per file, in name order; `events` is where jets find theirs. */
export type ConformanceKind = (directory: string, events?: string) => AsyncIterable<FileResult> | Iterable<FileResult>;
