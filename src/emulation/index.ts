/** Running circuits on batches: the exact interpreter (the reference) and generated WebAssembly. */
export { checkInput, interpret, interpretGraph, interpretWires } from './interpreter.ts';
