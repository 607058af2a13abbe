/** Networks as plain data: layer kinds, building, running, folding, checking and saving. */
export * from './layers/index.ts';
export type { Layer, LayerPrecision, Network, NetworkInput } from './network.ts';
export { hashNetwork, networkFormat, parseNetwork, serializeNetwork } from './serialize.ts';
export { sha256 } from './sha256.ts';
export { inferShapes } from './shapes.ts';
export type { NetworkStructure } from './shapes.ts';
export { checkFinite, validateNetwork } from './validate.ts';
