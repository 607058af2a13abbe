/**
 * OpenBLAS as a peer: a small C program, compiled at run time, in a process of its own for each choice of kernels.
 *
 * OpenBLAS chooses kernels for the processor unless OPENBLAS_CORETYPE says otherwise, which is read at the start.
 * "Prescott" has 128-bit vectors without fused multiply-add, as WebAssembly has them.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startProcess, type PeerCalls } from './process.ts';

/** A process that multiplies the matrices of gemm-data.ts. */
export interface OpenblasPeer {
  /** Name of the kernels that it uses. */
  readonly core: string;
  readonly run: (shape: string, milliseconds: number) => Promise<PeerCalls & { readonly values: readonly number[] }>;
  readonly stop: () => void;
}

/** Compiles the program once; `stop` ends its processes and removes it. */
export interface Openblas {
  /** Start a process. @param core kernels to use; the processor's own if null */
  readonly start: (core: string | null) => Promise<OpenblasPeer>;
  readonly stop: () => Promise<void>;
}

/**
 * Compile the program.
 *
 * @returns the reason as a text where there is no compiler or no OpenBLAS
 */
export async function compileOpenblas(): Promise<Openblas | string> {
  const folder = await mkdtemp(join(tmpdir(), 'openblas-'));
  const program = join(folder, 'openblas');
  const source = fileURLToPath(new URL('openblas.c', import.meta.url));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await promisify(execFile)('gcc', ['-O2', source, '-o', program, '-lopenblas']);
  } catch (error) {
    await remove();
    return (
      (error as Error).message.split('\n').find((line) => /error|ENOENT|cannot/.test(line)) ?? 'it does not compile'
    );
  }
  const started: (() => void)[] = [];
  return {
    start: async (core) => {
      const { ask, stop } = startProcess('OpenBLAS', program, [], {
        OPENBLAS_CORETYPE: core ?? undefined,
        OPENBLAS_L2_SIZE: undefined,
        OPENBLAS_NUM_THREADS: '1',
      });
      started.push(stop);
      const about = await ask<{ readonly core: string }>({ case: 'about', milliseconds: 0 });
      return { core: about.core, run: (shape, milliseconds) => ask({ case: shape, milliseconds }), stop };
    },
    stop: async () => {
      for (const stop of started) stop();
      await remove();
    },
  };
}
