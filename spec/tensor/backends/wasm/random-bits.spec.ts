/** Four elements of a dropout mask at a time have the bits of the JavaScript loop, from any first element. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropoutMaskVector } from '../../../../src/tensor/backends/wasm/random-bits.ts';
import { dropoutMask, randomBits, tensor, toFloats } from '../../../../src/tensor/index.ts';
import { WasmModule, i32, v128 } from '../../../../src/wasm/index.ts';

/** Make a function that gives elements first … first + 3. */
function elements(rate: number): (key0: number, key1: number, first: number) => number[] {
  const module = new WasmModule();
  module.memory({ pages: 1, exportName: 'memory' });
  const target = dropoutMaskVector(module, rate);
  module.function({ exportName: 'run', parameters: ['i32', 'i32', 'i32'] }, (code, key0, key1, first) => {
    i32.const(code, 0);
    for (const operand of [key0!, key1!, first!]) code.get(operand);
    code.call(target);
    v128.store(code);
  });
  const { memory, run } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes())).exports as unknown as {
    memory: WebAssembly.Memory;
    run: (key0: number, key1: number, first: number) => void;
  };
  return (key0, key1, first) => {
    run(key0, key1, first);
    return [...new Float32Array(memory.buffer, 0, 4)];
  };
}

describe('dropoutMaskVector', () => {
  it.each([0, 0.1, 0.5, 0.999])('has the bits of dropoutMask at rate %d', (rate) => {
    const f = elements(rate);
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(word, word, fc.nat({ max: 60 }), (key0, key1, first) => {
        const mask = toFloats(dropoutMask(tensor([key0, key1], [2], 'i32'), rate, [first + 4]));
        expect(f(key0, key1, first)).toEqual([...mask.subarray(first)]);
      }),
    );
  });

  it('has the bits of dropoutMask from any first index', () => {
    const f = elements(0.3);
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const level = Math.round(0.3 * 2 ** 16);
    fc.assert(
      fc.property(word, word, word, (key0, key1, first) => {
        const bits = [0, 1, 2, 3].map((lane) => randomBits(key0, key1, first + lane));
        expect(f(key0, key1, first)).toEqual(bits.map((x) => (x < level ? 0 : Math.fround(1 / 0.7))));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes indices up to 2^32', () => {
    const f = elements(0.5);
    for (let first = 2 ** 32 - 1; first > 2 ** 32 - 200; first -= 1) {
      const expected = [0, 1, 2, 3].map((lane) => (randomBits(7, 8, first + lane) < 2 ** 15 ? 0 : 2));
      expect(f(7, 8, first)).toEqual(expected);
    }
  });
});
