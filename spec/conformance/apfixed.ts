/**
 * Reference vectors of `ap_fixed`: every CSV file of the folder `apfixed`, row by row.
 *
 * Plain files must agree in every cell. The files `odd_*` hold rows in which the vendor leaves its own semantics; they
 * are judged by the table in apfixed-deviations.ts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checkOddRow } from './apfixed-deviations.ts';
import { ROW_CHECKS } from './apfixed-rows.ts';
import type { ConformanceKind, FileResult } from './result.ts';

/** Check all files of the folder `apfixed` below a directory (or of the directory itself if it is that folder). */
export const apfixed: ConformanceKind = function* (directory: string): Generator<FileResult> {
  const inner = join(directory, 'apfixed');
  const folder = existsSync(inner) ? inner : directory;
  const files = readdirSync(folder).filter((file) => file.endsWith('.csv'));
  for (const file of files.toSorted()) yield checkFile(folder, file);
};

function checkFile(folder: string, file: string): FileResult {
  const name = basename(file, '.csv');
  const isOdd = name.startsWith('odd_');
  const kind = isOdd ? name.slice(4) : name;
  const check = ROW_CHECKS[kind];
  const rows = readFileSync(join(folder, file), 'utf8')
    .split(/\r?\n/)
    .slice(1)
    .filter((row) => row !== '');
  if (check === undefined) {
    return { file, cases: rows.length, passed: 0, failed: 0, unsupported: rows.length, firstFailure: null };
  }
  let failed = 0;
  let firstFailure: string | null = null;
  for (const [index, row] of rows.entries()) {
    const problem = guarded(() => (isOdd ? checkOddRow(kind, row.split(',')) : check(row.split(','))));
    if (problem === null) continue;
    failed++;
    firstFailure ??= `line ${index + 2}: ${row.length > 200 ? `${row.slice(0, 200)}…` : row}: ${problem}`;
  }
  return { file, cases: rows.length, passed: rows.length - failed, failed, unsupported: 0, firstFailure };
}

/** A row that makes the package throw has failed; the run goes on. */
function guarded(check: () => string | null): string | null {
  try {
    return check();
  } catch (error) {
    return `threw ${String(error)}`;
  }
}
