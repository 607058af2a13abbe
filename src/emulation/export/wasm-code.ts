/**
 * The program as a WebAssembly module: scalar loops over one memory, without imports, growth or allocation.
 *
 * `run(n)` reads n events of 32-bit codes from the input address of `layout`, and writes their outputs from the output
 * address. It returns 0, or 1 + the number of the first input code that is outside its format, where it stops.
 */
import { rawRange } from '../../fixed/index.ts';
import { type Code, i32, i64, type Local, WasmModule } from '../../wasm/index.ts';
import type { FunctionReference } from '../../wasm/index.ts';
import type { ArrayId, ExportProgram, Loop, ProgramPort } from './program.ts';
import { type Range, unite } from './scalar.ts';
import { writeBody } from './wasm-body.ts';
import { counted, isInt32, load, type Memory, pushIndex, scaled, storageOf, store } from './wasm-memory.ts';

/** Words of the module. */
export const WASM_WORD: { readonly limit: bigint; readonly text: string } = {
  limit: (1n << 63n) - 1n,
  text: '64 bits',
};

/** Events that one call computes at most. */
export const WASM_BLOCK = 64;

const PAGE = 65536;

export interface WasmLayout {
  readonly inputAddress: number;
  readonly outputAddress: number;
  /** Codes per event. */
  readonly inputs: number;
  readonly outputs: number;
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
