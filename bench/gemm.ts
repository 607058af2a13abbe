/**
 * Speed of the matrix product in f32 against TensorFlow.js and OpenBLAS, one thread: tables and JSON.
 *
 *     npx tsx bench/gemm.ts [--json] [--smoke] [--only 64x64x64,256x256x256]
 *
 * "in memory" is the WebAssembly kernel on operands that lie in its memory, as those of BLAS and of TensorFlow.js do;
 * "tensors" is `matmul` of tensors, with copies into that memory and the result out of it into a new array; "fastMath" is
 * the kernel with fused multiply-add, whose bits depend on the machine; "js" is the kernel in JavaScript. OpenBLAS runs
 * twice: with its kernels "Prescott", 128-bit vectors like ours, which the goals refer to, and with those that it chooses
 * for the processor, often of 256 or 512 bits, for orientation.
 *
 * Every result is compared with that of the JavaScript kernel before anything is timed. Then all run in turn, round after
 * round, and a round counts with its fastest sample of about a millisecond (or one call). Ratios are formed within a
 * round, and reported is the median of these with the least and greatest.
 */
import { cpus } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { matmulKernel, type MatrixOperand } from '../src/tensor/backends/js/matmul.ts';
import {
  matmulEngine,
  workspaceBytes,
  type MatmulEngine,
  type MatrixAddress,
} from '../src/tensor/backends/wasm/matmul.ts';
import { matmul, tensor, toFloats } from '../src/tensor/index.ts';
import { benchmarked, harnessOptions, textTable } from './harness.ts';
import { gemmOperands, spreadValues, type GemmShape } from './peers/gemm-data.ts';
import { compileOpenblas, type OpenblasPeer } from './peers/openblas.ts';
import { fastestCall } from './peers/process.ts';
import { loadTfjsGemm, type TfjsGemm } from './peers/tfjs-gemm.ts';
import { interleavedRates, pairedRatio, spread, type RoundCase, type Spread, type TimedCalls } from './rounds.ts';

/** m, k, n of the products to measure. */
const SHAPES: readonly (readonly [number, number, number])[] = [
  [64, 64, 64],
  [128, 128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [1024, 16, 128],
  [1024, 128, 64],
  [8192, 16, 128],
  [8192, 128, 64],
  [1024, 57, 64],
];

/** How much faster the kernel in memory is to be on every shape. */
const GOALS: Readonly<Record<string, number>> = { 'TensorFlow.js wasm': 1.2, 'OpenBLAS Prescott': 1.15 };

const IN_MEMORY = 'in memory';

/** A way to compute the product. */
interface Contender extends RoundCase {
  readonly name: string;
  /** Elements of its result (see spreadValues). */
  readonly values: readonly number[];
  readonly close?: () => void;
}

/** Who is there to compute. */
interface Peers {
  readonly engine: MatmulEngine;
  /** Null where there are no fused instructions. */
  readonly fast: MatmulEngine | null;
  readonly tfjs: TfjsGemm | null;
  readonly openblas: readonly OpenblasPeer[];
}

/** One ratio of the kernel in memory to a peer. */
interface Ratio {
  readonly peer: string;
  readonly ratio: Spread;
  readonly goal: number | null;
  /** Null without a goal, and in smoke runs, which tell nothing. */
  readonly met: boolean | null;
}

interface Row extends GemmShape {
  /** GFLOP/s by contender. */
  readonly speeds: Readonly<Record<string, Spread>>;
  readonly ratios: readonly Ratio[];
}

const options = harnessOptions();
const place = process.argv.indexOf('--only');
const only = place < 0 ? null : (process.argv[place + 1] ?? '').split(',');
const rounds = options.smoke ? 3 : 15;
/** Shapes of which a call takes milliseconds have more time, so that a round has some tens of samples. */
const roundMs = (shape: GemmShape): number => (options.smoke ? 2 : work(shape) > 0.1 ? 120 : 40);
const say = options.json ? console.error : console.log;

const shapeName = ({ m, k, n }: GemmShape): string => `${m}x${k}x${n}`;
/** Giga operations per call: a multiplication and an addition for each product. */
const work = ({ m, k, n }: GemmShape): number => (2 * m * k * n) / 1e9;

/** Multiply in this process. */
function here(name: string, shape: GemmShape, call: () => Float32Array): Contender {
  return { name, work: work(shape), every: 1, run: benchmarked(call), values: spreadValues(call()) };
}

/** Multiply in the memory of an engine. */
function inMemory(name: string, engine: MatmulEngine, shape: GemmShape): Contender {
  const { m, k, n } = shape;
  const { a, b } = gemmOperands(shape);
  const aligned = (bytes: number): number => 64 * Math.ceil(bytes / 64);
  const bAt = aligned(a.byteLength);
  const cAt = bAt + aligned(b.byteLength);
  const workspace = cAt + aligned(4 * m * n);
  engine.reserve(workspace + workspaceBytes(m, k, n));
  const view = (address: number, length: number): Float32Array =>
    new Float32Array(engine.memory.buffer, address, length);
  const matrix = (address: number, columns: number): MatrixAddress => ({ address, row: 4 * columns, column: 4 });
  const [left, right, result] = [matrix(0, k), matrix(bAt, n), matrix(cAt, n)];
  const values = view(cAt, m * n);
  view(0, a.length).set(a);
  view(bAt, b.length).set(b);
  return here(name, shape, () => {
    engine.multiply(left, right, result, m, k, n, workspace);
    return values;
  });
}

/** Let everyone prepare a shape. */
async function contendersOf(shape: GemmShape, { engine, fast, tfjs, openblas }: Peers): Promise<Contender[]> {
  const { m, k, n } = shape;
  const { a, b } = gemmOperands(shape);
  const [left, right] = [tensor(a, [m, k]), tensor(b, [k, n])];
  const operand = (data: Float32Array, row: number): MatrixOperand => ({ data, offset: 0, row, column: 1 });
  const out = new Float32Array(m * n);
  const list = [
    inMemory(IN_MEMORY, engine, shape),
    here('tensors', shape, () => toFloats(matmul(left, right))),
    here('js', shape, () => {
      matmulKernel(out, 0, operand(a, k), operand(b, n), m, k, n);
      return out;
    }),
  ];
  if (fast !== null) list.push(inMemory('fastMath', fast, shape));
  if (tfjs !== null) {
    const { call, result, close } = tfjs.open(shape);
    const values = spreadValues(result());
    list.push({ name: 'TensorFlow.js wasm', work: work(shape), every: 1, run: benchmarked(call), values, close });
  }
  for (const { core, run } of openblas) {
    const { values } = await run(shapeName(shape), 0);
    const timed = async (milliseconds: number): Promise<TimedCalls> =>
      fastestCall(await run(shapeName(shape), milliseconds));
    list.push({ name: `OpenBLAS ${core}`, work: work(shape), every: 1, run: timed, values });
  }
  return list;
}

/** Demand that results agree: to the bit among ours without fastMath, to a rounding per product for the others. */
function compareValues(shape: GemmShape, contenders: readonly Contender[]): void {
  const expected = contenders.find(({ name }) => name === 'js')!.values;
  for (const { name, values } of contenders) {
    const tolerance = [IN_MEMORY, 'tensors', 'js'].includes(name) ? 0 : shape.k * 2 ** -23;
    const at = values.findIndex((value, v) => !(Math.abs(value - expected[v]!) <= tolerance));
    if (at < 0) continue;
    throw new Error(`${shapeName(shape)}: "js" gives ${expected[at]}, "${name}" ${values[at]}.`);
  }
}

async function measure(shape: GemmShape, peers: Peers): Promise<Row> {
  const contenders = await contendersOf(shape, peers);
  compareValues(shape, contenders);
  const rates = await interleavedRates(contenders, rounds, roundMs(shape));
  for (const { close } of contenders) close?.();
  const ours = rates[contenders.findIndex(({ name }) => name === IN_MEMORY)]!;
  const ratios = contenders.flatMap(({ name }, c): Ratio[] => {
    if (name === IN_MEMORY) return [];
    const ratio = pairedRatio(ours, rates[c]!);
    const goal = GOALS[name] ?? null;
    return [{ peer: name, ratio, goal, met: goal === null || options.smoke ? null : ratio.median >= goal }];
  });
  const speeds = Object.fromEntries(contenders.map(({ name }, c) => [name, spread(rates[c]!)]));
  return { ...shape, speeds, ratios };
}

/** Make the engine with fused instructions; tells why where it is absent. */
function fastEngine(): MatmulEngine | null {
  // Node 20 has them behind this flag, later versions without.
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  try {
    return matmulEngine({ fastMath: true });
  } catch (error) {
    say(`fastMath is left out: ${(error as Error).message}`);
    return null;
  }
}

const tfjs = await loadTfjsGemm();
if (typeof tfjs === 'string') say(`TensorFlow.js is left out: ${tfjs}`);
const openblas = await compileOpenblas();
if (typeof openblas === 'string') say(`OpenBLAS is left out: ${openblas}`);
const processes = typeof openblas === 'string' ? [] : [await openblas.start('Prescott'), await openblas.start(null)];
const peers: Peers = {
  engine: matmulEngine(),
  fast: fastEngine(),
  tfjs: typeof tfjs === 'string' ? null : tfjs,
  openblas: processes.filter(({ core }, p) => p === 0 || core !== processes[0]!.core),
};

const rows: Row[] = [];
for (const [m, k, n] of SHAPES) {
  if (only === null || only.includes(shapeName({ m, k, n }))) rows.push(await measure({ m, k, n }, peers));
}
if (typeof openblas !== 'string') await openblas.stop();

const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, threads: 1 };
const versions = { tfjs: peers.tfjs?.version ?? null, openblas: processes.map(({ core }) => core) };
const ratioText = (value: number): string => value.toFixed(2);
const names = Object.keys(rows[0]?.speeds ?? {});
say('GFLOP/s, medians');
say(
  textTable([
    ['m×k×n', ...names],
    ...rows.map((row) => [shapeName(row), ...names.map((name) => row.speeds[name]!.median.toFixed(1))]),
  ]),
);
say(`\nHow much faster "${IN_MEMORY}" is`);
say(
  textTable([
    ['m×k×n', 'than', 'ratio', 'least to greatest', 'goal', ''],
    ...rows.flatMap((row) =>
      row.ratios.map(({ peer, ratio, goal, met }) => [
        shapeName(row),
        peer,
        ratioText(ratio.median),
        `${ratioText(ratio.least)} to ${ratioText(ratio.greatest)}`,
        goal === null ? '' : String(goal),
        met === null ? '' : met ? 'met' : 'missed',
      ]),
    ),
  ]),
);
say(
  `\n${machine.cpu}, Node ${machine.node}, one thread, ${rounds} rounds of ${[...new Set(rows.map(roundMs))].join(' or ')} ms.`,
);
if (options.json)
  console.log(
    JSON.stringify({
      smoke: options.smoke,
      machine,
      versions,
      rounds,
      shapes: rows.map((row) => ({ ...row, roundMs: roundMs(row) })),
    }),
  );
