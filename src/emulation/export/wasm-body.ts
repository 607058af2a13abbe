/** Scalar bodies as WebAssembly: one local per value, 32 bits where the interval fits and 64 where not. */
import { type Code, i32, i64, type Local } from '../../wasm/index.ts';
import type { Range, ScalarBody, Value } from './scalar.ts';
import { isInt32, load, type Memory } from './wasm-memory.ts';

/** Write `select` for the words on the stack. */
function choose(code: Code, is64: boolean): void {
  if (!is64) {
    i32.select(code);
    return;
  }
  code.effect('select', ['i64', 'i64', 'i32'], ['i64']);
  code.writer.byte(0x1b);
}

/** Write a body; `read` pushes an operand in the word of the range, the result is left in a new local. */
export function writeBody(
  code: Code,
  { ops, ranges, result }: ScalarBody,
  memory: Memory,
  read: (index: number, range: Range) => void,
): { local: Local; range: Range } {
  const locals: Local[] = [];
  const wide = (value: Value): boolean => !isInt32(ranges[value]!);
  /** Push a value in the word that is asked for. */
  const push = (value: Value, asWide: boolean): void => {
    code.get(locals[value]!);
    if (asWide && !wide(value)) i64.extendI32S(code);
    if (!asWide && wide(value)) i32.wrapI64(code);
  };
  for (const [value, op] of ops.entries()) {
    const local = code.local(wide(value) ? 'i64' : 'i32');
    const range = ranges[value]!;
    /** Operate in 64 bits if any operand or the result needs them. */
    const inWord = (values: readonly Value[], write: (is64: boolean) => void): void => {
      const is64 = wide(value) || values.some(wide);
      for (const operand of values) push(operand, is64);
      write(is64);
      if (is64 && !wide(value)) i32.wrapI64(code);
    };
    const constant = (is64: boolean, raw: bigint): void => {
      if (is64) i64.const(code, raw);
      else i32.const(code, Number(raw));
    };
    switch (op.kind) {
      case 'operand':
        read(op.index, range);
        break;
      case 'constant':
        constant(wide(value), range.lo);
        break;
      case 'add':
        inWord([op.a, op.b], (is64) => (is64 ? i64 : i32).add(code));
        break;
      case 'subtract':
        inWord([op.a, op.b], (is64) => (is64 ? i64 : i32).sub(code));
        break;
      case 'multiply':
        inWord([op.a, op.b], (is64) => (is64 ? i64 : i32).mul(code));
        break;
      case 'and':
      case 'or':
      case 'xor': {
        const { kind } = op;
        inWord([op.a, op.b], (is64) => (is64 ? i64 : i32)[kind](code));
        break;
      }
      case 'minimum':
      case 'maximum': {
        const is64 = wide(value) || wide(op.a) || wide(op.b);
        for (const operand of [op.a, op.b, op.a, op.b]) push(operand, is64);
        const word = is64 ? i64 : i32;
        (op.kind === 'minimum' ? word.ltS : word.gtS)(code);
        choose(code, is64);
        if (is64 && !wide(value)) i32.wrapI64(code);
        break;
      }
      case 'lt':
      case 'le':
      case 'eq':
      case 'ne': {
        const is64 = wide(op.a) || wide(op.b);
        push(op.a, is64);
        push(op.b, is64);
        const word = is64 ? i64 : i32;
        ({ lt: word.ltS, le: word.leS, eq: word.eq, ne: word.ne })[op.kind](code);
        break;
      }
      case 'select': {
        push(op.a, wide(value));
        push(op.b, wide(value));
        code.get(locals[op.condition]!);
        if (wide(op.condition)) {
          i64.const(code, 0n);
          i64.ne(code);
        }
        choose(code, wide(value));
        break;
      }
      case 'shiftRight':
        inWord([op.a], (is64) => {
          constant(is64, BigInt(Math.min(op.bits, is64 ? 63 : 31)));
          (is64 ? i64 : i32).shrS(code);
        });
        break;
      case 'lowBits':
        inWord([op.a], (is64) => {
          constant(is64, (1n << BigInt(op.bits)) - 1n);
          (is64 ? i64 : i32).and(code);
        });
        break;
      case 'signedBits':
        inWord([op.a], (is64) => {
          const word = is64 ? i64 : i32;
          for (const shift of [word.shl, word.shrS]) {
            constant(is64, BigInt((is64 ? 64 : 32) - op.bits));
            shift(code);
          }
        });
        break;
      case 'lookup':
        push(op.a, false);
        load(code, memory, op.array, range);
        break;
      default:
        op satisfies never;
    }
    code.set(local);
    locals.push(local);
  }
  return { local: locals[result]!, range: ranges[result]! };
}
