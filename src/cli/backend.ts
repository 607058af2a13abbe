/**
 * The option `--backend`: what floats are computed on, from the command line to the record of the run.
 *
 * `js` and `wasm` give the same bits. `gpu` evaluates trained float networks on gpu.js, in whatever mode of it answers, and
 * trains on wasm; its results agree with the others to rounding. A backend that cannot run here is refused before
 * anything is computed, by a sentence that says what is missing: nobody gets another one than was asked for.
 */
import { Option } from 'commander';
import { UnsupportedError } from '../errors.ts';
import {
  closeGpu,
  describeGpu,
  type GpuDescription,
  hasWasmVectors,
  isProcessor,
  openGpu,
  setComputeBackend,
} from '../tensor/index.ts';

/** Values of `--backend`. */
export const backendNames = ['js', 'wasm', 'gpu'] as const;

/** A value of `--backend`. */
export type BackendName = (typeof backendNames)[number];

/** What `run.json` says of the backend; `gpu` where that was chosen. */
export interface BackendRecord {
  readonly backend: BackendName;
  readonly gpu?: GpuDescription;
}

/** A backend that computes until it is released. */
export interface ChosenBackend {
  /** Where trained float networks are evaluated. */
  readonly inference: 'current' | 'gpu';
  /** A sentence for the progress display; empty where there is nothing to say. */
  readonly note: string;
  /** Describe it as it is now; gpu.js may leave a mode while it computes. */
  readonly record: () => BackendRecord;
  /** Go back to the backend before and free what this one holds. */
  readonly release: () => Promise<void>;
}

/** Make the option. */
export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    'what computes in floats: js and wasm, with equal bits, or gpu, where gpu.js runs trained networks and wasm trains them',
  )
    .choices(backendNames)
    .default('wasm' satisfies BackendName);
}

/**
 * Make a backend the current one.
 *
 * @throws UnsupportedError if this engine cannot run it; ToolError if gpu.js is not installed
 */
export async function chooseBackend(name: BackendName): Promise<ChosenBackend> {
  if (name !== 'js' && !hasWasmVectors()) {
    throw new UnsupportedError(
      `--backend ${name} needs WebAssembly with vector instructions (SIMD), which this engine does not have; choose --backend js, which gives the bits of wasm.`,
    );
  }
  const gpu = name === 'gpu' ? await openGpu() : null;
  const before = setComputeBackend(name === 'js' ? 'js' : 'wasm');
  return {
    inference: gpu === null ? 'current' : 'gpu',
    note: gpu === null ? '' : gpuNote(gpu),
    record: () => ({ backend: name, ...(gpu !== null && { gpu: describeGpu() ?? gpu }) }),
    release: async () => {
      setComputeBackend(before);
      if (gpu !== null) await closeGpu();
    },
  };
}

function gpuNote({ mode, fallbackReason }: GpuDescription): string {
  const reason = fallbackReason === null ? '' : `: ${fallbackReason}`;
  const hardware = isProcessor(mode) ? ', on the processor, since no GPU answers' : '';
  return `backend gpu: gpu.js computes in its mode ${mode}${hardware}${reason}; training runs on wasm`;
}
