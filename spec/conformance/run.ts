/**
 * `npm run conformance -- --dir DIR --kind KIND --json`: run every reference vector of a kind against the package.
 *
 * Prints per file: cases, passed, failed, unsupported, first failure. Exit code 3 on any failure, 2 for a folder or
 * kind that does not exist.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { kinds } from './kinds.ts';
import type { FileResult } from './result.ts';

interface Row extends FileResult {
  readonly kind: string;
}

const help = `npm run conformance -- [--dir DIR] [--kind KIND] [--events DIR] [--json]

Run the reference vectors below DIR (default ../shared/vectors; "fixtures" holds a small copy) and count per file.
Kinds: ${Object.keys(kinds).join(', ')}, all (default; without jets where there are none).
--events names the folder of the event files of jets (default: beside the vectors, DIR/../data/events or
../shared/data/events).
Exit codes: 0 nothing failed, 2 unknown kind or missing folder, 3 a case failed.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string', default: '../shared/vectors' },
      kind: { type: 'string', default: 'all' },
      events: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const isThere = (kind: string): boolean => existsSync(join(values.dir, kinds[kind]!.folder));
  const chosen =
    values.kind === 'all'
      ? Object.keys(kinds).filter((kind) => kinds[kind]!.notCopied !== true || isThere(kind))
      : [values.kind];
  const unknown = chosen.find((kind) => !(kind in kinds));
  if (unknown !== undefined) {
    console.error(`Unknown kind "${unknown}"; kinds are ${Object.keys(kinds).join(', ')} and all.`);
    return 2;
  }
  const missing = chosen.find((kind) => !isThere(kind));
  if (missing !== undefined) {
    console.error(
      `No reference vectors at "${join(values.dir, kinds[missing]!.folder)}"; --dir names a folder with one sub-folder per kind.`,
    );
    return 2;
  }
  const rows: Row[] = [];
  for (const kind of chosen) {
    for await (const result of kinds[kind]!.run(values.dir, values.events)) {
      rows.push({ kind, ...result });
      if (!values.json) console.log(textOf(rows.at(-1)!));
    }
  }
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  const total = {
    files: rows.length,
    cases: rows.reduce((sum, row) => sum + row.cases, 0),
    passed: rows.reduce((sum, row) => sum + row.passed, 0),
    failed,
    unsupported: rows.reduce((sum, row) => sum + row.unsupported, 0),
  };
  if (values.json) console.log(JSON.stringify({ directory: values.dir, total, files: rows }, null, 2));
  else {
    console.log(
      `total: ${total.cases} cases in ${total.files} files, ${total.passed} passed, ${failed} failed, ${total.unsupported} unsupported`,
    );
  }
  return failed > 0 ? 3 : 0;
}

function textOf(row: Row): string {
  const counts = `${row.cases} cases, ${row.passed} passed, ${row.failed} failed`;
  const unsupported = row.unsupported > 0 ? `, ${row.unsupported} unsupported` : '';
  const first = row.firstFailure === null ? '' : `\n    first: ${row.firstFailure}`;
  return `${row.kind}/${row.file}: ${counts}${unsupported}${first}`;
}

process.exitCode = await main();
