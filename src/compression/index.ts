/** Compression: distillation, pruning and quantization; the latter two compose as transforms of one training. */
export * from './distillation/index.ts';
export * from './pruning/index.ts';
export * from './quantization/index.ts';
