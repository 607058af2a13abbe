/**
 * Adder graphs of constant matrices beside those of da4ml: adders, adder bits, depth and time.
 *
 *     npx tsx bench/adders.ts [--json] [--smoke] [--matrices FILE] [--reference FILE] [--only PATTERN] [--effort N]
 *
 * Each matrix is solved three times, as da4ml was: without a bound on the depth ("default"), with at most two adder
 * levels more than necessary ("dc2") and with none more ("dc0"). Adder bits are counted as da4ml counts its cost, so the
 * figures compare directly. Where the reference has no run by adder bits, the numbers of adders stand side by side.
 *
 * The optimiser checks every graph symbolically: the linear form of each output equals its column of the matrix. Here it
 * is checked once more, in whole numbers of any size, on inputs drawn at random.
 *
 * Without --matrices the complete reference set is read where it lies beside the repository, else its part in fixtures/.
 */
import { existsSync, readFileSync } from 'node:fs';
import {
  type AdderGraph,
  type AdderGraphCost,
  adderGraphCost,
  optimizeAdders,
  ternaryAdders,
} from '../src/circuit/index.ts';
import { stream } from '../src/random/index.ts';
import { harnessOptions, textTable } from './harness.ts';

interface Matrix {
  readonly id: string;
  readonly nIn: number;
  readonly nOut: number;
  readonly bits: number;
  readonly inputLo: number;
  readonly inputHi: number;
  /** kernel[in][out]. */
  readonly kernel: readonly (readonly number[])[];
}

interface ReferenceRun {
  readonly adders: number;
  readonly cost: number;
  readonly depth: number;
  readonly cpuSecs: number;
}

type Reference = Readonly<Record<string, ReferenceRun | string | number>>;

/** Adder levels beyond the least possible, by da4ml's names of its settings. */
const SETTINGS = { default: Infinity, dc2: 2, dc0: 0 } as const;
type Setting = keyof typeof SETTINGS;
const SETTING_NAMES = Object.keys(SETTINGS) as Setting[];

/** How much lower the adder bits of the set are to be, and on which share of the matrices at most equal. */
const GOALS = { bits: 0.95, share: 0.9, seconds: 20 };
const SMOKE_MATRICES = 4;
const CHECKS = 8;

interface Solved extends AdderGraphCost {
  /** Look-up tables where pairs of additions share a carry chain, which vendor tools build and da4ml does not count. */
  readonly ternaryLutBits: number;
  readonly seconds: number;
}

interface Row {
  readonly id: string;
  readonly setting: Setting;
  readonly ours: Solved;
  /** da4ml's run that minimises adder bits, where there is one. */
  readonly da4ml: { readonly adders: number; readonly adderBits: number; readonly depth: number } | null;
  /** Adders of da4ml's run that minimises their number. */
  readonly da4mlFewestAdders: number | null;
  /** Seconds of processor time that da4ml's C++ took, on another machine. */
  readonly da4mlSeconds: number | null;
  /** Adder bits of ours relative to da4ml's. */
  readonly ratio: number | null;
}

const options = harnessOptions();
const option = (name: string): string | undefined => {
  const place = process.argv.indexOf(name);
  return place < 0 ? undefined : process.argv[place + 1];
};
const complete = '../shared/vectors/cmvm';
const folder = existsSync(`${complete}/matrices.json`) && !options.smoke ? complete : 'fixtures/cmvm';
const matrixFile = option('--matrices') ?? `${folder}/matrices.json`;
const referenceFile = option('--reference') ?? `${folder}/da4ml.json`;
const effort = Number(option('--effort') ?? 1);
const pattern = new RegExp(option('--only') ?? '');
const say = options.json ? console.error : console.log;

function readJson(path: string, what: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    console.error(`The ${what} "${path}" cannot be read: ${(error as Error).message}.`);
    process.exit(2);
  }
}

const all = readJson(matrixFile, 'file of matrices') as Matrix[];
const { results } = readJson(referenceFile, 'reference') as { results: Reference[] };
const matrices = all.filter(({ id }) => pattern.test(id)).slice(0, options.smoke ? SMOKE_MATRICES : undefined);
if (matrices.length === 0) {
  console.error(`No matrix of "${matrixFile}" has an id that matches ${pattern}.`);
  process.exit(2);
}

/** Multiply in whole numbers, by the graph and by the matrix. */
function checkByNumbers({ id, kernel, inputLo, inputHi }: Matrix, { adders, outputs }: AdderGraph): void {
  const random = stream('adders', id);
  for (let k = 0; k < CHECKS; k++) {
    const inputs = kernel.map(() => BigInt(random.integer(inputLo, inputHi + 1)));
    const values = [...inputs];
    for (const { a, b, shift, subtract } of adders) {
      const second = values[b]! << BigInt(shift);
      values.push(subtract ? values[a]! - second : values[a]! + second);
    }
    outputs.forEach(({ value, shift, negative }, j) => {
      const magnitude = value < 0 ? 0n : values[value]! << BigInt(shift);
      const expected = kernel.reduce((sum, row, i) => sum + inputs[i]! * BigInt(row[j]!), 0n);
      if ((negative ? -magnitude : magnitude) !== expected) {
        throw new Error(`${id}: output ${j} is ${magnitude}, must be ${expected}.`);
      }
    });
  }
}

function solve(matrix: Matrix, setting: Setting): Solved {
  const ranges = matrix.kernel.map(() => ({ lo: matrix.inputLo, hi: matrix.inputHi }));
  const start = process.cpuUsage();
  const graph = optimizeAdders(matrix.kernel, ranges, { extraDepth: SETTINGS[setting], effort });
  const { user, system } = process.cpuUsage(start);
  checkByNumbers(matrix, graph);
  return { ...adderGraphCost(graph), ternaryLutBits: ternaryAdders(graph).lutBits, seconds: (user + system) / 1e6 };
}

const rows: Row[] = [];
for (const matrix of matrices) {
  const reference = results.find(({ id }) => (id as unknown as string) === matrix.id);
  for (const setting of SETTING_NAMES) {
    const ours = solve(matrix, setting);
    const byBits = reference?.[`${setting}_a1`] as ReferenceRun | undefined;
    const byAdders = reference?.[setting] as ReferenceRun | undefined;
    rows.push({
      id: matrix.id,
      setting,
      ours,
      da4ml: byBits === undefined ? null : { adders: byBits.adders, adderBits: byBits.cost, depth: byBits.depth },
      da4mlFewestAdders: byAdders?.adders ?? null,
      da4mlSeconds: (byBits ?? byAdders)?.cpuSecs ?? null,
      ratio: byBits === undefined ? null : ours.adderBits / byBits.cost,
    });
  }
}

/** Totals over the matrices that have a reference by adder bits. */
const totals = SETTING_NAMES.map((setting) => {
  const compared = rows.filter((row) => row.setting === setting && row.da4ml !== null);
  const sum = (figure: (row: Row) => number): number => compared.reduce((total, row) => total + figure(row), 0);
  const bits = sum(({ ours }) => ours.adderBits);
  const reference = sum(({ da4ml }) => da4ml!.adderBits);
  const notAbove = compared.filter(({ ratio }) => ratio! <= 1).length;
  const share = notAbove / compared.length;
  return {
    setting,
    matrices: compared.length,
    adders: sum(({ ours }) => ours.adders),
    adderBits: bits,
    da4mlAdders: sum(({ da4ml }) => da4ml!.adders),
    da4mlAdderBits: reference,
    ratio: bits / reference,
    notAbove,
    met: compared.length === 0 ? null : bits / reference <= GOALS.bits && share >= GOALS.share,
  };
});
const largest = rows.filter(({ id }) => id.startsWith('rand_64x64_b8')).map(({ ours }) => ours.seconds);

const number = (value: number | null | undefined, digits = 0): string => value?.toFixed(digits) ?? '–';
say(
  textTable([
    [
      'matrix',
      'setting',
      'adders',
      'da4ml',
      'bits',
      'da4ml',
      'ratio',
      'depth',
      'da4ml',
      'LUT',
      'ternary',
      'CPU s',
      'da4ml',
    ],
    ...rows.map(({ id, setting, ours, da4ml, da4mlFewestAdders, da4mlSeconds, ratio }) => [
      id,
      setting,
      number(ours.adders),
      da4ml === null ? `${number(da4mlFewestAdders)}*` : number(da4ml.adders),
      number(ours.adderBits),
      number(da4ml?.adderBits),
      number(ratio, 3),
      number(ours.depth),
      number(da4ml?.depth),
      number(ours.lutBits),
      number(ours.ternaryLutBits),
      number(ours.seconds, 2),
      number(da4mlSeconds, 2),
    ]),
  ]),
);
say('LUT: bits of the results, one table each; ternary: with pairs of additions in one carry chain.');
say('* minimised by number instead of bits. da4ml: its C++ core, times of another machine.\n');
for (const { setting, matrices: count, adderBits, da4mlAdderBits, ratio, notAbove, met } of totals) {
  if (count === 0) continue;
  say(
    `${setting}: ${adderBits} adder bits, da4ml ${da4mlAdderBits}: ${((1 - ratio) * 100).toFixed(1)} % lower (goal 5 %); lower or equal on ${notAbove} of ${count} (goal 90 %): ${met === true ? 'met' : 'missed'}.`,
  );
}
if (largest.length > 0) {
  say(`64×64, 8 bits: ${Math.max(...largest).toFixed(1)} s of processor time at most (goal ${GOALS.seconds} s).`);
}
if (options.json) {
  console.log(
    JSON.stringify({
      smoke: options.smoke,
      matrices: matrixFile,
      reference: referenceFile,
      effort,
      goals: GOALS,
      totals,
      rows,
    }),
  );
}
