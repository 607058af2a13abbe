/** The arrays of a program while it is put together; equal constant arrays are kept once. */
import type { ArrayId, IndexMap, ProgramArray } from './program.ts';
import type { Range } from './scalar.ts';

export interface ArrayStore {
  /** Add an array that code writes. */
  scratch(name: string, length: number, range: Range): ArrayId;
  /** Add or find a constant array. */
  constant(name: string, values: readonly bigint[]): ArrayId;
  /** Describe a list of indices by iteration. */
  indexMap(indices: readonly number[]): IndexMap;
  arrays(): readonly ProgramArray[];
}

/** Start without arrays; `prefix` is asked for the name of the layer that is being written. */
export function arrayStore(prefix: () => string): ArrayStore {
  const arrays: ProgramArray[] = [];
  const names = new Set<string>();
  const constants = new Map<string, ArrayId>();

  const nameFor = (name: string): string => {
    const plain = `${prefix()}_${name}`.replaceAll(/[^A-Za-z0-9_]/g, '_');
    const base = /^\d/.test(plain) ? `n${plain}` : plain;
    let free = base;
    for (let k = 2; names.has(free); k++) free = `${base}_${k}`;
    names.add(free);
    return free;
  };
  const constant = (name: string, values: readonly bigint[]): ArrayId => {
    const key = values.join();
    const known = constants.get(key);
    if (known !== undefined) return known;
    let lo = values[0]!;
    let hi = lo;
    for (const value of values) {
      if (value < lo) lo = value;
      if (value > hi) hi = value;
    }
    const array = arrays.push({ name: nameFor(name), length: values.length, range: { lo, hi }, values }) - 1;
    constants.set(key, array);
    return array;
  };
  return {
    scratch: (name, length, range) => arrays.push({ name: nameFor(name), length, range }) - 1,
    constant,
    indexMap(indices) {
      const base = indices[0]!;
      const stride = indices.length > 1 ? indices[1]! - base : 0;
      if (indices.every((index, k) => index === base + stride * k)) return { kind: 'affine', base, stride };
      return { kind: 'listed', array: constant('index', indices.map(BigInt)) };
    },
    arrays: () => arrays,
  };
}
