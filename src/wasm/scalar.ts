/**
 * Scalar instructions of WebAssembly, as typed functions: `i32.add(code)` writes `i32.add`.
 *
 * Names are those of the specification in camel case. Source: WebAssembly Core Specification 2.0, section 5.4.
 */
import type { Code } from './code.ts';
import { family, memory, plain } from './instruction.ts';
import type { Instruction, MemoryInstruction } from './instruction.ts';

type Family<K extends string> = Readonly<Record<K, Instruction>>;
type MemoryFamily<K extends string> = Readonly<Record<K, MemoryInstruction>>;

type IntegerCompare = 'eq' | 'ne' | 'ltS' | 'ltU' | 'gtS' | 'gtU' | 'leS' | 'leU' | 'geS' | 'geU';
type IntegerBinary =
  | 'add'
  | 'sub'
  | 'mul'
  | 'divS'
  | 'divU'
  | 'remS'
  | 'remU'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shrS'
  | 'shrU'
  | 'rotl'
  | 'rotr';
type FloatCompare = 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge';
type FloatUnary = 'abs' | 'neg' | 'ceil' | 'floor' | 'trunc' | 'nearest' | 'sqrt';
type FloatBinary = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'copysign';

/** Number a list of names consecutively, as the specification does. */
function numbered<K extends string>(first: number, names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name, k) => [name, first + k])) as Record<K, number>;
}

const integerCompare: readonly IntegerCompare[] = ['eq', 'ne', 'ltS', 'ltU', 'gtS', 'gtU', 'leS', 'leU', 'geS', 'geU'];
const integerBinary: readonly IntegerBinary[] = [
  'add',
  'sub',
  'mul',
  'divS',
  'divU',
  'remS',
  'remU',
  'and',
  'or',
  'xor',
  'shl',
  'shrS',
  'shrU',
  'rotl',
  'rotr',
];
const integerUnary = ['clz', 'ctz', 'popcnt'] as const;
const floatCompare: readonly FloatCompare[] = ['eq', 'ne', 'lt', 'gt', 'le', 'ge'];
const floatUnary: readonly FloatUnary[] = ['abs', 'neg', 'ceil', 'floor', 'trunc', 'nearest', 'sqrt'];
const floatBinary: readonly FloatBinary[] = ['add', 'sub', 'mul', 'div', 'min', 'max', 'copysign'];

/** 32-bit integers. */
export const i32: Family<
  | IntegerCompare
  | IntegerBinary
  | 'clz'
  | 'ctz'
  | 'popcnt'
  | 'eqz'
  | 'wrapI64'
  | 'truncF32S'
  | 'truncF64S'
  | 'reinterpretF32'
  | 'select'
> &
  MemoryFamily<'load' | 'load8S' | 'load8U' | 'load16S' | 'load16U' | 'store' | 'store8' | 'store16'> & {
    readonly const: (code: Code, value: number) => void;
  } = {
  ...family('i32', numbered(0x46, integerCompare), ['i32', 'i32'], ['i32']),
  ...family('i32', numbered(0x67, integerUnary), ['i32'], ['i32']),
  ...family('i32', numbered(0x6a, integerBinary), ['i32', 'i32'], ['i32']),
  eqz: plain('i32.eqz', 0x45, ['i32'], ['i32']),
  wrapI64: plain('i32.wrap_i64', 0xa7, ['i64'], ['i32']),
  truncF32S: plain('i32.trunc_f32_s', 0xa8, ['f32'], ['i32']),
  truncF64S: plain('i32.trunc_f64_s', 0xaa, ['f64'], ['i32']),
  reinterpretF32: plain('i32.reinterpret_f32', 0xbc, ['f32'], ['i32']),
  select: plain('select', 0x1b, ['i32', 'i32', 'i32'], ['i32']),
  load: memory('i32.load', 0x28, 2, ['i32'], ['i32']),
  load8S: memory('i32.load8_s', 0x2c, 0, ['i32'], ['i32']),
  load8U: memory('i32.load8_u', 0x2d, 0, ['i32'], ['i32']),
  load16S: memory('i32.load16_s', 0x2e, 1, ['i32'], ['i32']),
  load16U: memory('i32.load16_u', 0x2f, 1, ['i32'], ['i32']),
  store: memory('i32.store', 0x36, 2, ['i32', 'i32'], []),
  store8: memory('i32.store8', 0x3a, 0, ['i32', 'i32'], []),
  store16: memory('i32.store16', 0x3b, 1, ['i32', 'i32'], []),
  const: (code, value) => {
    code.effect('i32.const', [], ['i32']);
    code.writer.byte(0x41);
    code.writer.signed(value);
  },
};

/** 64-bit integers; comparisons give an i32. */
export const i64: Family<
  IntegerCompare | IntegerBinary | 'clz' | 'ctz' | 'popcnt' | 'eqz' | 'extendI32S' | 'extendI32U' | 'reinterpretF64'
> &
  MemoryFamily<'load' | 'store'> & { readonly const: (code: Code, value: bigint) => void } = {
  ...family('i64', numbered(0x51, integerCompare), ['i64', 'i64'], ['i32']),
  ...family('i64', numbered(0x79, integerUnary), ['i64'], ['i64']),
  ...family('i64', numbered(0x7c, integerBinary), ['i64', 'i64'], ['i64']),
  eqz: plain('i64.eqz', 0x50, ['i64'], ['i32']),
  extendI32S: plain('i64.extend_i32_s', 0xac, ['i32'], ['i64']),
  extendI32U: plain('i64.extend_i32_u', 0xad, ['i32'], ['i64']),
  reinterpretF64: plain('i64.reinterpret_f64', 0xbd, ['f64'], ['i64']),
  load: memory('i64.load', 0x29, 3, ['i32'], ['i64']),
  store: memory('i64.store', 0x37, 3, ['i32', 'i64'], []),
  const: (code, value) => {
    code.effect('i64.const', [], ['i64']);
    code.writer.byte(0x42);
    code.writer.signed64(value);
  },
};

/** Single precision; comparisons give an i32. */
export const f32: Family<
  FloatCompare | FloatUnary | FloatBinary | 'convertI32S' | 'convertI32U' | 'demoteF64' | 'reinterpretI32'
> &
  MemoryFamily<'load' | 'store'> & { readonly const: (code: Code, value: number) => void } = {
  ...family('f32', numbered(0x5b, floatCompare), ['f32', 'f32'], ['i32']),
  ...family('f32', numbered(0x8b, floatUnary), ['f32'], ['f32']),
  ...family('f32', numbered(0x92, floatBinary), ['f32', 'f32'], ['f32']),
  convertI32S: plain('f32.convert_i32_s', 0xb2, ['i32'], ['f32']),
  convertI32U: plain('f32.convert_i32_u', 0xb3, ['i32'], ['f32']),
  demoteF64: plain('f32.demote_f64', 0xb6, ['f64'], ['f32']),
  reinterpretI32: plain('f32.reinterpret_i32', 0xbe, ['i32'], ['f32']),
  load: memory('f32.load', 0x2a, 2, ['i32'], ['f32']),
  store: memory('f32.store', 0x38, 2, ['i32', 'f32'], []),
  const: (code, value) => {
    code.effect('f32.const', [], ['f32']);
    code.writer.byte(0x43);
    code.writer.float32(value);
  },
};

/** Double precision; comparisons give an i32. */
export const f64: Family<
  FloatCompare | FloatUnary | FloatBinary | 'convertI32S' | 'convertI32U' | 'promoteF32' | 'reinterpretI64'
> &
  MemoryFamily<'load' | 'store'> & { readonly const: (code: Code, value: number) => void } = {
  ...family('f64', numbered(0x61, floatCompare), ['f64', 'f64'], ['i32']),
  ...family('f64', numbered(0x99, floatUnary), ['f64'], ['f64']),
  ...family('f64', numbered(0xa0, floatBinary), ['f64', 'f64'], ['f64']),
  convertI32S: plain('f64.convert_i32_s', 0xb7, ['i32'], ['f64']),
  convertI32U: plain('f64.convert_i32_u', 0xb8, ['i32'], ['f64']),
  promoteF32: plain('f64.promote_f32', 0xbb, ['f32'], ['f64']),
  reinterpretI64: plain('f64.reinterpret_i64', 0xbf, ['i64'], ['f64']),
  load: memory('f64.load', 0x2b, 3, ['i32'], ['f64']),
  store: memory('f64.store', 0x39, 3, ['i32', 'f64'], []),
  const: (code, value) => {
    code.effect('f64.const', [], ['f64']);
    code.writer.byte(0x44);
    code.writer.float64(value);
  },
};
