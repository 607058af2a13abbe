/**
 * Published trigger networks through our compiler: latency, clock, resources, beside what their papers report.
 *
 *     npx tsx bench/study-published-designs.ts [--json] [--smoke] [--only PATTERN] [--large]
 *
 * Weights are random of the stated width and sparsity (seed 1), so the figures are those of the hardware, not of physics.
 * Each design is compiled, scheduled and verified (interpreter, emulation, simulation); latency and initiation interval
 * are measured in simulation. Tables are our estimate and, beside it, what Yosys counts. For comparison the same network
 * goes through the same compiler with other multiplications: adder graphs in the manner of da4ml (peers/da4ml-style.ts)
 * and one multiplier per weight. `--large` also synthesises the designs that take Yosys more than ten minutes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optimizeAdders } from '../src/circuit/index.ts';
import { type CompileOptions, compileNetwork } from '../src/compile/index.ts';
import { fixed } from '../src/fixed/index.ts';
import type { Network } from '../src/network/index.ts';
import { stream } from '../src/random/index.ts';
import { trainCompactQDistillNet } from '../src/systems/distillnet/index.ts';
import { buildHardware, randomStimuli } from '../src/systems/index.ts';
import { synthesizeWithYosys } from '../src/verification/index.ts';
import { type DenseDesign, denseNetwork } from './designs/dense-design.ts';
import { harnessOptions, textTable } from './harness.ts';
import { da4mlStyle } from './peers/da4ml-style.ts';

interface Resources {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram: number;
}

interface Published extends Resources {
  readonly latencyNs: number;
  readonly source: string;
}

interface Way {
  readonly name: string;
  readonly compile: CompileOptions;
}

interface Study {
  readonly design: DenseDesign;
  readonly part: string;
  readonly clockMHz: number;
  readonly published: Published;
  /** Most nanoseconds that the design may take. */
  readonly goalNs: number;
  /** Most look-up tables. */
  readonly goalLut?: number;
  readonly ways: readonly Way[];
  /** Yosys takes more than ten minutes. */
  readonly large?: true;
}

interface Row extends Resources {
  readonly design: string;
  readonly way: string;
  readonly clockMHz: number;
  readonly cycles: number;
  readonly latencyNs: number;
  readonly initiationInterval: number;
  /** Vectors on which any two evaluators differ, of those compared. */
  readonly mismatches: number;
  readonly vectors: number;
  readonly yosys: Resources | null;
  readonly seconds: number;
}

const SEED = '1';
const VECTORS = 64;

const ours = (extraDepth: number, effort: number): Way => ({
  name: `ours, least depth${extraDepth === 0 ? '' : ` + ${extraDepth}`}`,
  compile: { adderOptimizer: (kernel, inputs) => optimizeAdders(kernel, inputs, { extraDepth, effort }) },
});
const rivals: readonly Way[] = [
  { name: 'da4ml style', compile: { adderOptimizer: da4mlStyle } },
  { name: 'shift-add, nothing shared', compile: { strategy: 'shift-add' } },
  { name: 'multiplier per weight', compile: { strategy: 'multiplier' } },
];

const STUDIES: readonly Study[] = [
  {
    design: {
      name: 'qdistillnet',
      sizes: [16, 64, 32, 1],
      input: fixed(8, 1),
      weight: fixed(8, 1),
      activationBits: 8,
      output: fixed(8, 4, { overflow: 'AP_SAT' }),
      sparsity: 0.75,
      weights: 'uniform',
      head: 'sigmoid',
    },
    part: 'xcvu13p-flga2577-2-e',
    clockMHz: 240,
    published: { latencyNs: 25, lut: 2379, ff: 441, dsp: 6, bram: 1, source: 'QDistillNet, trained, vendor report' },
    goalNs: 25,
    ways: [ours(0, 64), ours(1, 64), ...rivals],
  },
  {
    design: {
      name: 'jet-tagger',
      sizes: [16, 64, 32, 32, 5],
      input: fixed(6, 1),
      weight: fixed(6, 1),
      activationBits: 6,
      output: fixed(8, 4, { overflow: 'AP_SAT' }),
      sparsity: 0,
      weights: 'uniform',
    },
    part: 'xcvu13p-flga2577-2-e',
    clockMHz: 200,
    published: { latencyNs: 55, lut: 39_782, ff: 8128, dsp: 124, bram: 0, source: 'QKeras 6 bits, arXiv:2006.10159' },
    goalNs: 55,
    ways: [ours(0, 4), rivals[0]!],
  },
  {
    design: {
      name: 'anomaly-student',
      sizes: [57, 64, 16, 16, 16, 64, 8, 1],
      input: fixed(16, 6),
      weight: fixed(16, 6),
      activationBits: 16,
      output: fixed(16, 6, { overflow: 'AP_SAT' }),
      sparsity: 0,
      weights: 'glorot',
      layerWeights: { dense3: fixed(8, 2) },
    },
    part: 'xcu50-fsvh2104-2-e',
    clockMHz: 200,
    published: {
      latencyNs: 500,
      lut: 215_012,
      ff: 26_598,
      dsp: 850,
      bram: 0,
      source: 'anomaly student, vendor report',
    },
    goalNs: 150,
    goalLut: 215_012,
    ways: [ours(2, 1)],
    large: true,
  },
];

const options = harnessOptions();
const place = process.argv.indexOf('--only');
const pattern = new RegExp(place < 0 ? '' : (process.argv[place + 1] ?? ''));
const large = process.argv.includes('--large');
const say = options.json ? console.error : console.log;

async function measure({ design, part, clockMHz, large: slow }: Study, way: Way, network: Network): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'published-'));
  try {
    const directory = join(folder, 'rtl');
    const { inputs } = compileNetwork(network, { strategy: 'shift-add' });
    const stimuli = randomStimuli(inputs, VECTORS, stream(SEED, 'published', design.name));
    const start = performance.now();
    const built = await buildHardware(network, stimuli, directory, {
      target: { part, clockMHz },
      compile: way.compile,
      simulators: [],
    });
    const seconds = (performance.now() - start) / 1000;
    const synthesise = !options.smoke && (slow === undefined || large);
    const yosys = synthesise ? (await synthesizeWithYosys(directory, { timeoutSeconds: 7200 })).result : null;
    const { lut, ff, dsp, bram } = built.resources;
    const { interpreterVsEmulation, simulationVsEmulation } = built.checks;
    return {
      design: design.name,
      way: way.name,
      clockMHz,
      cycles: built.latencyCycles,
      latencyNs: built.latencyNs,
      initiationInterval: built.initiationInterval,
      mismatches: interpreterVsEmulation.mismatches + simulationVsEmulation.mismatches,
      vectors: VECTORS,
      lut,
      ff,
      dsp,
      bram,
      yosys: yosys && { lut: yosys.lut, ff: yosys.ff, dsp: yosys.dsp, bram: yosys.bram },
      seconds,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const columns = [
  'design',
  'way',
  'MHz',
  'cycles',
  'ns',
  'II',
  'LUT',
  'FF',
  'DSP',
  'BRAM',
  'Yosys LUT',
  'FF',
  'DSP',
  'BRAM',
  'differences',
];
const cells = (row: Row): string[] => [
  row.design,
  row.way,
  String(row.clockMHz),
  String(row.cycles),
  row.latencyNs.toFixed(1),
  String(row.initiationInterval),
  ...[row.lut, row.ff, row.dsp, row.bram].map(String),
  ...(row.yosys === null
    ? ['–', '–', '–', '–']
    : [row.yosys.lut, row.yosys.ff, row.yosys.dsp, row.yosys.bram].map(String)),
  `${row.mismatches} of ${row.vectors}`,
];

/** What came of the goals of a design. */
function verdicts({ design, goalNs, goalLut }: Study, rows: readonly Row[]): string[] {
  const best = rows.filter(({ way }) => way.startsWith('ours')).toSorted((p, q) => p.lut - q.lut);
  const fast = best.find(({ latencyNs }) => latencyNs <= goalNs);
  const met = (is: boolean): string => (is ? 'met' : 'missed');
  const lines = [
    `${design.name}: at most ${goalNs} ns: ${met(fast !== undefined)} (${best.map(({ latencyNs }) => latencyNs.toFixed(1)).join(', ')} ns)`,
  ];
  const own = fast ?? best[0]!;
  const count = (row: Row): number => row.yosys?.lut ?? row.lut;
  const ratio = (name: string, goal: number, text: string): void => {
    const rival = rows.find(({ way }) => way === name);
    if (rival === undefined || (rival.yosys === null) !== (own.yosys === null)) return;
    const value = count(rival) / count(own);
    lines.push(`${design.name}: ${name} takes ${value.toFixed(2)} times our tables, ${text}: ${met(value >= goal)}`);
  };
  if (design.name === 'qdistillnet') {
    ratio('da4ml style', 1 / 0.9, 'goal 1.11');
    ratio('multiplier per weight', 1.8, 'goal 1.8');
  }
  if (goalLut !== undefined) {
    lines.push(
      `${design.name}: ${count(own)} tables, goal ${goalLut}: ${met(count(own) <= goalLut)}; DSP blocks: ${own.dsp}, goal 0`,
    );
  }
  return lines;
}

/** QDistillNet with trained weights, the cost of its adders in the loss. */
async function trained(study: Study): Promise<{ readonly row: Row; readonly line: string }> {
  const { published } = study;
  const compact = (await trainCompactQDistillNet({ lut: published.lut }))!;
  const row = await measure(study, { name: 'trained, adders in the loss', compile: {} }, compact.network);
  say(cells(row).join('  '));
  const { printedAccuracy, accuracy } = compact.agreement;
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const small = (row.yosys?.lut ?? row.lut) <= published.lut;
  return {
    row,
    line: `qdistillnet, trained: at most ${published.lut} tables at an accuracy of at least 97.7 % as the paper prints it: ${small && printedAccuracy >= 0.977 ? 'met' : 'missed'} (${percent(printedAccuracy)}; by min(ρ, 1/ρ), which over-full bins cannot raise, ${percent(accuracy)})`,
  };
}

const rows: Row[] = [];
const lines: string[] = [];
for (const study of STUDIES.filter(({ design }) => pattern.test(design.name))) {
  const own: Row[] = [];
  for (const way of options.smoke ? study.ways.slice(0, 1) : study.ways) {
    if (options.smoke && study.large) continue;
    const row = await measure(study, way, denseNetwork(study.design, SEED));
    say(cells(row).join('  '));
    own.push(row);
  }
  if (own.length === 0) continue;
  rows.push(...own);
  lines.push(...verdicts(study, own));
  if (study.design.name === 'qdistillnet' && !options.smoke) {
    const { row, line } = await trained(study);
    rows.push(row);
    lines.push(line);
  }
}
say('');
say(
  textTable([
    columns,
    ...STUDIES.filter(({ design }) => rows.some((row) => row.design === design.name)).flatMap(
      ({ design, clockMHz, published: { latencyNs, lut, ff, dsp, bram, source } }) => [
        ...rows.filter((row) => row.design === design.name).map(cells),
        [
          design.name,
          source,
          String(clockMHz),
          '–',
          String(latencyNs),
          '1',
          ...[lut, ff, dsp, bram].map(String),
          '–',
          '–',
          '–',
          '–',
          '–',
        ],
      ],
    ),
  ]),
);
say('\nLUT, FF, DSP, BRAM are our estimate; no vendor tool has been run on our Verilog.');
for (const line of lines) say(line);
if (options.json) console.log(JSON.stringify({ smoke: options.smoke, seed: SEED, rows, verdicts: lines }));
