/** The gpu backend: matrix products by gpu.js, on graphics hardware where some answers and on the processor elsewhere. */
export { closeGpu, type GpuDescription, type GpuOptions, describeGpu, openGpu } from './device.ts';
export { type GpuActivation, gpuDense, gpuMatmul, gpuTolerance } from './matmul.ts';
export { type GpuMode, gpuModes, isProcessor } from './modes.ts';
