/**
 * The kernel of the gpu backend: act(A·B + bias), one element of the result per thread.
 *
 * gpu.js translates the text of a JavaScript function to WGSL, GLSL, WebAssembly or JavaScript. It is kept as text here,
 * not as a function whose text gpu.js would ask for: a minifier rewrites functions into forms that gpu.js refuses. The
 * text keeps to what all of its translators get right:
 * - operands are flat arrays, since mode `cpu` indexes a matrix by the extents of its first call;
 * - counters start from literals, since WGSL gives other starts the type f32;
 * - loops end at `loopMaxIterations` (1000 by default, silently), so that `createGemm` sets it.
 *
 * Four products per turn of the loop instead of one pay in the modes of the processor. A tile of four rows per thread pays
 * for long sums only and costs several times more for short ones, through the nested arrays in which gpu.js returns it:
 * `npm run bench:gpu` compares the three in every mode that answers.
 */
import type { GpuContext, GpuKernel } from './library.ts';

/**
 * Arguments: A row-major [rows, inner], B row-major [inner, output.x], bias [output.x], `inner`, the same rounded down to a
 * multiple of 4, and 1 for max(0, ·) or 0.
 */
export const gemm = `function gemm(a, b, bias, inner, whole, rectify) {
  const row = this.thread.y * inner;
  let sum = 0;
  for (let p = 0; p < whole; p += 4) {
    const left = row + p;
    const first = p * this.output.x + this.thread.x;
    const second = first + this.output.x;
    const third = second + this.output.x;
    const fourth = third + this.output.x;
    sum += a[left] * b[first] + a[left + 1] * b[second] + a[left + 2] * b[third] + a[left + 3] * b[fourth];
  }
  for (let q = 0; q < inner - whole; q++) {
    sum += a[row + whole + q] * b[(whole + q) * this.output.x + this.thread.x];
  }
  sum += bias[this.thread.x];
  if (rectify === 1 && sum < 0) sum = 0;
  return sum;
}`;

/** Translate and compile the kernel; see `kernelSettings`. */
export function createGemm(
  context: GpuContext,
  inner: number,
  rows: number,
  columns: number,
  resizable: boolean,
): GpuKernel {
  return context.createKernel(gemm, kernelSettings(inner, rows, columns, resizable));
}

/**
 * Give the settings of gpu.js for a kernel with the arguments of `gemm`.
 *
 * @param inner most turns of a loop
 * @param rows of the output
 * @param columns of the output
 * @param resizable whether later calls may have other sizes
 */
export function kernelSettings(inner: number, rows: number, columns: number, resizable: boolean): object {
  return {
    argumentTypes: ['Array', 'Array', 'Array', 'Integer', 'Integer', 'Integer'],
    output: [columns, rows],
    dynamicOutput: resizable,
    dynamicArguments: resizable,
    loopMaxIterations: inner,
    precision: 'single',
    strictIntegers: true,
    asyncMode: true,
  };
}
