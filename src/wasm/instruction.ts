/**
 * How one instruction becomes a function: its encoding and its effect on the operand stack.
 */
import type { Code, ValueType } from './code.ts';

/** Write one instruction without immediates. */
export type Instruction = (code: Code) => void;

/** Write a load or store: the address is on the stack, `offset` (bytes) is added to it. */
export type MemoryInstruction = (code: Code, offset?: number) => void;

/** Write an instruction on one lane of a vector. */
export type LaneInstruction = (code: Code, lane: number) => void;

/** Write a load or store of one lane; `offset` in bytes. */
export type MemoryLaneInstruction = (code: Code, lane: number, offset?: number) => void;

/** Vector opcodes are 256 + their number after the 0xfd prefix. */
export const VECTOR = 0x100;

function emit(code: Code, opcode: number): void {
  if (opcode < VECTOR) {
    code.writer.byte(opcode);
  } else {
    code.writer.byte(0xfd);
    code.writer.unsigned(opcode - VECTOR);
  }
}

/** Make an instruction without immediates. */
export function plain(
  name: string,
  opcode: number,
  takes: readonly ValueType[],
  leaves: readonly ValueType[],
): Instruction {
  return (code) => {
    code.effect(name, takes, leaves);
    emit(code, opcode);
  };
}

/** Make a family of instructions of one shape from names and opcodes. */
export function family<K extends string>(
  prefix: string,
  opcodes: Readonly<Record<K, number>>,
  takes: readonly ValueType[],
  leaves: readonly ValueType[],
): Readonly<Record<K, Instruction>> {
  const entries = Object.entries<number>(opcodes).map(([name, opcode]) => [
    name,
    plain(`${prefix}.${name}`, opcode, takes, leaves),
  ]);
  return Object.fromEntries(entries) as Record<K, Instruction>;
}

/** Make a load or store with its natural alignment, 2^alignment bytes. */
export function memory(
  name: string,
  opcode: number,
  alignment: number,
  takes: readonly ValueType[],
  leaves: readonly ValueType[],
): MemoryInstruction {
  return (code, offset = 0) => {
    code.effect(name, takes, leaves);
    emit(code, opcode);
    code.writer.unsigned(alignment);
    code.writer.unsigned(offset);
  };
}

/** Make an instruction on one of `lanes` lanes. */
export function lane(
  name: string,
  opcode: number,
  lanes: number,
  takes: readonly ValueType[],
  leaves: readonly ValueType[],
): LaneInstruction {
  return (code, index) => {
    if (!(index >= 0 && index < lanes))
      throw new RangeError(`wasm ${name}: lane ${index} is not within 0 to ${lanes - 1}.`);
    code.effect(name, takes, leaves);
    emit(code, opcode);
    code.writer.byte(index);
  };
}

/** Make a load or store of one lane of 2^alignment bytes. */
export function memoryLane(
  name: string,
  opcode: number,
  alignment: number,
  leaves: readonly ValueType[],
): MemoryLaneInstruction {
  return (code, index, offset = 0) => {
    const lanes = 16 >> alignment;
    if (!(index >= 0 && index < lanes))
      throw new RangeError(`wasm ${name}: lane ${index} is not within 0 to ${lanes - 1}.`);
    code.effect(name, ['i32', 'v128'], leaves);
    emit(code, opcode);
    code.writer.unsigned(alignment);
    code.writer.unsigned(offset);
    code.writer.byte(index);
  };
}
