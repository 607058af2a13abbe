/**
 * The kernels of the tiles: sums of 16-bit products, four samples to a vector, two lane groups at once.
 *
 * A kernel reads a tile as a stream: the initial sums, then per pair where the pair is and one coefficient pair per
 * product. All tiles of one shape share a kernel. Per pair, product and lane group the plain kernel is one dot product
 * and one addition; where products are rounded down first, the sum of their remainders is kept besides in 16-bit
 * lanes, and emptied before it can overflow.
 *
 * The inner loop is a loop on purpose: of straight code engines move the additions behind all loads and spill.
 */
import { i16x8, i32, i32x4, v128 } from '../wasm/index.ts';
import type { Code, FunctionReference, Local, WasmModule } from '../wasm/index.ts';
import { readingKey } from './schedule.ts';
import type { TileStep, ValueId } from './schedule.ts';

/** Lane groups that a kernel computes at once. */
const AT_ONCE = 2;

/** Encode the tile: the initial sums, then per pair its slot and the coefficients of all products. */
export function streamBytes({ products, pairs, weights, reading }: TileStep, slot: Int32Array): Uint8Array {
  const words = products.map(({ form }) =>
    Number(BigInt.asIntN(32, (BigInt(form.constant) << BigInt(reading.drop)) + BigInt(reading.bias))),
  );
  for (const [p, pair] of pairs.entries()) words.push(slot[pair as ValueId]!, ...weights.map((column) => column[p]!));
  return new Uint8Array(Int32Array.from(words).buffer);
}

export interface TileKernels {
  /** Return what writes the call of a tile whose stream and first slot are given. */
  readonly caller: (tile: TileStep) => (code: Code, groups: Local, stream: number, slot: number) => void;
  /** Number of kernels written. */
  readonly count: () => number;
}

/** Write v128.const of the same 32 bits in every lane. */
function splat(code: Code, word: number): void {
  const words = Int32Array.of(word, word, word, word);
  v128.const(code, new Uint8Array(words.buffer));
}

/** The kernels of one module, written when first asked for. */
export function tileKernels(module: WasmModule, slots: number, slotBytes: number): TileKernels {
  const known = new Map<string, FunctionReference>();
  return {
    count: () => known.size,
    caller(tile) {
      const count = tile.products.length;
      const key = `${count},${readingKey(tile.reading)}`;
      let kernel = known.get(key);
      if (kernel === undefined) {
        kernel = module.function({ parameters: ['i32', 'i32', 'i32', 'i32'] }, (code, groups, stream, pairs, slot) => {
          writeKernel(code, { groups: groups!, stream: stream!, pairs: pairs!, slot: slot! }, tile, slots, slotBytes);
        });
        known.set(key, kernel);
      }
      const target = kernel;
      return (code, groups, stream, slot) => {
        code.get(groups);
        i32.const(code, stream);
        i32.const(code, tile.pairs.length);
        i32.const(code, slot);
        code.call(target);
      };
    },
  };
}

interface KernelParameters {
  readonly groups: Local;
  readonly stream: Local;
  /** Number of pairs, at least 1. */
  readonly pairs: Local;
  /** Slot of the first product. */
  readonly slot: Local;
}

/** Add a constant to a local. */
function advance(code: Code, local: Local, step: number): void {
  code.get(local);
  i32.const(code, step);
  i32.add(code);
  code.set(local);
}

function writeKernel(
  code: Code,
  { groups, stream, pairs, slot }: KernelParameters,
  { products, reading }: TileStep,
  slots: number,
  slotBytes: number,
): void {
  const { drop } = reading;
  const count = products.length;
  const group = code.local('i32');
  const base = code.local('i32');
  const left = code.local('i32');
  const chunk = code.local('i32');
  const pointer = code.local('i32');
  const address = code.local('i32');
  const vectors = (length: number): Local[] => Array.from({ length }, () => code.local('v128'));
  const xs = vectors(AT_ONCE);
  const weight = code.local('v128');
  /** By lane group, then product. */
  const sums = xs.map(() => vectors(count));
  const remainders = xs.map(() => (drop === 0 ? [] : vectors(count)));
  const mask = ((1 << drop) - 1) * 0x10001;
  /** Remainders that fit the 16-bit lanes of a sum. */
  const rounds = drop === 0 ? 0 : Math.floor(0xffff / (2 ** drop - 1));

  const limit = (value: number | undefined): Local | undefined => {
    if (value === undefined) return undefined;
    const local = code.local('v128');
    splat(code, value);
    code.set(local);
    return local;
  };
  const lowest = limit(reading.lo);
  const highest = limit(reading.hi);

  const overPairs = (counter: Local): void => {
    code.loop(() => {
      code.get(pointer);
      i32.load(code);
      code.get(base);
      i32.add(code);
      code.set(address);
      for (const [g, x] of xs.entries()) {
        code.get(address);
        v128.load(code, slots + g * slotBytes);
        code.set(x);
      }
      for (let k = 0; k < count; k++) {
        code.get(pointer);
        v128.load32Splat(code, 4 + 4 * k);
        code.set(weight);
        for (const [g, x] of xs.entries()) {
          code.get(x);
          code.get(weight);
          i32x4.dotI16x8S(code);
          code.get(sums[g]![k]!);
          i32x4.add(code);
          code.set(sums[g]![k]!);
          if (drop === 0) continue;
          code.get(x);
          code.get(weight);
          i16x8.mul(code);
          splat(code, mask);
          v128.and(code);
          code.get(remainders[g]![k]!);
          i16x8.add(code);
          code.set(remainders[g]![k]!);
        }
      }
      advance(code, pointer, 4 + 4 * count);
      code.get(counter);
      i32.const(code, 1);
      i32.sub(code);
      code.tee(counter);
      code.branchIf(0);
    });
  };

  /** Take the remainders of both halves from the sums. */
  const empty = (): void => {
    for (const [g, row] of remainders.entries()) {
      for (const [k, remainder] of row.entries()) {
        code.get(sums[g]![k]!);
        code.get(remainder);
        splat(code, 0xffff);
        v128.and(code);
        code.get(remainder);
        i32.const(code, 16);
        i32x4.shrU(code);
        i32x4.add(code);
        i32x4.sub(code);
        code.set(sums[g]![k]!);
      }
    }
  };

  code.loop(() => {
    for (let k = 0; k < count; k++) {
      code.get(stream);
      v128.load32Splat(code, 4 * k);
      for (const row of sums) code.tee(row[k]!);
      code.drop('v128');
    }
    code.get(stream);
    i32.const(code, 4 * count);
    i32.add(code);
    code.set(pointer);
    code.get(pairs);
    code.set(left);
    if (drop === 0) {
      overPairs(left);
    } else {
      code.loop(() => {
        code.get(left);
        i32.const(code, rounds);
        code.get(left);
        i32.const(code, rounds);
        i32.ltU(code);
        i32.select(code);
        code.tee(chunk);
        code.get(left);
        i32.sub(code);
        code.set(left);
        for (const row of remainders) {
          for (const remainder of row) {
            splat(code, 0);
            code.set(remainder);
          }
        }
        overPairs(chunk);
        empty();
        // `left` holds minus what is left.
        i32.const(code, 0);
        code.get(left);
        i32.sub(code);
        code.tee(left);
        code.branchIf(0);
      });
    }
    code.get(base);
    code.get(slot);
    i32.add(code);
    code.set(address);
    for (const [g, row] of sums.entries()) {
      for (const [k, sum] of row.entries()) {
        code.get(address);
        code.get(sum);
        if (reading.left > 0) {
          i32.const(code, reading.left);
          i32x4.shl(code);
        }
        if (reading.right > 0) {
          i32.const(code, reading.right);
          (reading.signed ? i32x4.shrS : i32x4.shrU)(code);
        }
        if (lowest !== undefined) {
          code.get(lowest);
          i32x4.maxS(code);
        }
        if (highest !== undefined) {
          code.get(highest);
          i32x4.minS(code);
        }
        v128.store(code, slots + g * slotBytes + 16 * k);
      }
    }
    advance(code, base, AT_ONCE * slotBytes);
    advance(code, group, AT_ONCE);
    code.get(group);
    code.get(groups);
    i32.ltU(code);
    code.branchIf(0);
  });
}
