import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, ShapeError, UnsupportedError } from '../../src/errors.ts';
import { type NpyArray, readNpy, readNpz, writeNpy, writeNpz } from '../../src/formats/index.ts';

const fixture = (name: string): Uint8Array => readFileSync(new URL(`../../fixtures/formats/${name}`, import.meta.url));

interface Expected {
  readonly type: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

const expected = JSON.parse(new TextDecoder().decode(fixture('npy.json'))) as Readonly<Record<string, Expected>>;

const makers: Readonly<Record<string, { from(values: number[]): NpyArray['data'] }>> = {
  f4: Float32Array,
  f8: Float64Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  b1: Uint8Array,
};

const arrays: fc.Arbitrary<NpyArray> = fc
  .record({
    type: fc.constantFrom(...(Object.keys(makers) as NpyArray['type'][])),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    values: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 256, maxLength: 256 }),
  })
  .map(({ type, shape, values }) => {
    const count = shape.reduce((product, n) => product * n, 1);
    return { type, shape, data: makers[type].from(values.slice(0, count)) };
  });

describe('readNpy', () => {
  for (const [name, wanted] of Object.entries(expected)) {
    it(`reads what NumPy wrote: ${name}`, () => {
      const array = readNpy(fixture(`${name}.npy`), name);

      expect(array.type).toBe(wanted.type);
      expect(array.shape).toEqual(wanted.shape);
      expect(
        Array.from<number | bigint, number | string>(array.data as Iterable<number | bigint>, (x) =>
          typeof x === 'bigint' ? String(x) : x,
        ),
      ).toEqual(wanted.data);
    });
  }

  it('gives back what writeNpy wrote', () => {
    fc.assert(
      fc.property(arrays, (array) => {
        expect(readNpy(writeNpy(array), 'x')).toEqual(array);
      }),
      { numRuns: 100 },
    );
  });

  it('names file and byte for every truncation', () => {
    const bytes = fixture('f4-c.npy');
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => readNpy(bytes.subarray(0, length), 'cut.npy')).toThrow(FormatError);
      expect(() => readNpy(bytes.subarray(0, length), 'cut.npy')).toThrow(/^cut\.npy .*byte/);
    }
  });

  it('never crashes on damaged headers', () => {
    const bytes = fixture('f8-fortran.npy');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = bytes.slice();
        damaged[at] = value;
        try {
          readNpy(damaged, 'x');
        } catch (error) {
          expect(error instanceof FormatError || error instanceof UnsupportedError).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses pickled objects by name', () => {
    const header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }";
    const bytes = Uint8Array.from([
      0x93,
      ...new TextEncoder().encode('NUMPY'),
      1,
      0,
      header.length,
      0,
      ...new TextEncoder().encode(header),
      0,
    ]);

    expect(() => readNpy(bytes, 'objects.npy')).toThrow(UnsupportedError);
    expect(() => readNpy(bytes, 'objects.npy')).toThrow(/'\|O'/);
  });

  it('refuses bytes after the data', () => {
    const bytes = writeNpy({ type: 'u1', shape: [2], data: Uint8Array.of(1, 2) });

    expect(() => readNpy(Uint8Array.from([...bytes, 0]), 'long.npy')).toThrow(/too long.*byte 130, but it has 131/);
  });
});

describe('writeNpy', () => {
  it('writes the bytes that NumPy writes', () => {
    const bytes = writeNpy({ type: 'f4', shape: [2, 3], data: Float32Array.of(1.5, -2.25, 0, 3.125, 1e-3, 7) });

    expect(bytes).toEqual(new Uint8Array(fixture('f4-c.npy')));
  });

  it('refuses a shape that does not fit', () => {
    expect(() => writeNpy({ type: 'u1', shape: [3], data: Uint8Array.of(1, 2) })).toThrow(ShapeError);
  });
});

describe('npz', () => {
  it('reads what NumPy wrote', () => {
    const archive = readNpz(fixture('two.npz'), 'two.npz');

    expect([...archive.keys()]).toEqual(['weights', 'labels']);
    expect(archive.get('weights')).toEqual({ type: 'f4', shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) });
    expect(archive.get('labels')).toEqual({ type: 'i8', shape: [2], data: BigInt64Array.of(1n, -1n) });
  });

  it('gives back what writeNpz wrote, in the same bytes each time', () => {
    fc.assert(
      fc.property(arrays, arrays, (a, b) => {
        const archive = new Map([
          ['a', a],
          ['deep/b', b],
        ]);

        expect(readNpz(writeNpz(archive), 'x')).toEqual(archive);
        expect(writeNpz(archive)).toEqual(writeNpz(archive));
      }),
      { numRuns: 30 },
    );
  });

  it('throws a FormatError for every truncation and for changed data', () => {
    const bytes = fixture('two.npz');
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => readNpz(bytes.subarray(0, length), 'cut.npz')).toThrow(FormatError);
    }
    const stored = writeNpz(new Map([['a', { type: 'u1' as const, shape: [64], data: new Uint8Array(64) }]]));
    // The compressed data start behind the local header (30 bytes) and the name.
    for (let at = 30 + 'a.npy'.length; at < 90; at += 1) {
      const damaged = stored.slice();
      damaged[at] ^= 0x55;
      expect(() => readNpz(damaged, 'damaged.npz')).toThrow(FormatError);
    }
  });
});
