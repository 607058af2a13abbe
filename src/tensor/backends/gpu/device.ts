/**
 * gpu.js, opened in one mode for the whole program: choosing the mode, the kernels made so far, one product at a time.
 *
 * The state is a cache like that of the other backends (a context, compiled kernels), except that it is opened
 * asynchronously and can be closed. Products are run one after the other: a kernel that changes its size must not do so
 * while an earlier call still reads it.
 */
import { UnsupportedError } from '../../../errors.ts';
import { createGemm } from './kernel.ts';
import { type GpuContext, type GpuKernel, type GpuLibrary, loadGpuLibrary } from './library.ts';
import { type GpuMode, gpuModes, isGraphics, objection } from './modes.ts';

/** Options of `openGpu`. */
export interface GpuOptions {
  /** @defaultValue the first of `gpuModes` that answers on hardware of its kind */
  readonly mode?: GpuMode;
}

/** What the gpu backend computes on. */
export interface GpuDescription {
  readonly mode: GpuMode;
  /** Why gpu.js left the mode that was chosen and computes in its mode `cpu`; null if it did not. */
  readonly fallbackReason: string | null;
}

/** One product: act(A·B + bias) with row-major operands. */
export interface GpuProduct {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly bias: Float32Array;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly rectify: boolean;
}

/** Most kernels of fixed size that are kept; the one used longest ago goes first. */
const KERNELS = 16;
/** More terms than any product may have (`largestOperand`). */
const LOOP_LIMIT = 2 ** 24;

interface Device {
  readonly mode: GpuMode;
  readonly context: GpuContext;
  readonly kernels: Map<string, GpuKernel>;
  fallbackReason: string | null;
  /** Settles when the last product that was asked for is done, well or not. */
  last: Promise<unknown>;
}

let current: Promise<Device> | null = null;
/** The device once it is open, for `describeGpu`. */
let open: Device | null = null;

/**
 * Choose the mode that computes from now on, and try it; an earlier one is closed.
 *
 * @throws ToolError if gpu.js is not installed; UnsupportedError if the mode, or every mode, does not answer
 */
export async function openGpu(options: GpuOptions = {}): Promise<GpuDescription> {
  return describe(await start(options.mode));
}

/** Tell mode and fall-back; null before the backend was opened or used. */
export function describeGpu(): GpuDescription | null {
  return open === null ? null : describe(open);
}

/** Free kernels, context and workers, when the products asked for are done; the next use opens the backend anew. */
export async function closeGpu(): Promise<void> {
  const closing = current;
  current = null;
  open = null;
  await close(closing);
}

/**
 * Compute a product, after those that were asked for earlier.
 *
 * @returns one array per row of the result
 */
export async function runProduct(product: GpuProduct): Promise<readonly Float32Array[]> {
  const device = await (current ?? start(undefined));
  const result = device.last.then(() => runOn(device, product));
  device.last = result.catch(() => undefined);
  return result;
}

/** Tell the mode that is open, opening the backend where none is. */
export async function openMode(): Promise<GpuMode> {
  return (await (current ?? start(undefined))).mode;
}

/** Replace the current device; it is known as current at once, so that two callers do not open two. */
function start(mode: GpuMode | undefined): Promise<Device> {
  const opening = close(current).then(() => choose(mode));
  current = opening;
  open = null;
  return opening.then(
    (device) => {
      if (current === opening) open = device;
      return device;
    },
    (error: unknown) => {
      // The next use tries anew.
      if (current === opening) current = null;
      throw error;
    },
  );
}

async function close(closing: Promise<Device> | null): Promise<void> {
  const device = await closing?.catch(() => null);
  if (device === null || device === undefined) return;
  await device.last;
  await device.context.destroy();
}

function describe({ mode, fallbackReason }: Device): GpuDescription {
  return { mode: fallbackReason === null ? mode : 'cpu', fallbackReason };
}

async function choose(forced: GpuMode | undefined): Promise<Device> {
  if (forced !== undefined && !gpuModes.includes(forced)) {
    throw new UnsupportedError(`gpu.js has no mode "${String(forced)}"; it must be one of ${gpuModes.join(', ')}.`);
  }
  const library = await loadGpuLibrary();
  const refusals: string[] = [];
  for (const mode of forced === undefined ? gpuModes : [forced]) {
    const reason = (await objection(mode, forced !== undefined)) ?? (await tryMode(library, mode));
    if (typeof reason !== 'string') return reason;
    refusals.push(`${mode}: ${reason}`);
  }
  throw new UnsupportedError(
    forced === undefined
      ? `No mode of gpu.js answers here (${refusals.join('; ')}); choose the backend js or wasm.`
      : `Mode "${forced}" of gpu.js does not answer here (${refusals[0]!.slice(forced.length + 2)}); leave the choice to gpu.js, or choose one of ${gpuModes.filter((mode) => mode !== forced).join(', ')}.`,
  );
}

/** Open a mode and compute a small product on it; gives the reason if that fails. */
async function tryMode(library: GpuLibrary, mode: GpuMode): Promise<Device | string> {
  let context: GpuContext;
  try {
    context = new library({ mode });
  } catch {
    return 'this engine does not offer it';
  }
  const device: Device = { mode, context, kernels: new Map(), fallbackReason: null, last: Promise.resolve() };
  let reason = 'it computes a small product wrongly';
  try {
    const [row] = await runOn(device, probe);
    if (row![0] === -12.5 && row![1] === 17.25) return device;
  } catch (error) {
    reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
  }
  await context.destroy();
  return reason;
}

/** A row of five numbers times five rows of two, exact in f32 in every order of summation: [−12.5, 17.25]. */
const probe: GpuProduct = {
  a: Float32Array.of(1, 2, 3, 4, 5),
  b: Float32Array.of(1, 0, -2, 1, 1, 2, -2, 1, -1, 1),
  bias: Float32Array.of(0.5, 0.25),
  rows: 1,
  inner: 5,
  columns: 2,
  rectify: false,
};

async function runOn(device: Device, product: GpuProduct): Promise<readonly Float32Array[]> {
  const { a, b, bias, rows, inner, columns, rectify } = product;
  const kernel = kernelFor(device, product);
  const result = await kernel(a, b, bias, inner, inner - (inner % 4), rectify ? 1 : 0);
  device.fallbackReason ??= kernel.kernel.fallbackReason ?? null;
  if (result.length < rows || result[0]!.length !== columns) {
    throw new UnsupportedError(
      `Mode "${device.mode}" of gpu.js returned ${result.length} rows of ${result[0]?.length} for a product of ${rows} × ${columns}; choose the backend js or wasm.`,
    );
  }
  return result;
}

/** One kernel for all sizes, or where programs cannot be resized one per size. */
function kernelFor({ mode, context, kernels }: Device, { rows, inner, columns }: GpuProduct): GpuKernel {
  const fixed = isGraphics(mode);
  const key = fixed ? `${rows} ${inner} ${columns}` : '';
  let kernel = kernels.get(key);
  if (kernel === undefined) {
    kernel = createGemm(context, fixed ? inner : LOOP_LIMIT, rows, columns, !fixed);
  } else kernels.delete(key);
  // A map keeps the order of insertion, so the first kernel is the one used longest ago.
  kernels.set(key, kernel);
  if (!fixed) kernel.setOutput([columns, rows]);
  if (kernels.size > KERNELS) {
    const [oldest, unused] = kernels.entries().next().value!;
    unused.destroy();
    kernels.delete(oldest);
  }
  return kernel;
}
