/** An audit in tables: what was proved by which rule in which module, what was only tested, what a difference is. */
import type { Column, Table } from '../../report/index.ts';
import {
  type AuditResult,
  type Claim,
  type Difference,
  type ModuleClaim,
  openCount,
  type ProofMethod,
} from './audit-result.ts';

/** The rules, cheapest first. */
export const METHODS: readonly ProofMethod[] = ['normal form', 'enumeration', 'satisfiability'];

/** What stands in place of a module where all of a claim are added up. */
export const SUM = '(sum)';

/** A count of a module's equalities under a heading; those that are 0 everywhere are left out. */
interface Counter {
  readonly header: string;
  readonly count: (claim: ModuleClaim) => number;
}

const counters: readonly Counter[] = [
  ...METHODS.map((method): Counter => ({ header: method, count: ({ methods }) => methods[method] ?? 0 })),
  { header: 'open', count: openCount },
  { header: 'different', count: ({ different }) => different },
];

/** Claims, and in each of them its modules; every claim of more than one module ends with a sum. */
export function claimTable({ claims }: Pick<AuditResult, 'claims'>): Table {
  const shown = shownCounters(claims);
  return {
    columns: [{ header: 'claim' }, { header: 'module' }, ...countColumns(shown), { header: 'verdict' }],
    rows: claims.flatMap((claim) => moduleRows(claim, shown).map((row, k) => [k === 0 ? claim.name : '', ...row])),
  };
}

/** The modules of one claim. */
export function moduleTable(claim: Claim): Table {
  const shown = shownCounters([claim]);
  return {
    columns: [
      { header: claim.name === 'circuit = model' ? 'layer' : 'module' },
      ...countColumns(shown),
      { header: 'verdict' },
    ],
    rows: moduleRows(claim, shown),
  };
}

function shownCounters(claims: readonly Claim[]): readonly Counter[] {
  return counters.filter(({ count }) => claims.some(({ modules }) => modules.some((module) => count(module) > 0)));
}

function countColumns(shown: readonly Counter[]): Column[] {
  return ['outputs', ...shown.map(({ header }) => header)].map((header) => ({ header, align: 'right' }));
}

function moduleRows({ modules, verdict }: Claim, shown: readonly Counter[]): (string | number)[][] {
  const counts = (module: ModuleClaim): number[] => [module.outputs, ...shown.map(({ count }) => count(module))];
  const rows = modules.map((module) => [module.module, ...counts(module), module.verdict]);
  if (modules.length < 2) return rows;
  const sums = modules.map(counts).reduce((sum, row) => sum.map((value, k) => value + row[k]!));
  return [...rows, [SUM, ...sums, verdict]];
}

/** What was simulated, not proved. */
export function testTable({ tested }: Pick<AuditResult, 'tested'>): Table {
  return {
    columns: [{ header: 'compared' }, { header: 'by' }, { header: 'vectors' }, { header: 'mismatches' }],
    rows: tested.map(({ what, tool, vectors, mismatches }) => [what, tool, vectors, mismatches]),
  };
}

/** Where a difference is and what stands there, in one row. */
export function differenceTable({ claim, module, wire, expected, found }: Difference): Table {
  return {
    columns: [
      { header: 'claim' },
      { header: 'module' },
      { header: 'first wrong wire' },
      { header: 'expected', align: 'right' },
      { header: 'found', align: 'right' },
    ],
    rows: [[claim, module, wire, expected, found]],
  };
}
