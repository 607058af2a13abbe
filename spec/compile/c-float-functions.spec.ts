/** expFloat and tanhFloat against values of glibc 2.36, among them ones that a correctly rounded function would miss. */
import { describe, expect, it } from 'vitest';
import { expFloat, tanhFloat } from '../../src/compile/c-float-functions.ts';
import { expScalar, tanhScalar } from '../../src/tensor/index.ts';

const bitsOf = (x: number): number => new Uint32Array(Float32Array.of(x).buffer)[0]!;

const tanhMissed: readonly (readonly [number, number])[] = [
  [-0.654296875, 0xbf131611],
  [-0.921875, 0xbf3a0e78],
  [-0.1015625, 0xbdcf49ac],
  [-0.708984375, 0xbf1c2b8d],
  [0.96484375, 0x3f3f1603],
  [0.76953125, 0x3f258b4c],
  [0.85546875, 0x3f31a476],
  [0.490234375, 0x3ee8a771],
];
const tanhOthers: readonly (readonly [number, number])[] = [
  [0.0009765625, 0x3a7ffffb],
  [0.25, 0x3e7acbf5],
  [1.5, 0x3f67b7cc],
  [-3.998046875, 0xbf7fd3df],
  [0.34375, 0x3ea96163],
  [-0.5, 0xbeec9a9f],
  [1.04296875, 0x3f477054],
];
const expMissed: readonly (readonly [number, number])[] = [
  [-10.284222602844238, 0x380f4f8e],
  [7.8281331062316895, 0x451ce3d2],
  [-0.2010025531053543, 0x3f516293],
  [-10.9642972946167, 0x3791324d],
  [-0.8929852247238159, 0x3ed1a108],
  [6.9239678382873535, 0x447e1610],
];
const expOthers: readonly (readonly [number, number])[] = [
  [0, 0x3f800000],
  [1, 0x402df854],
  [-8, 0x39afe108],
  [63.9375, 0x6d9768e5],
  [88, 0x7ef882b7],
  [-103.5, 0x00000001],
  [-0.015625, 0x3f7c07f5],
];

describe('tanhFloat', () => {
  it.each([...tanhMissed, ...tanhOthers])('tanhf(%d)', (x, bits) => {
    expect(bitsOf(tanhFloat(x))).toBe(bits);
  });

  it.each(tanhMissed)('is not the rounded tanh at %d', (x, bits) => {
    expect(bitsOf(tanhScalar(x))).not.toBe(bits);
  });

  it('keeps zero', () => {
    expect(tanhFloat(0)).toBe(0);
  });
});

describe('expFloat', () => {
  it.each([...expMissed, ...expOthers])('expf(%d)', (x, bits) => {
    expect(bitsOf(expFloat(x))).toBe(bits);
  });

  it.each(expMissed)('is not the rounded exp at %d', (x, bits) => {
    expect(bitsOf(expScalar(x))).not.toBe(bits);
  });

  it('is infinite and zero outside the range of single precision', () => {
    expect(expFloat(89)).toBe(Infinity);
    expect(expFloat(1e6)).toBe(Infinity);
    expect(expFloat(-104)).toBe(0);
    expect(expFloat(-1e6)).toBe(0);
  });
});
