import { describe, expect, it } from 'vitest';
import { UnsupportedError, ValueError } from '../../src/errors.ts';
import { moduleBuilder } from '../../src/netlist/index.ts';
import { benchGap, expectedOutputs, readBenchOutputs, testBench } from '../../src/verilog/index.ts';
import { smallNetlist, smallVectors } from './small-design.ts';

const vectors = smallVectors();
const fileOf = (path: string): string | undefined =>
  testBench(smallNetlist(), vectors).find((file) => file.path === path)?.text;

describe('testBench', () => {
  it('writes one file per port, the pattern and the expected cycles', () => {
    expect(fileOf('tb/vectors/in_x.mem')).toBe('12\nff\n80\n');
    expect(fileOf('tb/vectors/out_y.mem')).toBe('03\n1e\n08\n');
    expect(fileOf('tb/vectors/golden_cycle.mem')).toBe('00000001\n00000002\n00000005\n');
    expect(fileOf('tb/vectors/valid_in.mem')?.replaceAll('\n', '').slice(0, 6)).toBe('110010');
  });

  it('keeps its own names clear of the ports', () => {
    const b = moduleBuilder('clash', 'Ports named as the bench would name its own variables.');
    const valid = b.input('valid_in', 1);
    b.output('valid_out', b.register(valid, { reset: 0n }));
    b.output('mismatches', b.register(b.input('cycle', 4)));
    const netlist = { name: 'clash', top: 'clash', modules: [b.build()] };
    const text = testBench(netlist, { stimuli: [[1n]], golden: [[1n]], goldenCycles: [1], pattern: [true, false] })[0]!
      .text;
    expect(text).toContain('reg [3:0] cycle;');
    expect(text).toContain('integer cycle_2;');
    expect(text).toContain('integer mismatches_2;');
  });

  it('refuses vectors that do not fit and modules without valid bits', () => {
    const netlist = smallNetlist();
    const b = moduleBuilder('bare', 'No valid bits.');
    b.output('y', b.input('x', 2));
    const bare = { name: 'bare', top: 'bare', modules: [b.build()] };
    expect(() => testBench(netlist, { ...vectors, pattern: [true] })).toThrow(ValueError);
    expect(() => testBench(netlist, { ...vectors, goldenCycles: [1] })).toThrow(/1 golden cycles/);
    expect(() => testBench(netlist, { ...vectors, golden: [[3n], [32n], [8n]] })).toThrow(
      /vector 1 of port y is 32, must be a word of 5 unsigned bits/,
    );
    expect(() => testBench(bare, vectors)).toThrow(UnsupportedError);
  });
});

describe('outputs of a bench', () => {
  it('are read as they were written, X as −1', () => {
    expect(readBenchOutputs('1 03\n2 1e\n5 xx\n')).toEqual([
      { cycle: 1, word: 3n },
      { cycle: 2, word: 30n },
      { cycle: 5, word: -1n },
    ]);
  });

  it('hold the first port in the low bits', () => {
    const b = moduleBuilder('two', 'Two outputs.');
    const valid = b.input('valid_in', 1);
    const x = b.input('x', 4);
    b.output('low', x);
    b.output('valid_out', valid);
    b.output('high', b.not(x));
    const netlist = { name: 'two', top: 'two', modules: [b.build()] };
    const expected = expectedOutputs(netlist, {
      stimuli: [[1n]],
      golden: [[1n, 14n]],
      goldenCycles: [0],
      pattern: [true],
    });
    expect(expected).toEqual([{ cycle: 0, word: 0xe1n }]);
  });
});

describe('benchGap', () => {
  it('has bursts at full rate and gaps of every length to 3', () => {
    const gaps = Array.from({ length: 64 }, (_, k) => benchGap(k));
    expect(gaps.slice(0, 16).every((gap) => gap === 0)).toBe(true);
    expect(new Set(gaps)).toEqual(new Set([0, 1, 2, 3]));
  });
});
