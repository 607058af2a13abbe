import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ByteWriter,
  WasmModule,
  f32,
  f32x4,
  f64,
  f64x2,
  i16x8,
  i32,
  i32x4,
  i64,
  i64x2,
  v128,
} from '../../src/wasm/index.ts';
import type { Code, Instruction, Local, ValueType } from '../../src/wasm/index.ts';

const int32 = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -3, max: 3 }));
const int64 = fc.oneof(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), fc.bigInt({ min: -3n, max: 3n }));

type Exported = Readonly<Record<string, (...values: never[]) => never>>;

function instantiate(module: WasmModule, imports: WebAssembly.Imports = {}): Exported & { memory: WebAssembly.Memory } {
  return new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), imports).exports as never;
}

/** A function of two values, by one instruction. */
function binary<T>(type: ValueType, result: ValueType, instruction: Instruction): (a: T, b: T) => T {
  const module = new WasmModule();
  module.function({ exportName: 'f', parameters: [type, type], results: [result] }, (code, a, b) => {
    code.get(a!);
    code.get(b!);
    instruction(code);
  });
  return instantiate(module)['f'] as never;
}

/** Apply vector code to two 16-byte values at 0 and 16 of memory; the result is at 32. */
function vector(write: (code: Code) => void): (a: ArrayBuffer, b: ArrayBuffer) => ArrayBuffer {
  const module = new WasmModule();
  module.memory({ pages: 1, exportName: 'memory' });
  module.function({ exportName: 'f' }, (code) => {
    i32.const(code, 32);
    i32.const(code, 0);
    v128.load(code);
    i32.const(code, 0);
    v128.load(code, 16);
    write(code);
    v128.store(code);
  });
  const { f, memory } = instantiate(module);
  return (a, b) => {
    const bytes = new Uint8Array(memory.buffer);
    bytes.set(new Uint8Array(a), 0);
    bytes.set(new Uint8Array(b), 16);
    (f as () => void)();
    return memory.buffer.slice(32, 48) as ArrayBuffer;
  };
}

/** Apply an instruction to the second operand alone. */
function unary(instruction: Instruction): (code: Code) => void {
  return (code) => {
    const b = code.local('v128');
    code.set(b);
    code.drop('v128');
    code.get(b);
    instruction(code);
  };
}

/** Apply an instruction to the second operand twice. */
function narrowed(instruction: Instruction): (code: Code) => void {
  return (code) => {
    const b = code.local('v128');
    code.set(b);
    code.drop('v128');
    code.get(b);
    code.get(b);
    instruction(code);
  };
}

/** Shift the second operand. */
function shifted(instruction: Instruction, shift: number): (code: Code) => void {
  return unary((code) => {
    i32.const(code, shift);
    instruction(code);
  });
}

describe('numbers', () => {
  it('are encoded as LEB128', () => {
    const writer = new ByteWriter();
    writer.unsigned(624485);
    writer.signed(-123456);
    writer.signed64(-(1n << 63n));
    expect([...writer.toBytes()]).toEqual([
      0xe5, 0x8e, 0x26, 0xc0, 0xbb, 0x78, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f,
    ]);
  });

  it('pass through constants', () => {
    fc.assert(
      fc.property(int32, int64, fc.double({ noNaN: true }), (a, b, c) => {
        const module = new WasmModule();
        const constant = (name: string, result: ValueType, write: (code: Code) => void): void =>
          void module.function({ exportName: name, results: [result] }, write);
        constant('a', 'i32', (code) => i32.const(code, a));
        constant('b', 'i64', (code) => i64.const(code, b));
        constant('c', 'f64', (code) => f64.const(code, c));
        constant('d', 'f32', (code) => f32.const(code, c));
        const exports = instantiate(module) as unknown as Record<string, () => unknown>;
        expect([exports['a']!(), exports['b']!(), exports['c']!(), exports['d']!()]).toEqual([a, b, c, Math.fround(c)]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('scalar instructions', () => {
  it('of 32 bits compute like JavaScript', () => {
    const cases: readonly (readonly [Instruction, (a: number, b: number) => number])[] = [
      [i32.add, (a, b) => (a + b) | 0],
      [i32.sub, (a, b) => (a - b) | 0],
      [i32.mul, Math.imul],
      [i32.and, (a, b) => a & b],
      [i32.or, (a, b) => a | b],
      [i32.xor, (a, b) => a ^ b],
      [i32.shl, (a, b) => a << b],
      [i32.shrS, (a, b) => a >> b],
      [i32.shrU, (a, b) => (a >>> b) | 0],
      [i32.eq, (a, b) => Number(a === b)],
      [i32.ne, (a, b) => Number(a !== b)],
      [i32.ltS, (a, b) => Number(a < b)],
      [i32.ltU, (a, b) => Number(a >>> 0 < b >>> 0)],
      [i32.gtS, (a, b) => Number(a > b)],
      [i32.leS, (a, b) => Number(a <= b)],
      [i32.geU, (a, b) => Number(a >>> 0 >= b >>> 0)],
    ];
    for (const [instruction, expected] of cases) {
      const f = binary<number>('i32', 'i32', instruction);
      fc.assert(
        fc.property(int32, int32, (a, b) => {
          expect(f(a, b)).toBe(expected(a, b));
        }),
        { numRuns: 40 },
      );
    }
  });

  it('of 64 bits compute like bigints', () => {
    const cases: readonly (readonly [Instruction, (a: bigint, b: bigint) => bigint])[] = [
      [i64.add, (a, b) => a + b],
      [i64.sub, (a, b) => a - b],
      [i64.mul, (a, b) => a * b],
      [i64.and, (a, b) => a & b],
      [i64.or, (a, b) => a | b],
      [i64.xor, (a, b) => a ^ b],
      [i64.shl, (a, b) => a << (b & 63n)],
      [i64.shrS, (a, b) => a >> (b & 63n)],
      [i64.shrU, (a, b) => BigInt.asUintN(64, a) >> (b & 63n)],
    ];
    for (const [instruction, expected] of cases) {
      const f = binary<bigint>('i64', 'i64', instruction);
      fc.assert(
        fc.property(int64, int64, (a, b) => {
          expect(f(a, b)).toBe(BigInt.asIntN(64, expected(a, b)));
        }),
        { numRuns: 40 },
      );
    }
  });

  it('of floating point compute like JavaScript', () => {
    const number = fc.float({ noNaN: true, noDefaultInfinity: true });
    const cases: readonly (readonly [Instruction, Instruction, (a: number, b: number) => number])[] = [
      [f32.add, f64.add, (a, b) => a + b],
      [f32.sub, f64.sub, (a, b) => a - b],
      [f32.mul, f64.mul, (a, b) => a * b],
      [f32.div, f64.div, (a, b) => a / b],
      [f32.min, f64.min, Math.min],
      [f32.max, f64.max, Math.max],
    ];
    for (const [single, double, expected] of cases) {
      const f = binary<number>('f32', 'f32', single);
      const g = binary<number>('f64', 'f64', double);
      fc.assert(
        fc.property(number, number, (a, b) => {
          expect(f(a, b)).toBe(Math.fround(expected(a, b)));
          expect(g(a, b)).toBe(expected(a, b));
        }),
        { numRuns: 40 },
      );
    }
  });
});

describe('vector instructions', () => {
  it('of 32-bit lanes compute like JavaScript', () => {
    const all = (condition: boolean): number => (condition ? -1 : 0);
    const cases: readonly (readonly [Instruction, (a: number, b: number) => number])[] = [
      [i32x4.add, (a, b) => a + b],
      [i32x4.sub, (a, b) => a - b],
      [i32x4.mul, Math.imul],
      [i32x4.minS, Math.min],
      [i32x4.maxS, Math.max],
      [i32x4.minU, (a, b) => Math.min(a >>> 0, b >>> 0)],
      [i32x4.maxU, (a, b) => Math.max(a >>> 0, b >>> 0)],
      [i32x4.eq, (a, b) => all(a === b)],
      [i32x4.ne, (a, b) => all(a !== b)],
      [i32x4.ltS, (a, b) => all(a < b)],
      [i32x4.ltU, (a, b) => all(a >>> 0 < b >>> 0)],
      [i32x4.gtS, (a, b) => all(a > b)],
      [i32x4.leS, (a, b) => all(a <= b)],
      [i32x4.geS, (a, b) => all(a >= b)],
      [v128.and, (a, b) => a & b],
      [v128.andnot, (a, b) => a & ~b],
      [v128.or, (a, b) => a | b],
      [v128.xor, (a, b) => a ^ b],
    ];
    const four = fc.array(int32, { minLength: 4, maxLength: 4 });
    for (const [instruction, expected] of cases) {
      const f = vector(instruction);
      fc.assert(
        fc.property(four, four, (a, b) => {
          const found = new Int32Array(f(Int32Array.from(a).buffer, Int32Array.from(b).buffer));
          expect([...found]).toEqual(a.map((x, k) => expected(x, b[k]!) | 0));
        }),
        { numRuns: 30 },
      );
    }
  });

  it('of 16-bit lanes compute like JavaScript', () => {
    const int16 = fc.oneof(fc.integer({ min: -32768, max: 32767 }), fc.constantFrom(-32768, 32767, 0, -1));
    const eight = fc.array(int16, { minLength: 8, maxLength: 8 });
    const clip = (value: number): number => Math.max(-32768, Math.min(32767, value));
    const low = (value: number): number => value & 0xffff;
    const wide = (b: Int16Array): Int32Array => new Int32Array(b.buffer);
    const lanes: readonly (readonly [Instruction, (a: number, b: number) => number])[] = [
      [i16x8.add, (a, b) => a + b],
      [i16x8.addSatS, (a, b) => clip(a + b)],
      [i16x8.addSatU, (a, b) => Math.min(65535, low(a) + low(b))],
      [i16x8.sub, (a, b) => a - b],
      [i16x8.subSatS, (a, b) => clip(a - b)],
      [i16x8.subSatU, (a, b) => Math.max(0, low(a) - low(b))],
      [i16x8.mul, (a, b) => a * b],
      [i16x8.q15mulrSatS, (a, b) => clip((a * b + 16384) >> 15)],
      [i16x8.minS, Math.min],
      [i16x8.maxS, Math.max],
      [i16x8.minU, (a, b) => Math.min(low(a), low(b))],
      [i16x8.maxU, (a, b) => Math.max(low(a), low(b))],
      [i16x8.avgrU, (a, b) => (low(a) + low(b) + 1) >> 1],
      [i16x8.eq, (a, b) => -(a === b)],
      [i16x8.ne, (a, b) => -(a !== b)],
      [i16x8.ltS, (a, b) => -(a < b)],
      [i16x8.ltU, (a, b) => -(low(a) < low(b))],
      [i16x8.gtS, (a, b) => -(a > b)],
      [i16x8.gtU, (a, b) => -(low(a) > low(b))],
      [i16x8.leS, (a, b) => -(a <= b)],
      [i16x8.leU, (a, b) => -(low(a) <= low(b))],
      [i16x8.geS, (a, b) => -(a >= b)],
      [i16x8.geU, (a, b) => -(low(a) >= low(b))],
    ];
    const rows: readonly (readonly [(code: Code) => void, (a: Int16Array, b: Int16Array) => ArrayLike<number>])[] = [
      ...lanes.map(
        ([instruction, expected]) =>
          [instruction, (a: Int16Array, b: Int16Array) => a.map((x, k) => expected(x, b[k]!))] as const,
      ),
      [narrowed(i16x8.narrowI32x4S), (_, b) => [...wide(b), ...wide(b)].map(clip)],
      [narrowed(i16x8.narrowI32x4U), (_, b) => [...wide(b), ...wide(b)].map((x) => Math.max(0, Math.min(65535, x)))],
      [i32x4.dotI16x8S, (a, b) => [0, 2, 4, 6].map((k) => (a[k]! * b[k]! + a[k + 1]! * b[k + 1]!) | 0)],
      [i32x4.extmulLowI16x8S, (a, b) => [0, 1, 2, 3].map((k) => a[k]! * b[k]!)],
      [i32x4.extmulHighI16x8S, (a, b) => [4, 5, 6, 7].map((k) => a[k]! * b[k]!)],
      [i32x4.extmulLowI16x8U, (a, b) => [0, 1, 2, 3].map((k) => (low(a[k]!) * low(b[k]!)) | 0)],
      [i32x4.extmulHighI16x8U, (a, b) => [4, 5, 6, 7].map((k) => (low(a[k]!) * low(b[k]!)) | 0)],
      [unary(i32x4.extendLowI16x8S), (_, b) => b.subarray(0, 4)],
      [unary(i32x4.extendHighI16x8S), (_, b) => b.subarray(4)],
      [unary(i32x4.extendLowI16x8U), (_, b) => Array.from(b.subarray(0, 4), low)],
      [unary(i32x4.extendHighI16x8U), (_, b) => Array.from(b.subarray(4), low)],
      [unary(i32x4.extaddPairwiseI16x8S), (_, b) => [0, 2, 4, 6].map((k) => b[k]! + b[k + 1]!)],
      [unary(i32x4.extaddPairwiseI16x8U), (_, b) => [0, 2, 4, 6].map((k) => low(b[k]!) + low(b[k + 1]!))],
      [unary(i16x8.abs), (_, b) => b.map(Math.abs)],
      [unary(i16x8.neg), (_, b) => b.map((x) => -x)],
      [shifted(i16x8.shl, 3), (_, b) => b.map((x) => x << 3)],
      [shifted(i16x8.shrS, 3), (_, b) => b.map((x) => x >> 3)],
      [shifted(i16x8.shrU, 3), (_, b) => b.map((x) => low(x) >> 3)],
    ];
    for (const [write, expected] of rows) {
      const f = vector(write);
      fc.assert(
        fc.property(eight, eight, (p, q) => {
          const a = Int16Array.from(p);
          const b = Int16Array.from(q);
          const row = expected(a, b);
          const wide = row.length === 4 ? Int32Array.from(row) : Int16Array.from(row);
          expect(new Uint8Array(f(a.buffer, b.buffer))).toEqual(new Uint8Array(wide.buffer));
        }),
        { numRuns: 20 },
      );
    }
  });

  it('of 64-bit lanes compute like bigints', () => {
    const all = (condition: boolean): bigint => (condition ? -1n : 0n);
    const cases: readonly (readonly [Instruction, (a: bigint, b: bigint) => bigint])[] = [
      [i64x2.add, (a, b) => a + b],
      [i64x2.sub, (a, b) => a - b],
      [i64x2.mul, (a, b) => a * b],
      [i64x2.eq, (a, b) => all(a === b)],
      [i64x2.ne, (a, b) => all(a !== b)],
      [i64x2.ltS, (a, b) => all(a < b)],
      [i64x2.gtS, (a, b) => all(a > b)],
      [i64x2.leS, (a, b) => all(a <= b)],
      [i64x2.geS, (a, b) => all(a >= b)],
    ];
    const two = fc.array(int64, { minLength: 2, maxLength: 2 });
    for (const [instruction, expected] of cases) {
      const f = vector(instruction);
      fc.assert(
        fc.property(two, two, (a, b) => {
          const found = new BigInt64Array(f(BigInt64Array.from(a).buffer, BigInt64Array.from(b).buffer));
          expect([...found]).toEqual(a.map((x, k) => BigInt.asIntN(64, expected(x, b[k]!))));
        }),
        { numRuns: 30 },
      );
    }
  });

  it('shift, extend, multiply and choose lanes', () => {
    const a = Int32Array.of(-7, 2 ** 31 - 1, 5, -(2 ** 31));
    const b = Int32Array.of(3, -4, 2 ** 30, -1);
    const run32 = (write: (code: Code) => void): number[] => [...new Int32Array(vector(write)(a.buffer, b.buffer))];
    const run64 = (write: (code: Code) => void): bigint[] => [...new BigInt64Array(vector(write)(a.buffer, b.buffer))];
    const unary = (write: (code: Code) => void) => (code: Code) => {
      code.drop('v128');
      write(code);
    };
    const shift = (instruction: Instruction, by: number) =>
      unary((code) => {
        i32.const(code, by);
        instruction(code);
      });
    expect(run32(shift(i32x4.shl, 3))).toEqual([...a].map((x) => x << 3));
    expect(run32(shift(i32x4.shrS, 3))).toEqual([...a].map((x) => x >> 3));
    expect(run32(shift(i32x4.shrU, 3))).toEqual([...a].map((x) => (x >>> 3) | 0));
    expect(run32(unary(i32x4.neg))).toEqual([...a].map((x) => -x | 0));
    expect(run64(unary(i64x2.extendLowI32x4S))).toEqual([BigInt(a[0]!), BigInt(a[1]!)]);
    expect(run64(unary(i64x2.extendHighI32x4S))).toEqual([BigInt(a[2]!), BigInt(a[3]!)]);
    expect(run64(unary(i64x2.extendHighI32x4U))).toEqual([5n, 1n << 31n]);
    expect(run64(i64x2.extmulLowI32x4S)).toEqual([-21n, BigInt(a[1]!) * -4n]);
    expect(run64(i64x2.extmulHighI32x4S)).toEqual([5n << 30n, 1n << 31n]);
    const wide = [BigInt.asIntN(64, (BigInt(a[1]!) << 32n) | 0xfffffff9n), -(1n << 63n) | 5n];
    expect(run64(shift(i64x2.shrS, 5))).toEqual(wide.map((x) => x >> 5n));
    expect(run64(shift(i64x2.shl, 5))).toEqual(wide.map((x) => BigInt.asIntN(64, x << 5n)));
    expect(run64(shift(i64x2.shrU, 5))).toEqual(wide.map((x) => BigInt.asUintN(64, x) >> 5n));
    expect(run64(unary(i64x2.neg))).toEqual(wide.map((x) => BigInt.asIntN(64, -x)));
    expect(run32((code) => v128.shuffle(code, [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]))).toEqual([
      -7,
      5,
      3,
      2 ** 30,
    ]);
    const select = (code: Code): void => {
      v128.const(code, [255, 255, 255, 255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0]);
      v128.bitselect(code);
    };
    expect(run32(select)).toEqual([-7, -4, 2 ** 30 + 5, -1]);
    expect(
      run32((code) => {
        i32x4.extractLane(code, 1);
        i32x4.replaceLane(code, 2);
      }),
    ).toEqual([-7, 2 ** 31 - 1, -4, -(2 ** 31)]);
    expect(
      run32(
        unary((code) => {
          code.drop('v128');
          i32.const(code, 0);
          i32.const(code, 0);
          v128.load32Zero(code, 16);
          v128.load32Lane(code, 3, 4);
        }),
      ),
    ).toEqual([3, 0, 0, 2 ** 31 - 1]);
    expect(
      run32(
        unary((code) => {
          code.drop('v128');
          i32.const(code, 0);
          v128.load64Splat(code, 8);
        }),
      ),
    ).toEqual([5, -(2 ** 31), 5, -(2 ** 31)]);
  });

  it('of floating point lanes round like fround', () => {
    const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 4, maxLength: 4 });
    const cases: readonly (readonly [Instruction, Instruction, (a: number, b: number) => number])[] = [
      [f32x4.add, f64x2.add, (a, b) => a + b],
      [f32x4.sub, f64x2.sub, (a, b) => a - b],
      [f32x4.mul, f64x2.mul, (a, b) => a * b],
      [f32x4.div, f64x2.div, (a, b) => a / b],
      [f32x4.min, f64x2.min, Math.min],
      [f32x4.max, f64x2.max, Math.max],
    ];
    for (const [single, double, expected] of cases) {
      const f = vector(single);
      const g = vector(double);
      fc.assert(
        fc.property(values, values, (a, b) => {
          const four = new Float32Array(f(Float32Array.from(a).buffer, Float32Array.from(b).buffer));
          expect([...four]).toEqual(a.map((x, k) => Math.fround(expected(x, b[k]!))));
          const two = new Float64Array(g(Float64Array.from(a.slice(2)).buffer, Float64Array.from(b.slice(2)).buffer));
          expect([...two]).toEqual(a.slice(2).map((x, k) => expected(x, b[k + 2]!)));
        }),
        { numRuns: 30 },
      );
    }
  });

  it('of double lanes compare, round and convert like JavaScript', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true }),
      fc.integer({ min: -8, max: 8 }).map((n) => n / 2),
    );
    const two = fc.array(number, { minLength: 2, maxLength: 2 });
    const comparisons: readonly (readonly [Instruction, (a: number, b: number) => boolean])[] = [
      [f64x2.eq, (a, b) => a === b],
      [f64x2.ne, (a, b) => a !== b],
      [f64x2.lt, (a, b) => a < b],
      [f64x2.gt, (a, b) => a > b],
      [f64x2.le, (a, b) => a <= b],
      [f64x2.ge, (a, b) => a >= b],
    ];
    for (const [instruction, expected] of comparisons) {
      const f = vector(instruction);
      fc.assert(
        fc.property(two, two, (a, b) => {
          const found = new BigInt64Array(f(Float64Array.from(a).buffer, Float64Array.from(b).buffer));
          expect([...found]).toEqual(a.map((x, k) => (expected(x, b[k]!) ? -1n : 0n)));
        }),
        { numRuns: 40 },
      );
    }
    const functions: readonly (readonly [Instruction, (a: number, b: number) => number])[] = [
      [f64x2.pmin, (a, b) => (b < a ? b : a)],
      [f64x2.pmax, (a, b) => (a < b ? b : a)],
      [unary(f64x2.ceil), (_, b) => Math.ceil(b)],
      [unary(f64x2.floor), (_, b) => Math.floor(b)],
      [unary(f64x2.trunc), (_, b) => Math.trunc(b)],
      // Ties go to the even neighbour.
      [
        unary(f64x2.nearest),
        (_, b) => (Math.abs(b % 2) === 0.5 ? Math.trunc(b) : Math.sign(b) * Math.round(Math.abs(b))),
      ],
    ];
    for (const [instruction, expected] of functions) {
      const f = vector(instruction);
      fc.assert(
        fc.property(two, two, (a, b) => {
          const found = new Float64Array(f(Float64Array.from(a).buffer, Float64Array.from(b).buffer));
          // Adding 0 makes zeros of one sign.
          expect([...found].map((x) => x + 0)).toEqual(a.map((x, k) => expected(x, b[k]!) + 0));
        }),
        { numRuns: 40 },
      );
    }
    const halves = vector(unary(f64x2.promoteLowF32x4));
    expect([...new Float64Array(halves(new ArrayBuffer(16), Float32Array.of(0.1, -7, 1, 2).buffer))]).toEqual([
      Math.fround(0.1),
      -7,
    ]);
    const rounded = vector(unary(f32x4.demoteF64x2Zero));
    expect([...new Float32Array(rounded(new ArrayBuffer(16), Float64Array.of(0.1, 1e300).buffer))]).toEqual([
      Math.fround(0.1),
      Infinity,
      0,
      0,
    ]);
    const converted = vector(unary(f64x2.convertLowI32x4S));
    expect([...new Float64Array(converted(new ArrayBuffer(16), Int32Array.of(-5, 7, 1, 1).buffer))]).toEqual([-5, 7]);
  });
});

describe('modules', () => {
  it('run loops, conditionals, calls and imports over memory with data', () => {
    const seen: number[] = [];
    const module = new WasmModule();
    const report = module.importFunction('host', 'report', ['i32']);
    module.memory({ pages: 1, exportName: 'memory' });
    module.data(1024, new Uint8Array(Int32Array.of(5, -6, 7).buffer));
    const magnitude = module.function({ parameters: ['i32'], results: ['i32'] }, (code, x) => {
      code.get(x!);
      i32.const(code, 0);
      i32.ltS(code);
      code.if(() => {
        i32.const(code, 0);
        code.get(x!);
        i32.sub(code);
        code.set(x!);
      });
      code.get(x!);
    });
    module.function({ exportName: 'sum', parameters: ['i32'], results: ['i32'] }, (code, count) => {
      const k = code.local('i32');
      const sum = code.local('i32');
      code.block(() => {
        code.loop(() => {
          code.get(k);
          code.get(count!);
          i32.geS(code);
          code.branchIf(1);
          code.get(k);
          i32.const(code, 4);
          i32.mul(code);
          i32.load(code, 1024);
          code.call(magnitude);
          code.get(sum);
          i32.add(code);
          code.tee(sum);
          code.call(report);
          code.get(k);
          i32.const(code, 1);
          i32.add(code);
          code.set(k);
          code.branch(0);
        });
      });
      code.get(sum);
    });
    const { sum } = instantiate(module, { host: { report: (value: number) => void seen.push(value) } });
    expect((sum as unknown as (n: number) => number)(3)).toBe(18);
    expect(seen).toEqual([5, 11, 18]);
  });

  it('import a memory', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new WasmModule();
    module.memory({ pages: 1, importFrom: { module: 'host', name: 'memory' } });
    module.function({ exportName: 'store' }, (code) => {
      i32.const(code, 8);
      i64.const(code, -2n);
      i64.store(code);
    });
    (instantiate(module, { host: { memory } })['store'] as unknown as () => void)();
    expect(new BigInt64Array(memory.buffer)[1]).toBe(-2n);
  });

  it.each<[string, (code: Code, x: Local) => void]>([
    ['i32.add: needs i32 i32; stack []', (code, x) => (code.get(x), i32.add(code))],
    ['i64.add: needs i64 i64 but found i32', (code, x) => (code.get(x), code.get(x), i64.add(code))],
    ['end: values are left over', (code, x) => (code.get(x), code.get(x))],
    ['end: needs i32', () => undefined],
    ['end: the block changes the stack by 1', (code, x) => code.block(() => code.get(x))],
    ['br: no enclosing block 0', (code) => code.branch(0)],
  ])('are refused with "%s"', (sentence, write) => {
    const module = new WasmModule();
    expect(() =>
      module.function({ exportName: 'f', parameters: ['i32'], results: ['i32'] }, (code, x) => write(code, x!)),
    ).toThrow(sentence);
  });
});
