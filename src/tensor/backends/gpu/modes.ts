/**
 * The modes of gpu.js, in the order in which they are tried: graphics hardware first, then the processor.
 *
 * A mode is not taken at its word. WebGPU counts only with an adapter, and neither WebGPU nor WebGL counts in automatic
 * choice where a browser draws in software: that is slower than the WebAssembly of gpu.js. Whatever is chosen must
 * then compute a small product rightly (see device.ts).
 */

/** Every mode, best first. */
export const gpuModes = ['webgpu', 'headlessgl', 'webgl2', 'webgl', 'webasm', 'cpu'] as const;

/**
 * Where gpu.js computes: `webgpu` (WGSL), `webgl2` and `webgl` (GLSL in a browser), `headlessgl` (GLSL in Node with the
 * package gl), `webasm` (its WebAssembly with vectors and workers), `cpu` (its JavaScript).
 */
export type GpuMode = (typeof gpuModes)[number];

/** Tell the modes whose programs are made for one size each; gpu.js returns wrong rows when it resizes these. */
export function isGraphics(mode: GpuMode): boolean {
  return mode === 'headlessgl' || mode === 'webgl2' || mode === 'webgl';
}

/** Tell the modes that run on the processor. */
export function isProcessor(mode: GpuMode): boolean {
  return mode === 'webasm' || mode === 'cpu';
}

interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: { readonly isFallbackAdapter?: boolean };
}

interface Platform {
  readonly navigator?: { readonly gpu?: { readonly requestAdapter: () => Promise<Adapter | null> } };
  readonly OffscreenCanvas?: new (
    width: number,
    height: number,
  ) => { readonly getContext: (kind: string, attributes: object) => DrawingContext | null };
}

interface DrawingContext {
  readonly getExtension: (name: string) => { readonly UNMASKED_RENDERER_WEBGL: number } | null;
  readonly getParameter: (name: number) => unknown;
}

/** Renderers that draw on the processor, by a part of their names. */
const softwareRenderers = /swiftshader|llvmpipe|softpipe|basic render|software/i;

/**
 * Say what speaks against a mode before gpu.js is asked; null if nothing does.
 *
 * @param forced whether the mode was asked for by name: software is then good enough
 */
export async function objection(mode: GpuMode, forced: boolean): Promise<string | null> {
  const platform = globalThis as unknown as Platform;
  if (mode === 'webgpu') {
    const gpu = platform.navigator?.gpu;
    if (gpu === undefined) return 'navigator.gpu is missing';
    const adapter = await gpu.requestAdapter().catch(() => null);
    if (adapter === null) return 'no WebGPU adapter answers';
    const software = adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false;
    return software && !forced ? 'the WebGPU adapter is software' : null;
  }
  if ((mode === 'webgl' || mode === 'webgl2') && platform.OffscreenCanvas !== undefined && !forced) {
    const canvas = new platform.OffscreenCanvas(2, 2);
    const context = canvas.getContext(mode, { failIfMajorPerformanceCaveat: true });
    const names = context?.getExtension('WEBGL_debug_renderer_info');
    const renderer = names ? String(context?.getParameter(names.UNMASKED_RENDERER_WEBGL)) : '';
    return context === null || softwareRenderers.test(renderer) ? 'WebGL draws in software or not at all' : null;
  }
  return null;
}
