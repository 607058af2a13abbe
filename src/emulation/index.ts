/** Running circuits on batches: the exact interpreter (the reference) and generated WebAssembly. */
export { emulate, interpretBatch } from './emulate.ts';
export type { Emulation } from './emulate.ts';
export { compileEmulator, emulatedCircuit } from './emulator.ts';
export type { Samples } from './batch-runner.ts';
export type { Emulator, EmulatorOptions, EmulatorPort } from './emulator.ts';
export { emulateStreams, streamEmulator } from './streams.ts';
export type { Codes, StreamEmulator, StreamEmulatorOptions } from './streams.ts';
export { emulatorPool } from './pool.ts';
export type { EmulatorPool, PoolOptions } from './pool.ts';
export { checkInput, interpret, interpretGraph, interpretWires } from './interpreter.ts';
export * from './export/index.ts';
