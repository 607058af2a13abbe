/**
 * PyTorch as a peer: Debian's python3-torch in a process of its own for each number of threads.
 *
 * A process per number of threads, because OpenBLAS with its own threads reads its number at the start only and does not
 * hear of torch.set_num_threads. Variables that choose OpenBLAS's kernels are removed, so that it takes the best that
 * the processor has.
 */
import { fileURLToPath } from 'node:url';
import { toFloats } from '../../src/tensor/index.ts';
import type { Tensor } from '../../src/tensor/index.ts';
import type { TimedCalls } from '../rounds.ts';
import { fastestCall, startProcess } from './process.ts';

/** The interpreter that sees Debian's packages; others on the path often do not. */
const interpreter = '/usr/bin/python3';

/** What PyTorch tells about itself. */
export interface PytorchAbout {
  readonly version: string;
  readonly threads: number;
  /** Vector instructions of PyTorch's own loops. */
  readonly capability: string | null;
  /** Name of the kernels of OpenBLAS. */
  readonly core: string | null;
}

export interface PytorchPeer {
  readonly about: PytorchAbout;
  /**
   * Make a case known, in the fastest of the forms that PyTorch has for it.
   *
   * @param hurry try the forms so shortly that the choice is left to chance
   * @returns the form, and the losses of the first 10 steps (the first predictions of an inference)
   */
  open(
    name: string,
    model: string,
    tensors: Readonly<Record<string, Tensor>>,
    train: boolean,
    hurry: boolean,
  ): Promise<{ readonly form: Readonly<Record<string, unknown>>; readonly values: readonly number[] }>;
  /** Call a case for about that long, at least once; the fastest sample stands for all calls. */
  run(name: string, milliseconds: number): Promise<TimedCalls>;
  close(name: string): Promise<void>;
  /** End the process. */
  stop(): void;
}

/** For glibc: no mapping of its own for a large tensor, and no end of the heap given back. For OpenMP: no spinning. */
const tuning = {
  MALLOC_MMAP_THRESHOLD_: '1000000000',
  MALLOC_TRIM_THRESHOLD_: '10000000000',
  MALLOC_TOP_PAD_: '67108864',
  OMP_WAIT_POLICY: 'passive',
} as const;

/** How PyTorch's process is set up. */
export interface PytorchOptions {
  /**
   * Whether freed memory is kept for the next tensor instead of being returned to the system, and OpenMP's threads sleep
   * while they wait instead of taking the processor from those of OpenBLAS.
   *
   * @defaultValue false
   */
  readonly tuned?: boolean;
}

/**
 * Start PyTorch.
 *
 * @returns the reason as a text where it is not installed
 */
export async function startPytorch(threads: number, options: PytorchOptions = {}): Promise<PytorchPeer | string> {
  const program = fileURLToPath(new URL('pytorch.py', import.meta.url));
  const { ask, run, stop } = startProcess('PyTorch', interpreter, [program, String(threads)], {
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
    OPENBLAS_CORETYPE: undefined,
    OPENBLAS_L2_SIZE: undefined,
    ...(options.tuned === true ? tuning : {}),
  });
  try {
    return {
      about: await ask<PytorchAbout>({ do: 'about' }),
      open: (name, model, tensors, train, hurry) =>
        ask({ do: 'open', case: name, model, train, hurry, tensors: encoded(tensors) }),
      run: async (name, milliseconds) => fastestCall(await run(name, milliseconds)),
      close: async (name) => {
        await ask({ do: 'close', case: name });
      },
      stop,
    };
  } catch (error) {
    return (error as Error).message;
  }
}

/** Write tensors as JSON: little-endian numbers in base64. */
function encoded(tensors: Readonly<Record<string, Tensor>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
      const values = dtype === 'i32' ? data : toFloats(tensors[name]!);
      const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
      return [name, { dtype, shape, data: bytes.toString('base64') }];
    }),
  );
}
