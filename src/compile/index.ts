/** From networks to circuits. */
export { compileNetwork } from './compile-network.ts';
export { type HardwareKind, type HardwareLayer, hardwareLayers } from './hardware-layer.ts';
export { DEFAULT_ADDER_DEPTH, DEFAULT_ADDER_EFFORT } from './options.ts';
export type { CompileOptions, NumericsProfile, SoftmaxOptions } from './options.ts';
export { parseCompileOptions, type RecordedOptions, serializeCompileOptions } from './options-text.ts';
export { lowerings } from './layers/index.ts';
export { quantizeConstant, quantizeParameter } from './parameters.ts';
export type { WireVector } from './wire-vector.ts';
export * from './streams/index.ts';
