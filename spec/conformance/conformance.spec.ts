/** The reference vectors: the copies in fixtures/ always, the complete set where it is present. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kinds } from './kinds.ts';
import type { ConformanceKind, FileResult } from './result.ts';

const complete = '../shared/vectors';

async function collect(kind: ConformanceKind, directory: string): Promise<FileResult[]> {
  const rows: FileResult[] = [];
  for await (const row of kind(directory)) rows.push(row);
  return rows;
}

describe.each(Object.entries(kinds))('%s', (name, { folder, run: kind, notCopied }) => {
  it.skipIf(notCopied === true)('passes the copied vectors without exception', async () => {
    const rows = await collect(kind, 'fixtures');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => row.failed > 0 || row.unsupported > 0 || row.passed === 0)).toEqual([]);
  });

  it.skipIf(!existsSync(`${complete}/${folder}`))(
    `passes the complete set (skipped where ${complete} is absent)`,
    async () => {
      const rows = await collect(kind, complete);
      // Only the differentiation cases name operators that the package does not have.
      const allowed = name === 'autograd' ? (row: FileResult) => row.unsupported : () => 0;
      expect(rows.filter((row) => row.passed + allowed(row) < row.cases)).toEqual([]);
    },
    300_000,
  );
});
