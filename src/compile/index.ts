/** From networks to circuits. */
export { compileNetwork } from './compile-network.ts';
export { type HardwareKind, type HardwareLayer, hardwareLayers } from './hardware-layer.ts';
export type { CompileOptions, NumericsProfile, SoftmaxOptions } from './options.ts';
export { lowerings } from './layers/index.ts';
export { quantizeConstant, quantizeParameter } from './parameters.ts';
export type { WireVector } from './wire-vector.ts';
