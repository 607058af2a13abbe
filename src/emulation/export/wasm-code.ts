/**
 * The program as a WebAssembly module: scalar loops over one memory, without imports, growth or allocation.
 *
 * `run(n)` reads n events of 32-bit codes from `INPUT`, and writes their outputs from the address that `layout` tells.
 * It returns 0, or 1 + the number of the first input code that is outside its format; then no output is written.
 */
import { rawRange } from '../../fixed/index.ts';
import { type Code, i32, i64, type Local, WasmModule } from '../../wasm/index.ts';
import type { FunctionReference } from '../../wasm/index.ts';
import type { ArrayId, ExportProgram, IndexMap, Loop, ProgramPort } from './program.ts';
import { type Range, type ScalarBody, unite, type Value } from './scalar.ts';

/** Words of the module. */
export const WASM_WORD: { readonly limit: bigint; readonly text: string } = {
  limit: (1n << 63n) - 1n,
  text: '64 bits',
};

/** Events that one call computes at most. */
export const WASM_BLOCK = 64;

const PAGE = 65536;

interface Storage {
  readonly bytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
}

export interface WasmLayout {
  readonly inputAddress: number;
  readonly outputAddress: number;
  /** Codes per event. */
  readonly inputs: number;
  readonly outputs: number;
}

const isInt32 = ({ lo, hi }: Range): boolean => lo >= -(1n << 31n) && hi < 1n << 31n;

function storageOf({ lo, hi }: Range): Storage {
  for (const bytes of [1, 2] as const) {
    const half = 1n << BigInt(8 * bytes - 1);
    if (lo >= -half && hi < half) return { bytes, signed: true };
    if (lo >= 0n && hi < 2n * half) return { bytes, signed: false };
  }
  return { bytes: isInt32({ lo, hi }) ? 4 : 8, signed: true };
}

/** Encode the program. */
export function wasmCode(program: ExportProgram): { bytes: Uint8Array; dataBytes: number; layout: WasmLayout } {
  const module = new WasmModule();
  const storages = program.arrays.map(({ range }) => storageOf(range));
  const addresses: number[] = [];
  let end = 16;
  let dataBytes = 0;
  const reserve = (bytes: number): number => {
    const address = Math.ceil(end / 8) * 8;
    end = address + bytes;
    return address;
  };
  for (const [k, { length, values }] of program.arrays.entries()) {
    const { bytes } = storages[k]!;
    // An input that nothing reads is copied in all the same.
    addresses.push(program.used.has(k) || values === undefined ? reserve(length * bytes) : 0);
    if (!program.used.has(k)) continue;
    if (values === undefined) continue;
    module.data(addresses[k]!, encode(values, bytes));
    dataBytes += length * bytes;
  }
  const count = (ports: readonly ProgramPort[]): number => ports.reduce((n, port) => n + port.formats.length, 0);
  const inputs = count(program.inputs);
  const outputs = count(program.outputs);
  const inputAddress = reserve(WASM_BLOCK * inputs * 4);
  const outputAddress = reserve(WASM_BLOCK * outputs * 4);
  const memory: Memory = { addresses, storages, ranges: program.arrays.map(({ range }) => range) };

  const layers = program.layers.map(({ loops }) =>
    module.function({}, (code) => {
      for (const loop of loops) writeLoop(code, loop, memory);
    }),
  );
  const event = writeEvent(module, program, layers, memory, (values) => {
    const address = reserve(4 * values.length);
    module.data(address, encode(values, 4));
    dataBytes += 4 * values.length;
    return address;
  });
  writeRun(module, event, { inputAddress, outputAddress, inputs, outputs });
  module.memory({ pages: Math.ceil(end / PAGE), maximumPages: Math.ceil(end / PAGE), exportName: 'memory' });
  return { bytes: module.toBytes(), dataBytes, layout: { inputAddress, outputAddress, inputs, outputs } };
}

interface Memory {
  readonly addresses: readonly number[];
  readonly storages: readonly Storage[];
  readonly ranges: readonly Range[];
}

function encode(values: readonly bigint[], bytes: number): Uint8Array {
  const result = new Uint8Array(values.length * bytes);
  const view = new DataView(result.buffer);
  for (const [k, value] of values.entries()) {
    for (let byte = 0; byte < bytes; byte++) {
      view.setUint8(k * bytes + byte, Number((value >> BigInt(8 * byte)) & 0xffn));
    }
  }
  return result;
}

/** Write `for (k = 0; k < count; k++) body`. */
function counted(code: Code, k: Local, count: number, body: () => void): void {
  i32.const(code, 0);
  code.set(k);
  code.loop(() => {
    body();
    code.get(k);
    i32.const(code, 1);
    i32.add(code);
    code.tee(k);
    i32.const(code, count);
    i32.ltS(code);
    code.branchIf(0);
  });
}

/** Write `select` for the words on the stack. */
function choose(code: Code, is64: boolean): void {
  if (!is64) {
    i32.select(code);
    return;
  }
  code.effect('select', ['i64', 'i64', 'i32'], ['i64']);
  code.writer.byte(0x1b);
}

/** Replace the element number on the stack by its byte offset. */
function scaled(code: Code, bytes: number): void {
  if (bytes === 1) return;
  i32.const(code, Math.log2(bytes));
  i32.shl(code);
}

/** Replace the element number on the stack by the element, in the word of `known`. */
function load(code: Code, memory: Memory, array: ArrayId, known: Range): void {
  const { bytes, signed } = memory.storages[array]!;
  scaled(code, bytes);
  const offset = memory.addresses[array]!;
  if (bytes === 8) {
    i64.load(code, offset);
    if (isInt32(known)) i32.wrapI64(code);
    return;
  }
  if (bytes === 4) i32.load(code, offset);
  else if (bytes === 2) (signed ? i32.load16S : i32.load16U)(code, offset);
  else (signed ? i32.load8S : i32.load8U)(code, offset);
}

/** Store the value on the stack, a word of `range`, at the byte offset below it. */
function store(code: Code, memory: Memory, array: ArrayId, range: Range): void {
  const { bytes } = memory.storages[array]!;
  const offset = memory.addresses[array]!;
  if (bytes === 8) {
    if (isInt32(range)) i64.extendI32S(code);
    i64.store(code, offset);
    return;
  }
  if (!isInt32(range)) i32.wrapI64(code);
  (bytes === 4 ? i32.store : bytes === 2 ? i32.store16 : i32.store8)(code, offset);
}

function pushIndex(code: Code, memory: Memory, index: IndexMap, k: Local): void {
  if (index.kind === 'listed') {
    code.get(k);
    load(code, memory, index.array, memory.ranges[index.array]!);
    return;
  }
  code.get(k);
  i32.const(code, index.stride);
  i32.mul(code);
  i32.const(code, index.base);
  i32.add(code);
}

/** Write a body; `read` pushes an operand in the word of the range, the result is left in a new local. */
function writeBody(
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

function writeLoop(code: Code, loop: Loop, memory: Memory): void {
  const { target, position, count, reduction, operands, body } = loop;
  const k = code.local('i32');
  const i = code.local('i32');
  const end = code.local('i32');
  const row = code.local('i32');
  const sumWide = reduction !== undefined && !isInt32(reduction.range);
  const sum = code.local(sumWide ? 'i64' : 'i32');
  const readSum = (range: Range): void => {
    code.get(sum);
    if (sumWide && isInt32(range)) i32.wrapI64(code);
  };
  counted(code, k, count, () => {
    if (reduction !== undefined) {
      const { source, weights, start, term, step } = reduction;
      if (start === undefined) {
        if (sumWide) i64.const(code, 0n);
        else i32.const(code, 0);
      } else {
        pushIndex(code, memory, start.index, k);
        load(code, memory, start.array, memory.ranges[start.array]!);
        if (sumWide && memory.storages[start.array]!.bytes < 8) i64.extendI32S(code);
      }
      code.set(sum);
      const accumulate = (pushElement: () => void, array: ArrayId, pushWeight: () => void): void => {
        const product = writeBody(code, term, memory, (index, known) => {
          if (index === 0) pushElement();
          else pushWeight();
          load(code, memory, index === 0 ? source : array, known);
        });
        const next = writeBody(code, step, memory, (index, known) => {
          if (index === 0) {
            readSum(known);
            return;
          }
          code.get(product.local);
          if (isInt32(product.range) && !isInt32(known)) i64.extendI32S(code);
          if (!isInt32(product.range) && isInt32(known)) i32.wrapI64(code);
        });
        code.get(next.local);
        if (sumWide && isInt32(next.range)) i64.extendI32S(code);
        if (!sumWide && !isInt32(next.range)) i32.wrapI64(code);
        code.set(sum);
      };
      if (weights.kind === 'dense') {
        code.get(k);
        i32.const(code, weights.columns);
        i32.mul(code);
        code.set(row);
        counted(code, i, weights.columns, () =>
          accumulate(
            () => code.get(i),
            weights.array,
            () => {
              code.get(row);
              code.get(i);
              i32.add(code);
            },
          ),
        );
      } else {
        pushIndex(code, memory, weights.bases, k);
        code.set(row);
        const bound = (next: number, to: Local): void => {
          pushIndex(code, memory, weights.kernels, k);
          i32.const(code, next);
          i32.add(code);
          load(code, memory, weights.starts, memory.ranges[weights.starts]!);
          code.set(to);
        };
        bound(0, i);
        bound(1, end);
        code.block(() => {
          code.loop(() => {
            code.get(i);
            code.get(end);
            i32.geS(code);
            code.branchIf(1);
            accumulate(
              () => {
                code.get(i);
                load(code, memory, weights.offsets, memory.ranges[weights.offsets]!);
                code.get(row);
                i32.add(code);
              },
              weights.weights,
              () => code.get(i),
            );
            code.get(i);
            i32.const(code, 1);
            i32.add(code);
            code.set(i);
            code.branch(0);
          });
        });
      }
    }
    const { local, range } = writeBody(code, body, memory, (index, known) => {
      const operand = operands[index]!;
      if (operand.kind === 'sum') {
        readSum(known);
        return;
      }
      pushIndex(code, memory, operand.index, k);
      load(code, memory, operand.array, known);
    });
    pushIndex(code, memory, position, k);
    scaled(code, memory.storages[target]!.bytes);
    code.get(local);
    store(code, memory, target, range);
  });
}

/** event(from, to): check and copy in, run the layers, copy out; 0 or 1 + the index of a bad input. */
function writeEvent(
  module: WasmModule,
  program: ExportProgram,
  layers: readonly FunctionReference[],
  memory: Memory,
  bounds: (values: readonly bigint[]) => number,
): FunctionReference {
  return module.function({ parameters: ['i32', 'i32'], results: ['i32'] }, (code, from, to) => {
    const value = code.local('i32');
    const k = code.local('i32');
    const bad = code.local('i32');
    let offset = 0;
    code.block(() => {
      for (const { array, formats } of program.inputs) {
        const ranges = formats.map(rawRange);
        const span = ranges.reduce(unite);
        counted(code, k, formats.length, () => {
          code.get(from!);
          code.get(k);
          scaled(code, 4);
          i32.add(code);
          i32.load(code, 4 * offset);
          code.set(value);
          /** Compare with the bound of this element. */
          const beyond = (end: 'lo' | 'hi', compare: (code: Code) => void): void => {
            code.get(value);
            if (ranges.every((range) => range[end] === ranges[0]![end])) {
              i32.const(code, Number(ranges[0]![end]));
            } else {
              code.get(k);
              scaled(code, 4);
              i32.load(code, bounds(ranges.map((range) => range[end])));
            }
            compare(code);
          };
          beyond('lo', i32.ltS);
          beyond('hi', i32.gtS);
          i32.or(code);
          code.if(() => {
            code.get(k);
            i32.const(code, offset + 1);
            i32.add(code);
            code.set(bad);
            code.branch(2);
          });
          code.get(k);
          scaled(code, memory.storages[array]!.bytes);
          code.get(value);
          store(code, memory, array, span);
        });
        offset += formats.length;
      }
      for (const layer of layers) code.call(layer);
      offset = 0;
      for (const { array, formats } of program.outputs) {
        counted(code, k, formats.length, () => {
          code.get(to!);
          code.get(k);
          scaled(code, 4);
          i32.add(code);
          code.get(k);
          load(code, memory, array, { lo: 0n, hi: 0n });
          i32.store(code, 4 * offset);
        });
        offset += formats.length;
      }
    });
    code.get(bad);
  });
}

function writeRun(module: WasmModule, event: FunctionReference, layout: WasmLayout): void {
  module.function({ exportName: 'run', parameters: ['i32'], results: ['i32'] }, (code, count) => {
    const n = code.local('i32');
    const bad = code.local('i32');
    code.block(() => {
      code.loop(() => {
        code.get(n);
        code.get(count!);
        i32.geS(code);
        code.branchIf(1);
        for (const [address, step] of [
          [layout.inputAddress, layout.inputs],
          [layout.outputAddress, layout.outputs],
        ] as const) {
          code.get(n);
          i32.const(code, 4 * step);
          i32.mul(code);
          i32.const(code, address);
          i32.add(code);
        }
        code.call(event);
        code.tee(bad);
        code.if(() => {
          code.get(n);
          i32.const(code, layout.inputs);
          i32.mul(code);
          code.get(bad);
          i32.add(code);
          code.set(bad);
          code.branch(2);
        });
        code.get(n);
        i32.const(code, 1);
        i32.add(code);
        code.set(n);
        code.branch(0);
      });
    });
    code.get(bad);
  });
}
