/** From networks to circuits. */
export { DEFAULT_ADDER_DEPTH, DEFAULT_ADDER_EFFORT } from './adder-options.ts';
export { compileNetwork } from './compile-network.ts';
export { type HardwareKind, type HardwareLayer, hardwareLayers } from './hardware-layer.ts';
export type { CompileOptions, NumericsProfile, SoftmaxOptions } from './options.ts';
export { lowerings } from './layers/index.ts';
export { quantizeConstant, quantizeParameter } from './parameters.ts';
export type { WireVector } from './wire-vector.ts';
