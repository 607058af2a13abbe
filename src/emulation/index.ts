/** Running circuits on batches: the exact interpreter (the reference) and generated WebAssembly. */
export { emulate, interpretBatch } from './emulate.ts';
export type { Emulation } from './emulate.ts';
export { compileEmulator, emulatedCircuit } from './emulator.ts';
export type { Emulator, EmulatorOptions, EmulatorPort, Samples } from './emulator.ts';
export { checkInput, interpret, interpretGraph, interpretWires } from './interpreter.ts';
export * from './export/index.ts';
