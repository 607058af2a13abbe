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
});
