/**
 * The part of gpu.js that this package uses, and how it is loaded.
 *
 * gpu.js is an optional peer, so it is imported when first needed. Its own types say less than what is relied on here
 * (calls that return promises, the reason of a fall-back), hence these.
 */
import { ToolError } from '../../../errors.ts';

/** A compiled kernel; its result is one array per row of the output. */
export interface GpuKernel {
  (...values: readonly (Float32Array | number)[]): Promise<readonly Float32Array[]>;
  /** Set the output's extents [x, y] of the next call. */
  readonly setOutput: (extents: readonly [number, number]) => unknown;
  readonly destroy: () => void;
  /** What runs in the end: gpu.js replaces a kernel that a mode cannot run by one of its mode `cpu`. */
  readonly kernel: {
    readonly fallbackReason?: string | null;
    readonly constructor: { readonly mode?: string };
  };
}

/** gpu.js in one mode. */
export interface GpuContext {
  readonly createKernel: (source: string, settings: object) => GpuKernel;
  readonly destroy: () => Promise<void>;
}

/** The class `GPU` of gpu.js. */
export interface GpuLibrary {
  new (settings: { readonly mode: string }): GpuContext;
}

interface GpuModule {
  readonly GPU?: GpuLibrary;
  readonly default?: GpuLibrary & { readonly GPU?: GpuLibrary };
}

/**
 * Import gpu.js: its CommonJS files in Node, its browser bundle where a bundler put that in place.
 *
 * @throws ToolError with the line that installs it
 */
export async function loadGpuLibrary(): Promise<GpuLibrary> {
  try {
    const module = (await import('gpu.js')) as unknown as GpuModule;
    const library = module.GPU ?? module.default?.GPU ?? module.default;
    if (typeof library === 'function') return library;
  } catch {
    // Whatever the reason, the remedy is the same.
  }
  throw new ToolError(
    'The gpu backend needs the package gpu.js: install it with `npm install gpu.js@2.24.1`, or choose the backend js or wasm.',
  );
}
