/** Runs vector functions of a module over arrays. */
import { WasmModule, i32, v128, type FunctionReference } from '../../../../src/wasm/index.ts';

/** Floats that one call takes at most. */
const CAPACITY = 1 << 14;

/**
 * Make a function of whole arrays of f32 from one of vectors.
 *
 * @param define gives the function of a module; its operands are vectors.
 */
export function onArrays(
  define: (module: WasmModule) => FunctionReference,
): (...operands: readonly Float32Array[]) => Float32Array {
  const module = new WasmModule();
  module.memory({ pages: (3 * CAPACITY * 4) / 65536, exportName: 'memory' });
  const target = define(module);
  module.function({ exportName: 'run', parameters: ['i32'] }, (code, bytes) => {
    const at = code.local('i32');
    code.loop(() => {
      code.get(at);
      target.parameters.forEach((_, k) => {
        code.get(at);
        v128.load(code, 4 * CAPACITY * k);
      });
      code.call(target);
      v128.store(code, 8 * CAPACITY);
      code.get(at);
      i32.const(code, 16);
      i32.add(code);
      code.tee(at);
      code.get(bytes!);
      i32.ltU(code);
      code.branchIf(0);
    });
  });
  const { memory, run } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes())).exports as unknown as {
    memory: WebAssembly.Memory;
    run: (bytes: number) => void;
  };
  const floats = new Float32Array(memory.buffer);
  return (...operands) => {
    const { length } = operands[0]!;
    const result = new Float32Array(length);
    for (let start = 0; start < length; start += CAPACITY) {
      const end = Math.min(length, start + CAPACITY);
      operands.forEach((values, k) => floats.set(values.subarray(start, end), k * CAPACITY));
      run(4 * (end - start));
      result.set(floats.subarray(2 * CAPACITY, 2 * CAPACITY + end - start), start);
    }
    return result;
  };
}

/** Find the first elements that differ: by bits, but for NaN, which is NaN whatever its payload. */
export function differences(found: Float32Array, expected: Float32Array): number[] {
  const a = new Int32Array(found.buffer, found.byteOffset, found.length);
  const b = new Int32Array(expected.buffer, expected.byteOffset, expected.length);
  const list: number[] = [];
  for (let i = 0; i < a.length && list.length < 5; i += 1) {
    if (a[i] !== b[i] && !(Number.isNaN(found[i]) && Number.isNaN(expected[i]))) list.push(i);
  }
  return list;
}

/** Every `step`-th f32 by bits, and `width` neighbours on both sides of each given value. */
export function sweep(step: number, around: readonly number[], width: number): Float32Array {
  const bits: number[] = [];
  for (let pattern = 0; pattern < 2 ** 32; pattern += step) bits.push(pattern | 0);
  for (const center of new Int32Array(Float32Array.from(around).buffer)) {
    for (let by = -width; by <= width; by += 1) bits.push((center + by) | 0);
  }
  return new Float32Array(Int32Array.from(bits).buffer);
}
