import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { moduleBuilder } from '../../src/netlist/index.ts';
import type { Module, Netlist } from '../../src/netlist/index.ts';
import { printMemories, printModule, printNetlist } from '../../src/verilog/index.ts';

/** y = saturate-free neuron: a registered product plus a table word, with a valid bit that has a reset. */
const neuron: Module = {
  name: 'neuron',
  comment: 'Adds a table word to a product and keeps the upper half.',
  inputs: [
    { name: 'valid_in', width: 1, net: 0 },
    { name: 'x', width: 8, net: 1 },
  ],
  outputs: [
    { name: 'valid_out', width: 1, net: 10 },
    { name: 'y', width: 6, net: 9 },
  ],
  cells: [
    { kind: 'input', port: 0 },
    { kind: 'input', port: 1 },
    { kind: 'slice', a: 1, lsb: 4 },
    { kind: 'slice', a: 1, lsb: 0 },
    { kind: 'multiply', a: 2, b: 3, signedA: true, signedB: false },
    { kind: 'rom', address: 3, rom: 0 },
    { kind: 'extend', a: 5, signed: false },
    { kind: 'add', a: 4, b: 6 },
    { kind: 'register', d: 7 },
    { kind: 'slice', a: 8, lsb: 1 },
    { kind: 'register', d: 0, reset: 0n },
  ],
  widths: [1, 8, 4, 3, 7, 5, 7, 7, 7, 6, 1],
  names: { 4: 'product', 8: 'total', 10: 'valid' },
  instances: [],
  roms: [{ name: 'squares', width: 5, words: [0n, 1n, 4n, 9n, 16n, 25n, 4n, 17n] }],
  memories: [],
};

const pair: Module = {
  name: 'pair',
  comment: 'Two neurons in series.',
  inputs: [
    { name: 'valid_in', width: 1, net: 0 },
    { name: 'x', width: 8, net: 1 },
  ],
  outputs: [
    { name: 'valid_out', width: 1, net: 5 },
    { name: 'y', width: 6, net: 6 },
  ],
  cells: [
    { kind: 'input', port: 0 },
    { kind: 'input', port: 1 },
    { kind: 'instance', instance: 0, output: 0 },
    { kind: 'instance', instance: 0, output: 1 },
    { kind: 'extend', a: 3, signed: true },
    { kind: 'instance', instance: 1, output: 0 },
    { kind: 'instance', instance: 1, output: 1 },
  ],
  widths: [1, 8, 1, 6, 8, 1, 6],
  names: {},
  instances: [
    { name: 'first', module: 'neuron', inputs: [0, 1] },
    { name: 'second', module: 'neuron', inputs: [2, 4] },
  ],
  roms: [],
  memories: [],
};

const netlist: Netlist = { name: 'pair', top: 'pair', modules: [neuron, pair] };

/** Six words between a writer that counts and a reader that says where and when. */
function buffer(): Module {
  const builder = moduleBuilder('buffer', 'Keeps the last six words that were written.');
  const [write, x] = [builder.input('write', 1), builder.input('x', 12)];
  const [read, from] = [builder.input('read', 1), builder.input('from', 3)];
  const words = builder.addMemory('words', 12, 6);
  const to = builder.registerPlaceholder(3, { reset: 0n, enable: write });
  builder.name(to, 'to');
  const isLast = builder.equal(to, builder.constant(5n, 3));
  builder.connect(to, builder.mux(isLast, builder.constant(0n, 3), builder.add(to, builder.constant(1n, 3))));
  builder.memoryWrite(words, write, to, x);
  const word = builder.memory(from, words);
  builder.name(word, 'word');
  builder.output('y', builder.slice(builder.register(word, { enable: read }), 0, 8));
  return builder.build();
}

const golden = (name: string): string => readFileSync(`fixtures/verilog/${name}.v`, 'utf8');

describe('printModule', () => {
  it('prints a small module as golden text', () => {
    expect(printModule(neuron)).toBe(golden('neuron'));
  });

  it('prints instances with the implicit clock and reset', () => {
    expect(printModule(pair, [neuron])).toBe(golden('pair'));
  });

  it('prints a memory with its write, and leaves out one that nothing reads', () => {
    expect(printModule(buffer())).toBe(golden('buffer'));
    const { inputs, outputs, cells } = buffer();
    const [port] = outputs;
    const unread = { ...buffer(), outputs: [{ ...port!, net: inputs[1]!.net, width: 12 }] };
    expect(cells.some(({ kind }) => kind === 'memory')).toBe(true);
    expect(printModule(unread)).not.toMatch(/\b(?:reg|clk)\b/);
  });
});

describe('printNetlist', () => {
  it('gives one file per module and one per ROM', () => {
    expect(printNetlist(netlist).map(({ path }) => path)).toEqual(['src/neuron.v', 'src/pair.v']);
    expect(printMemories(netlist)).toEqual([
      { path: 'src/memfiles/neuron_squares.mem', text: '00\n01\n04\n09\n10\n19\n04\n11\n' },
    ]);
  });
});
