/**
 * Which backend computes: `js` is plain loops in JavaScript, `wasm` uses WebAssembly where that pays.
 *
 * The two give the same bits, so this is a matter of speed alone and one setting for the whole program.
 */

/** Where tensor operations are computed. */
export type ComputeBackend = 'js' | 'wasm';

let current: ComputeBackend = 'wasm';

/** Tell which backend computes. */
export function computeBackend(): ComputeBackend {
  return current;
}

/** Choose the backend that computes from now on. @returns the one before */
export function setComputeBackend(backend: ComputeBackend): ComputeBackend {
  const before = current;
  current = backend;
  return before;
}
