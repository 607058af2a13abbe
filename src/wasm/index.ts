/** A small typed WebAssembly assembler: module, functions, memory, data, scalar and vector instructions. */
export { ByteWriter } from './bytes.ts';
export { Code } from './code.ts';
export type { FunctionReference, Local, ValueType } from './code.ts';
export type { Instruction, LaneInstruction, MemoryInstruction, MemoryLaneInstruction } from './instruction.ts';
export { WasmModule } from './module.ts';
export type { FunctionOptions, MemoryOptions } from './module.ts';
export { f32, f64, i32, i64 } from './scalar.ts';
export { f32x4, f64x2, i16x8, i32x4, i64x2, v128 } from './vector.ts';
