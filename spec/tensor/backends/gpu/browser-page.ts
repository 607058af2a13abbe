/** What the browser runs: every mode of gpu.js against the js backend; the results go to the server that sent the page. */
import {
  closeGpu,
  describeGpu,
  gpuDense,
  type GpuMode,
  gpuModes,
  gpuTolerance,
  openGpu,
  relu,
  tensor,
  toFlat,
  add,
  matmul,
  abs,
  type Tensor,
} from '../../../../src/tensor/index.ts';

/** What one mode came to. */
export interface ModeReport {
  readonly mode: GpuMode | 'automatic';
  /** The sentence of the refusal, or null. */
  readonly refused: string | null;
  /** What `describeGpu` says after the products. */
  readonly description: ReturnType<typeof describeGpu>;
  /** By product: the largest error as a share of the tolerance. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Sizes that change kernels, grow and shrink, fill up blocks, and need two of them. */
const sizes = [
  [8, 3, 7],
  [100, 65, 1],
  [1024, 16, 128],
  [1, 1, 1],
  [2100, 17, 8],
  [8, 3, 7],
] as const;

/** Numbers in [−1, 1) that look random and are the same everywhere. */
function noise(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((Math.imul(i + 1, 0x9e3779b1) ^ (seed << 16)) >> 8) / 2 ** 23);
}

/** The largest error of act(x·W + b) as a share of the tolerance; above 1 is wrong. */
async function worstError(rows: number, inner: number, columns: number): Promise<number> {
  const x = tensor(noise(rows * inner, 1), [rows, inner]);
  const kernel = tensor(noise(inner * columns, 2), [inner, columns]);
  const bias = tensor(noise(columns, 3), [columns]);
  const product = (a: Tensor, b: Tensor, c: Tensor): Tensor => add(matmul(a, b), c);
  const found = toFlat(await gpuDense(x, kernel, bias, 'relu'));
  const expected = toFlat(relu(product(x, kernel, bias)));
  const scale = toFlat(product(abs(x), abs(kernel), abs(bias)));
  const share = (value: number, i: number): number =>
    Math.abs(value - expected[i]!) / (gpuTolerance(inner) * scale[i]!);
  return Array.from(found, share).reduce((worst, error) => (error <= worst ? worst : error), 0);
}

async function report(mode: GpuMode | 'automatic'): Promise<ModeReport> {
  const errors: Record<string, number> = {};
  try {
    await openGpu(mode === 'automatic' ? {} : { mode });
    for (const [rows, inner, columns] of sizes) {
      errors[`${rows} × ${inner} × ${columns}`] = await worstError(rows, inner, columns);
    }
    return { mode, refused: null, description: describeGpu(), errors };
  } catch (error) {
    return { mode, refused: error instanceof Error ? error.message : String(error), description: null, errors };
  } finally {
    await closeGpu();
  }
}

const reports: ModeReport[] = [];
for (const mode of ['automatic', ...gpuModes] as const) reports.push(await report(mode));
await fetch('/reports', { method: 'POST', body: JSON.stringify(reports) });
