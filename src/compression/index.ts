/** Compression: distillation, pruning, quantization and trainable bit-widths; the latter three are transforms of one training. */
export * from './bit-widths/index.ts';
export * from './distillation/index.ts';
export * from './pruning/index.ts';
export * from './quantization/index.ts';
