import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/errors.ts';
import { moduleBuilder, validateNetlist } from '../../src/netlist/index.ts';
import { growCells, plans } from './arbitrary-module.ts';
import { evaluateModule } from './evaluate-module.ts';

describe('moduleBuilder', () => {
  it('folds and shares cells without changing what they compute', () => {
    fc.assert(
      fc.property(plans(30), fc.bigInt(0n, 31n), fc.bigInt(0n, 127n), (steps, u, v) => {
        // Arrange: the same plan once with inputs and once with the inputs replaced by constants (all folded)
        const live = moduleBuilder('live', '');
        const liveNets = [live.input('u', 5), live.input('v', 7)];
        growCells(live, steps, liveNets, 80);
        liveNets.forEach((net, k) => live.output(`y${k}`, net));
        const folded = moduleBuilder('folded', '');
        const foldedNets = [folded.constant(u, 5), folded.constant(v, 7)];
        growCells(folded, steps, foldedNets, 80);
        // Act
        const module = live.build();
        const results = evaluateModule(module, [u, v]);
        // Assert
        validateNetlist({ name: 'n', top: 'live', modules: [module] });
        expect(foldedNets.every((net) => folded.cellOf(net).kind === 'constant')).toBe(true);
        expect(results).toEqual(foldedNets.map((net) => (folded.cellOf(net) as { value: bigint }).value));
      }),
      { numRuns: 400 },
    );
  });

  it('shares identical combinational cells and commuted operands, but never registers', () => {
    const builder = moduleBuilder('m', '');
    const a = builder.input('a', 4);
    const b = builder.input('b', 4);
    expect(builder.add(a, b)).toBe(builder.add(b, a));
    expect(builder.subtract(a, b)).not.toBe(builder.subtract(b, a));
    expect(builder.register(a)).not.toBe(builder.register(a));
  });

  it('undoes concatenations and extensions by slices', () => {
    const builder = moduleBuilder('m', '');
    const a = builder.input('a', 4);
    const b = builder.input('b', 6);
    const joined = builder.concat([a, b]);
    expect(builder.slice(joined, 6, 4)).toBe(a);
    expect(builder.slice(joined, 0, 6)).toBe(b);
    expect(builder.slice(builder.extend(a, 9, true), 0, 4)).toBe(a);
    expect(builder.concat([builder.slice(b, 3, 3), builder.slice(b, 0, 3)])).toBe(b);
  });

  it('makes names valid, unique and free of reserved words', () => {
    const builder = moduleBuilder('m', '');
    const a = builder.input('a', 4);
    const nets = Array.from({ length: 6 }, () => builder.register(a));
    const names = ['reg', '3x', 'sum', 'sum', 'clk', 'a b'].map((text, k) => builder.name(nets[k]!, text));
    expect(names).toEqual(['reg_', 'n3x', 'sum', 'sum_2', 'clk_2', 'a_b']);
    expect(builder.name(nets[0]!, 'other')).toBe('reg_');
  });

  it('throws on misfits with the widths in the message', () => {
    const builder = moduleBuilder('m', '');
    const a = builder.input('a', 4);
    const b = builder.input('b', 5);
    expect(() => builder.add(a, b)).toThrow(
      new ShapeError('module m: cell add has operands of 4 and 5 bits, must be equal'),
    );
    expect(() => builder.slice(a, 2, 3)).toThrow('slice of bits 2 … 4 of a net of 4 bits');
    expect(() => builder.extend(b, 4, true)).toThrow('must be at least as wide');
    expect(() => builder.mux(a, b, b)).toThrow('the select of a mux has 4 bits');
    expect(() => builder.constant(4n, 2)).toThrow('does not fit');
    expect(() => builder.addRom('t', 3, [1n, 2n, 3n])).toThrow('power of two');
    expect(() => builder.input('wire', 1)).toThrow('free Verilog identifier, like wire_');
  });

  it('closes feedback through register placeholders and demands that they are connected', () => {
    const builder = moduleBuilder('counter', '');
    const count = builder.registerPlaceholder(3, { reset: 0n });
    expect(() => builder.build()).toThrow(ValueError);
    builder.connect(count, builder.add(count, builder.constant(1n, 3)));
    builder.output('y', count);
    validateNetlist({ name: 'n', top: 'counter', modules: [builder.build()] });
    expect(() => builder.connect(count, count)).toThrow('must be an unconnected register placeholder');
  });

  it('shares reads of one memory at one address, never two memories', () => {
    const builder = moduleBuilder('m', '');
    const [a, b] = [builder.input('a', 3), builder.input('b', 3)];
    const [first, second] = [builder.addMemory('words', 4, 5), builder.addMemory('words', 4, 5)];
    expect(builder.memory(a, first)).toBe(builder.memory(a, first));
    expect(builder.memory(a, first)).not.toBe(builder.memory(b, first));
    expect(builder.memory(a, first)).not.toBe(builder.memory(a, second));
    // A word beyond the last may be anything; a constant costs nothing
    expect(builder.cellOf(builder.memory(builder.constant(5n, 3), first))).toEqual({ kind: 'constant', value: 15n });
    expect(builder.cellOf(builder.memory(builder.constant(4n, 3), first)).kind).toBe('memory');
  });

  it('demands one fitting write per memory, which may follow from what is read', () => {
    const builder = moduleBuilder('m', '');
    const [enable, a] = [builder.input('enable', 1), builder.input('a', 3)];
    expect(() => builder.addMemory('words', 4, 1)).toThrow(
      'memory words has 1 words, must be an integer of at least 2',
    );
    expect(() => builder.addMemory('words', 0, 2)).toThrow('memory words has width 0');
    const words = builder.addMemory('words', 3, 5);
    const read = builder.memory(a, words);
    expect(() => builder.memory(enable, words)).toThrow(
      'memory words of 5 words has an address of 1 bits, must have 3',
    );
    expect(() => builder.memory(a, 1)).toThrow('memory 1 does not exist (there are 1)');
    expect(() => builder.memoryWrite(words, a, a, a)).toThrow('memory words has a write enable of 3 bits, must have 1');
    expect(() => builder.memoryWrite(words, enable, a, enable)).toThrow('is written 1 bits, must be written 3');
    expect(() => builder.memoryWrite(words, enable, builder.constant(1n, 3), a)).toThrow(
      'memory words is only written at word 1, must be a register then',
    );
    expect(() => builder.build()).toThrow(new ValueError('module m: memory words has no write, must have one'));
    builder.memoryWrite(words, enable, a, builder.add(read, a));
    expect(() => builder.memoryWrite(words, enable, a, a)).toThrow('memory words has a write already, must have one');
    builder.output('y', read);
    validateNetlist({ name: 'n', top: 'm', modules: [builder.build()] });
  });

  it('joins instances that feed each other, each connected once', () => {
    const inner = moduleBuilder('inner', '');
    inner.output('y', inner.register(inner.input('x', 4)));
    const leaf = inner.build();
    const builder = moduleBuilder('m', '');
    const [one, two] = [builder.openInstance('u', leaf), builder.openInstance('u', leaf)];
    one.connect(two.outputs);
    expect(() => builder.build()).toThrow(
      new ValueError('module m: instance u_2 is not connected, must be connected once'),
    );
    expect(() => two.connect([])).toThrow('instance u_2 of inner has 0 inputs, must have 1');
    expect(() => two.connect([builder.constant(0n, 3)])).toThrow('instance u_2 port x gets 3 bits, must get 4');
    two.connect(one.outputs);
    expect(() => two.connect(one.outputs)).toThrow('instance u_2 is connected already, must be connected once');
    builder.output('y', two.outputs[0]!);
    validateNetlist({ name: 'n', top: 'm', modules: [leaf, builder.build()] });
  });
});
