import { describe, expect, it } from 'vitest';
import { moduleBuilder, validateNetlist } from '../../src/netlist/index.ts';
import type { Cell, Memory, Module } from '../../src/netlist/index.ts';

const leaf = (): Module => {
  const builder = moduleBuilder('leaf', 'passes a through, delays b');
  const a = builder.input('a', 4);
  const b = builder.input('b', 4);
  builder.output('y', builder.not(a));
  builder.output('z', builder.register(b));
  return builder.build();
};
const buffer = (): Module => {
  const builder = moduleBuilder('buffer', 'words in, words out');
  const [enable, to, from] = [builder.input('enable', 1), builder.input('to', 3), builder.input('from', 3)];
  const words = builder.addMemory('words', 4, 6);
  builder.memoryWrite(words, enable, to, builder.input('data', 4));
  builder.output('y', builder.memory(from, words));
  return builder.build();
};
const withMemory = (module: Module, change: Partial<Memory>): Module => ({
  ...module,
  memories: [{ ...module.memories[0]!, ...change }],
});
const check =
  (...modules: Module[]): (() => void) =>
  () =>
    validateNetlist({ name: 'n', top: modules.at(-1)!.name, modules });
const withCell = (module: Module, net: number, cell: Cell): Module => ({
  ...module,
  cells: module.cells.map((old, k) => (k === net ? cell : old)),
});

describe('validateNetlist', () => {
  it('accepts what the builder makes', () => {
    expect(check(leaf())).not.toThrow();
  });

  it.each([
    [
      'a width misfit',
      (m: Module) => ({ ...m, widths: m.widths.map((w, k) => (k === 2 ? 5 : w)) }),
      'cell 2 (not) has 5 bits, must have 4',
    ],
    [
      'a forward reference',
      (m: Module) => withCell(m, 2, { kind: 'not', a: 3 }),
      'only registers and instances refer forward',
    ],
    [
      'a net that is not there',
      (m: Module) => withCell(m, 3, { kind: 'register', d: 9 }),
      'reads net 9, must be 0 … 3',
    ],
    ['a reserved name', (m: Module) => ({ ...m, names: { 2: 'always' } }), 'must be a free Verilog identifier'],
    [
      'a name given twice',
      (m: Module) => ({ ...m, names: { 2: 'y' } }),
      'net 2 has the name y, which output port y already has',
    ],
    ['a net called like the clock', (m: Module) => ({ ...m, names: { 2: 'clk' } }), 'the implicit clock already has'],
    ['a reset value too wide', (m: Module) => withCell(m, 3, { kind: 'register', d: 1, reset: 16n }), 'reset value 16'],
    [
      'a missing ROM',
      (m: Module) => withCell(m, 2, { kind: 'rom', address: 0, rom: 0 }),
      'reads ROM 0, but there are 0',
    ],
    [
      'a short ROM',
      (m: Module) => ({
        ...withCell(m, 2, { kind: 'rom', address: 0, rom: 0 }),
        roms: [{ name: 'r', width: 4, words: [1n, 2n] }],
      }),
      'must have 2^address words',
    ],
    [
      'a ROM word too wide',
      (m: Module) => ({ ...m, roms: [{ name: 'r', width: 4, words: [1n, 99n] }] }),
      'ROM r word 1 is 99',
    ],
  ] as const)('rejects %s', (_, damage, message) => {
    expect(check(damage(leaf()))).toThrow(message);
  });

  it.each([
    ['no memory at all', (m: Module) => ({ ...m, memories: [] }), 'cell 4 (memory) reads memory 0, but there are 0'],
    ['one word only', (m: Module) => withMemory(m, { words: 1 }), 'memory words has 1 words, must be an integer of'],
    ['no width', (m: Module) => withMemory(m, { width: 0 }), 'memory words has width 0'],
    ['a short address', (m: Module) => withMemory(m, { words: 9 }), 'a write address of 3 bits, must have 4'],
    [
      'a wide enable',
      (m: Module) => withMemory(m, { write: { enable: 1, address: 1, data: 3 } }),
      'memory words has a write enable of 3 bits, must have 1',
    ],
    [
      'data that is not there',
      (m: Module) => withMemory(m, { write: { enable: 0, address: 1, data: 9 } }),
      'memory words has a write data of no bits, must have 4',
    ],
    [
      'a name given twice',
      (m: Module) => withMemory(m, { name: 'y' }),
      'memory y has the name y, which output port y already has',
    ],
    [
      'a short read address',
      (m: Module) => withCell(m, 4, { kind: 'memory', address: 0, memory: 0 }),
      'has an address of 1 bits for memory words of 6 words, must have 3',
    ],
    [
      'a constant write address',
      (m: Module) => withCell({ ...m, inputs: [m.inputs[0]!, m.inputs[3]!] }, 1, { kind: 'constant', value: 2n }),
      'memory words is only written at word 2, must be a register then',
    ],
    [
      'a constant read address beyond the last word',
      (m: Module) => withCell(m, 2, { kind: 'constant', value: 6n }),
      'always reads word 6 of memory words, must be below 6',
    ],
  ] as const)('rejects a memory read or write with %s', (_, damage, message) => {
    expect(check(buffer())).not.toThrow();
    expect(check(damage(buffer()))).toThrow(message);
  });

  it('finds a combinational loop through the read of a memory, and none through its write', () => {
    const top = (feed: (y: number, x: number) => number[]): (() => void) => {
      const builder = moduleBuilder('top', '');
      const [one, x] = [builder.input('one', 1), builder.input('x', 3)];
      const { outputs, connect } = builder.openInstance('u', buffer());
      const [y] = outputs;
      builder.name(y!, 'back');
      const low = builder.slice(y!, 0, 3);
      connect([one, ...feed(low, x), y!]);
      return check(buffer(), builder.build());
    };
    expect(top((y, x) => [y, x])).not.toThrow();
    expect(top((y, x) => [x, y])).toThrow('form a combinational loop');
  });

  it('rejects unknown, doubled and misplaced modules', () => {
    const builder = moduleBuilder('top', '');
    const x = builder.input('x', 4);
    builder.instance('u', leaf(), [x, x]);
    const top = builder.build();
    expect(check(leaf(), top)).not.toThrow();
    expect(check(top)).toThrow('instance u is of module leaf, which must be defined before it');
    expect(check(leaf(), leaf())).toThrow('defined twice');
    expect(() => validateNetlist({ name: 'n', top: 'missing', modules: [leaf()] })).toThrow('top module missing');
  });

  it('finds a combinational loop through an instance, and none through its registered path', () => {
    const builder = moduleBuilder('top', '');
    const x = builder.input('x', 4);
    const [y, z] = builder.instance('u', leaf(), [x, x]);
    builder.name(y!, 'back');
    const top = builder.build();
    const loop = { ...top, instances: [{ ...top.instances[0]!, inputs: [y!, x] }] };
    const fine = { ...top, instances: [{ ...top.instances[0]!, inputs: [z!, y!] }] };
    expect(check(leaf(), loop)).toThrow('module top: nets back <- back form a combinational loop');
    expect(check(leaf(), fine)).not.toThrow();
  });
});
