/**
 * Kernels of the gpu backend in every mode of gpu.js that answers here, beside the js and wasm backends.
 *
 *     npx tsx bench/gpu.ts [--smoke] [--json]
 *
 * Products are those of one chunk through the student and the teacher of DistillNet, and one large square. Three kernels
 * are compared: one product per turn of the loop, four per turn (what the backend uses), and a tile of four rows per
 * thread. Times include handing the operands to gpu.js and copying its result to one flat array. Rounds of all cases of
 * a product are interleaved; reported are the median and the fastest round. Every result is compared with the js backend.
 */
import { cpus } from 'node:os';
import { stream } from '../src/random/index.ts';
import { gpuModes, gpuTolerance, matmul, setComputeBackend, tensor, toFlat, abs } from '../src/tensor/index.ts';
import { gemm, kernelSettings } from '../src/tensor/backends/gpu/kernel.ts';
import { type GpuContext, type GpuKernel, loadGpuLibrary } from '../src/tensor/backends/gpu/library.ts';
import { isGraphics, objection } from '../src/tensor/backends/gpu/modes.ts';
import { harnessOptions, textTable } from './harness.ts';

/** One product per turn. */
const direct = `function direct(a, b, bias, inner, whole, rectify) {
  const row = this.thread.y * inner;
  let sum = 0;
  for (let p = 0; p < inner; p++) sum += a[row + p] * b[p * this.output.x + this.thread.x];
  sum += bias[this.thread.x];
  if (rectify === 1 && sum < 0) sum = 0;
  return sum;
}`;

/** Four rows per thread: an element of B is read once for four products. */
const tiled = `function tiled(a, b, bias, inner, whole, rectify) {
  const first = 4 * this.thread.y * inner;
  const second = first + inner;
  const third = second + inner;
  const fourth = third + inner;
  let s0 = bias[this.thread.x];
  let s1 = bias[this.thread.x];
  let s2 = bias[this.thread.x];
  let s3 = bias[this.thread.x];
  for (let p = 0; p < inner; p++) {
    const right = b[p * this.output.x + this.thread.x];
    s0 += a[first + p] * right;
    s1 += a[second + p] * right;
    s2 += a[third + p] * right;
    s3 += a[fourth + p] * right;
  }
  if (rectify === 1) {
    s0 = Math.max(s0, 0);
    s1 = Math.max(s1, 0);
    s2 = Math.max(s2, 0);
    s3 = Math.max(s3, 0);
  }
  return [s0, s1, s2, s3];
}`;

const kernels = { direct, 'four per turn': gemm, tiled } as const;
type KernelName = keyof typeof kernels;

/** Name, rows, inner and columns. */
const products: readonly (readonly [string, number, number, number])[] = [
  ['student, first layer', 4096, 16, 128],
  ['student, second layer', 4096, 128, 64],
  ['student, last layer', 4096, 64, 1],
  ['teacher, particles', 8192, 24, 24],
  ['teacher, attention', 65536, 24, 1],
  ['square', 512, 512, 512],
];

const options = harnessOptions();
const rounds = options.smoke ? 1 : 5;

interface Case {
  readonly backend: string;
  readonly kernel: KernelName | null;
  readonly run: () => Promise<Float32Array>;
  readonly times: number[];
}

function random(name: string, length: number): Float32Array {
  const source = stream('bench gpu', name);
  return Float32Array.from({ length }, () => source.normal());
}

/** Copy what gpu.js returns, rows of numbers or of tiles, to one flat array. */
function flatten(result: readonly Float32Array[], name: KernelName, rows: number, columns: number): Float32Array {
  const out = new Float32Array(rows * columns);
  if (name !== 'tiled') {
    for (const [i, row] of result.entries()) out.set(row, i * columns);
    return out;
  }
  for (const [i, row] of (result as unknown as readonly (readonly Float32Array[])[]).entries()) {
    for (const [j, tile] of row.entries()) {
      for (let t = 0; t < 4; t++) out[(4 * i + t) * columns + j] = tile[t]!;
    }
  }
  return out;
}

const library = await loadGpuLibrary();
const contexts: { readonly mode: string; readonly context: GpuContext; readonly fixed: boolean }[] = [];
const absent: Record<string, string> = {};
for (const mode of gpuModes) {
  const reason = await objection(mode, true);
  if (reason !== null) {
    absent[mode] = reason;
    continue;
  }
  try {
    contexts.push({ mode, context: new library({ mode }), fixed: isGraphics(mode) });
  } catch {
    absent[mode] = 'this engine does not offer it';
  }
}

const results = [];
for (const [name, rows, inner, columns] of products) {
  const [a, b] = [random(`${name} a`, rows * inner), random(`${name} b`, inner * columns)];
  const [left, right] = [tensor(a, [rows, inner]), tensor(b, [inner, columns])];
  const bias = new Float32Array(columns);
  const cases: Case[] = (['js', 'wasm'] as const).map((backend) => ({
    backend,
    kernel: null,
    run: async () => {
      setComputeBackend(backend);
      return toFlat(matmul(left, right)) as Float32Array;
    },
    times: [],
  }));
  for (const { mode, context, fixed } of contexts) {
    for (const [kernel, source] of Object.entries(kernels) as [KernelName, string][]) {
      const height = kernel === 'tiled' ? rows / 4 : rows;
      const compiled: GpuKernel = context.createKernel(source, kernelSettings(inner, height, columns, !fixed));
      cases.push({
        backend: mode,
        kernel,
        run: async () => {
          const result = await compiled(a, b, bias, inner, inner - (inner % 4), 0);
          return flatten(result, kernel, rows, columns);
        },
        times: [],
      });
    }
  }
  const expected = await cases[0]!.run();
  const scale = toFlat(matmul(abs(left), abs(right)));
  for (const { backend, kernel, run } of cases) {
    const found = await run();
    const wrong = found.findIndex((v, i) => !(Math.abs(v - expected[i]!) <= gpuTolerance(inner) * scale[i]!));
    if (wrong >= 0) throw new Error(`${backend} ${kernel}, ${name}: element ${wrong} is ${found[wrong]}.`);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { run, times } of cases) {
      const started = performance.now();
      await run();
      times.push(performance.now() - started);
    }
  }
  for (const { backend, kernel, times } of cases) {
    const sorted = times.toSorted((x, y) => x - y);
    const [median, fastest] = [sorted[sorted.length >> 1]!, sorted[0]!];
    const gigaFlops = (2 * rows * inner * columns) / (median * 1e6);
    results.push({
      product: name,
      rows,
      inner,
      columns,
      backend,
      kernel,
      medianMs: median,
      fastestMs: fastest,
      gigaFlops,
    });
  }
}
for (const { context } of contexts) await context.destroy();

const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
const print = options.json ? console.error : console.log;
print(
  textTable([
    ['product', 'size', 'backend', 'kernel', 'median ms', 'fastest ms', 'Gflop/s'],
    ...results.map((row) => [
      row.product,
      `${row.rows} × ${row.inner} × ${row.columns}`,
      row.backend,
      row.kernel ?? '',
      row.medianMs.toFixed(2),
      row.fastestMs.toFixed(2),
      row.gigaFlops.toFixed(2),
    ]),
  ]),
);
for (const [mode, reason] of Object.entries(absent)) print(`Mode ${mode} is not measured: ${reason}.`);
if (options.json) console.log(JSON.stringify({ machine, absent, results }, null, 2));
