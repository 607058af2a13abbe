/**
 * Translates a compiled program into WebAssembly: straight-line code, one function per `CHUNK` instructions.
 *
 * About ten times as fast as the loop of `execute`, which stays the reference (tests run both) and does the rare wide
 * operations here too, called back on the same memory. Values and memories stand at fixed addresses, ROMs behind
 * them.
 */
import { WasmModule, i32 } from '../wasm/index.ts';
import type { Code, FunctionReference } from '../wasm/index.ts';
import { execute } from './execute.ts';
import { OP, STRIDE } from './program.ts';
import type { Program } from './program.ts';

/** Instructions per function: engines optimise functions of moderate size best. */
const CHUNK = 1000;

/** Memory of a program and the function that evaluates all its instructions. */
export interface Evaluator {
  readonly memory: Int32Array;
  readonly run: () => void;
}

/** Evaluate by the loop of `execute`. */
export function interpretProgram({ code, words, roms }: Program): Evaluator {
  const memory = new Int32Array(words);
  return { memory, run: () => execute(code, memory, roms, 0, code.length) };
}

/** Evaluate by generated WebAssembly. */
export function translateProgram({ code, words, roms }: Program): Evaluator {
  const pages = Math.max(1, Math.ceil(((words + roms.length) * 4) / 65536));
  const module = new WasmModule();
  module.memory({ pages, importFrom: { module: 'env', name: 'memory' } });
  const wide = module.importFunction('env', 'wide', ['i32']);
  const chunks: FunctionReference[] = [];
  for (let from = 0; from < code.length; from += CHUNK * STRIDE) {
    const to = Math.min(code.length, from + CHUNK * STRIDE);
    chunks.push(
      module.function({}, (body) => {
        for (let pc = from; pc < to; pc += STRIDE) translate(body, code, pc, words, wide);
      }),
    );
  }
  module.function({ exportName: 'run' }, (body) => chunks.forEach((chunk) => body.call(chunk)));
  const buffer = new WebAssembly.Memory({ initial: pages });
  const memory = new Int32Array(buffer.buffer);
  memory.set(roms, words);
  const env = { memory: buffer, wide: (pc: number) => execute(code, memory, roms, pc, pc + STRIDE) };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { env });
  return { memory, run: instance.exports['run'] as () => void };
}

/** Write one instruction; the operation numbers and fields are those of `execute`. */
function translate(body: Code, code: Int32Array, pc: number, romBase: number, wide: FunctionReference): void {
  const [operation, to, a, b, c, d, e] = code.subarray(pc, pc + STRIDE) as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const constant = (value: number): void => i32.const(body, value);
  const load = (word: number): void => {
    constant(0);
    i32.load(body, 4 * word);
  };
  const mask = (bits: number): void => {
    if (bits === -1) return;
    constant(bits);
    i32.and(body);
  };
  const signed = (word: number, unused: number): void => {
    load(word);
    if (unused === 0) return;
    constant(unused);
    i32.shl(body);
    constant(unused);
    i32.shrS(body);
  };
  const store = (word: number, value: () => void): void => {
    constant(0);
    value();
    i32.store(body, 4 * word);
  };
  const binary = (instruction: (code: Code) => void): void => {
    load(a);
    load(b);
    instruction(body);
  };
  const shifted = (word: number, instruction: (code: Code) => void, amount: number): void => {
    load(word);
    constant(amount);
    instruction(body);
  };
  switch (operation) {
    case OP.add:
    case OP.subtract:
      return store(to, () => {
        binary(operation === OP.add ? i32.add : i32.sub);
        mask(c);
      });
    case OP.and:
      return store(to, () => binary(i32.and));
    case OP.or:
      return store(to, () => binary(i32.or));
    case OP.xor:
      return store(to, () => binary(i32.xor));
    case OP.not:
      return store(to, () => {
        shifted(a, i32.xor, -1);
        mask(b);
      });
    case OP.copy:
      return store(to, () => load(a));
    case OP.signExtend:
      return store(to, () => {
        signed(a, b);
        mask(c);
      });
    case OP.slice:
      return store(to, () => {
        shifted(a, i32.shrU, b);
        mask(c);
      });
    case OP.sliceAcross:
      return store(to, () => {
        shifted(a, i32.shrU, b);
        shifted(a + 1, i32.shl, 32 - b);
        i32.or(body);
        mask(c);
      });
    case OP.join:
      return store(to, () => {
        shifted(a, i32.shl, c);
        load(b);
        i32.or(body);
      });
    case OP.multiply:
      return store(to, () => {
        signed(a, c);
        signed(b, d);
        i32.mul(body);
        mask(e);
      });
    case OP.equal:
      return store(to, () => binary(i32.eq));
    case OP.lessSigned:
      return store(to, () => {
        signed(a, c);
        signed(b, c);
        i32.ltS(body);
      });
    case OP.lessUnsigned:
      return store(to, () => binary(i32.ltU));
    case OP.mux:
      return store(to, () => {
        load(b);
        load(c);
        load(a);
        i32.select(body);
      });
    case OP.rom:
      return store(to, () => {
        shifted(a, i32.shl, 2);
        i32.load(body, 4 * (romBase + b));
      });
    case OP.memory:
      return store(to, () => {
        shifted(a, i32.shl, 2);
        i32.load(body, 4 * b);
      });
    case OP.wideMemory:
      for (let k = 0; k < c; k += 1) {
        store(to + k, () => {
          shifted(a, i32.mul, 4 * c);
          i32.load(body, 4 * (b + k));
        });
      }
      return;
    case OP.place:
      store(to, () => {
        load(to);
        shifted(a, i32.shl, b);
        i32.or(body);
      });
      if (c === 0) return;
      return store(to + 1, () => {
        load(to + 1);
        shifted(a, i32.shrU, 32 - b);
        i32.or(body);
      });
    case OP.clear:
      for (let k = 0; k < a; k += 1) store(to + k, () => constant(0));
      return;
    default:
      constant(pc);
      body.call(wide);
  }
}
