/**
 * The resource estimate beside what Yosys counts, design by design.
 *
 *     npm run study:estimates -- [--smoke] [--only NAME] [--update] [--json]
 *
 * Builds the designs of `calibration-designs.ts`, estimates them, synthesises them with Yosys (the system's, else the npm
 * package) and prints both with the error. Where Yosys is absent the committed counts stand in its place. `--smoke`
 * takes the small designs (under a minute), `--only` those whose name contains a text, and `--update` writes the counts
 * to the fixture. All of it is an estimate against another estimate: no vendor tool is run.
 * Exit code 1: a goal was missed (flip-flops and DSP blocks exact, median error of look-up tables under 10 %).
 */
import { parseArgs } from 'node:util';
import { device, estimateResources } from '../src/estimation/index.ts';
import type { ResourceEstimate } from '../src/estimation/index.ts';
import { findYosys } from '../src/verification/index.ts';
import {
  COUNTS_COMMAND,
  readCalibrationCounts,
  scriptHash,
  synthesizeNetlist,
  verilogHash,
  writeCalibrationCounts,
  yosysCounts,
} from './calibration-counts.ts';
import type { CountedDesign, YosysCounts } from './calibration-counts.ts';
import { CALIBRATION_DESIGNS, CALIBRATION_PART, calibrationNetlist } from './calibration-designs.ts';
import { textTable } from './harness.ts';

/** Largest median error of look-up tables, in per cent. */
const GOAL = 10;

/** Seconds that Yosys may take for one design. */
const LIMIT = 1800;

const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    update: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const print = values.json ? console.error : console.log;

interface Row {
  readonly name: string;
  readonly about: string;
  readonly estimate: ResourceEstimate;
  readonly yosys: YosysCounts;
  readonly estimateSeconds: number;
  /** Absent where the committed counts stand in. */
  readonly yosysSeconds?: number;
}

const designs = CALIBRATION_DESIGNS.filter(
  ({ name, smoke }) => name.includes(values.only) && (smoke === true || !values.smoke),
);
const present = await findYosys();
if (present === undefined && values.update) throw new Error('There is no Yosys here to count anew.');
const committed = present === undefined || values.update ? undefined : await readCalibrationCounts();
const rows: Row[] = [];
const counted: Record<string, CountedDesign> = {};
let version = '';
for (const design of designs) {
  const netlist = calibrationNetlist(design);
  const started = performance.now();
  const estimate = estimateResources(netlist, device(CALIBRATION_PART));
  const estimateSeconds = (performance.now() - started) / 1000;
  const result = await synthesizeNetlist(netlist, LIMIT);
  const stored = result === null ? (await readCalibrationCounts()).designs[design.name] : undefined;
  const yosys = result === null ? stored?.counts : yosysCounts(result);
  if (yosys === undefined)
    throw new Error(`Design ${design.name} has no committed counts, and there is no Yosys here.`);
  if (result !== null) {
    version = result.version;
    counted[design.name] = { verilog: verilogHash(netlist), counts: yosys };
  }
  rows.push({
    name: design.name,
    about: design.about,
    estimate,
    yosys,
    estimateSeconds,
    ...(result !== null && { yosysSeconds: result.seconds }),
  });
  print(`${design.name}: ${result === null ? 'committed counts' : `Yosys took ${result.seconds.toFixed(1)} s`}`);
}

const errorPercent = (estimated: number, found: number): number =>
  found === estimated ? 0 : (100 * (estimated - found)) / found;
const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
};
const keys = ['lut', 'ff', 'carry4', 'dsp', 'bram18'] as const;
const medians = Object.fromEntries(
  keys.map((key) => [key, median(rows.map((row) => Math.abs(errorPercent(row.estimate[key], row.yosys[key]))))]),
) as Record<(typeof keys)[number], number>;
const pair = (row: Row, key: (typeof keys)[number]): string[] => [
  String(row.estimate[key]),
  String(row.yosys[key]),
  `${errorPercent(row.estimate[key], row.yosys[key]).toFixed(1)} %`,
];
const headings = (name: string): string[] => [name, 'Yosys', 'error'];
print('');
print(
  textTable([
    ['design', ...headings('LUT'), ...headings('FF'), ...headings('CARRY4'), ...headings('DSP'), ...headings('BRAM18')],
    ...rows.map((row) => [row.name, ...keys.flatMap((key) => pair(row, key))]),
    ['median of absolute errors', ...keys.flatMap((key) => ['', '', `${medians[key].toFixed(1)} %`])],
  ]),
);
const exact = rows.every(({ estimate, yosys }) => estimate.ff === yosys.ff && estimate.dsp === yosys.dsp);
print(`\nFlip-flops and DSP blocks ${exact ? 'are' : 'are NOT'} those of Yosys in every design.`);
print(`${version === '' ? 'Committed counts' : version}; estimates, not vendor reports: no vendor tool has been run.`);
if (committed !== undefined && committed.yosys !== version) print(`The committed counts are of ${committed.yosys}.`);

if (values.update) {
  const partial = values.smoke || values.only !== '';
  const known = partial ? (await readCalibrationCounts()).designs : {};
  const names = CALIBRATION_DESIGNS.map(({ name }) => name);
  const entries = Object.entries({ ...known, ...counted }).filter(([name]) => names.includes(name));
  entries.sort(([a], [b]) => names.indexOf(a) - names.indexOf(b));
  await writeCalibrationCounts({
    yosys: version,
    command: COUNTS_COMMAND,
    script: scriptHash(),
    designs: Object.fromEntries(entries),
  });
}
if (values.json) console.log(JSON.stringify({ yosys: version, medians, exact, designs: rows }));
if (!exact || medians.lut >= GOAL) process.exitCode = 1;
