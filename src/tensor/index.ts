/**
 * Tensors: shapes, views and pure operations on f32 data with i32 indices, computed by the plain JavaScript backend.
 *
 * The same inputs give the same bits on every machine: own elementary functions, one order per sum, no fused
 * multiply-add.
 */
export type { Dtype, Tensor } from './tensor.ts';
export { isSymbolic, symbolicInput, traced, type SymbolicTensor, type TraceNode } from './trace.ts';
export { computeBackend, setComputeBackend, type ComputeBackend } from './backends/current.ts';
export { hasWasmVectors } from './backends/wasm-support.ts';
export {
  closeGpu,
  describeGpu,
  gpuDense,
  gpuMatmul,
  gpuModes,
  gpuTolerance,
  isProcessor,
  openGpu,
  type GpuActivation,
  type GpuDescription,
  type GpuMode,
  type GpuOptions,
} from './backends/gpu/index.ts';
export {
  broadcastShapes,
  normalizeAxes,
  normalizeAxis,
  sameShape,
  shapeText,
  sizeOfShape,
  type Axes,
} from './shape.ts';
export { arange, fromArray, full, ones, scalar, tensor, zeros, type Nested } from './create.ts';
export { cast, contiguous, isContiguous, item, size, toFlat, toFloats, toNested } from './access.ts';
export {
  broadcastTo,
  expandDims,
  flip,
  reshape,
  slice,
  squeeze,
  transpose,
  transposeLast,
  type SliceRange,
} from './views.ts';
export {
  abs,
  add,
  asinh,
  atan,
  atan2,
  clip,
  cos,
  cosh,
  divide,
  equal,
  erf,
  exp,
  expm1,
  floor,
  greater,
  greaterEqual,
  leakyRelu,
  less,
  lessEqual,
  log,
  log1p,
  log2,
  maximum,
  minimum,
  multiply,
  negate,
  notEqual,
  pow,
  powScalar,
  relu,
  reluGradient,
  round,
  roundScalar,
  sigmoid,
  sigmoidGradient,
  sign,
  sin,
  sinh,
  softplus,
  sqrt,
  square,
  subtract,
  tanh,
  tanhGradient,
  where,
  type TensorLike,
} from './elementwise.ts';
export { dense, matmul } from './matmul.ts';
export { rowProduct } from './row-product.ts';
export { insideGrid, quantize, quantizeFloats, type FixedGrid } from './quantize.ts';
export { dropoutMask, randomBits } from './random-mask.ts';
export { argmax, argmin, cumsum, max, mean, min, prod, productOfOthers, std, sum, variance } from './reduce.ts';
export { variance as var } from './reduce.ts';
export { logSoftmax, logSumExp, softmax } from './softmax.ts';
export { gather, indexAdd, indexSelect, oneHot, scatterAdd, topk } from './indexing.ts';
export { concat, pad, stack, tile } from './joining.ts';
export { convolve, convolveInputGradient, convolveKernelGradient, type ConvolutionOptions } from './convolution.ts';
export {
  averagePool,
  averagePoolGradient,
  maxPool,
  maxPoolGradient,
  type AveragePoolOptions,
  type PoolOptions,
} from './pooling.ts';
export { nearestNeighbours, type NeighbourOptions } from './neighbours.ts';
export * from './elementary/index.ts';
export * from './plan/index.ts';
