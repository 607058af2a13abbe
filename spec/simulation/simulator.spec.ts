import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moduleBuilder } from '../../src/netlist/index.ts';
import type { Module, Netlist } from '../../src/netlist/index.ts';
import { createSimulator } from '../../src/simulation/index.ts';
import { clockedPlans, growCells, plans } from '../netlist/arbitrary-module.ts';
import { evaluateModule, moduleEvaluator } from '../netlist/evaluate-module.ts';

const netlistOf = (...modules: Module[]): Netlist => ({ name: 'n', top: modules.at(-1)!.name, modules });

describe('createSimulator', () => {
  it.each([31, 64, 200])('evaluates random cells of up to %i bits like the BigInt reference', (maxWidth) => {
    const widths = fc.tuple(fc.integer({ min: 1, max: maxWidth }), fc.integer({ min: 1, max: maxWidth }));
    const patterns = fc.bigInt({ min: 0n, max: (1n << 200n) - 1n });
    fc.assert(
      fc.property(
        plans(30),
        widths,
        fc.array(fc.tuple(patterns, patterns), { minLength: 1, maxLength: 4 }),
        (steps, [wu, wv], stimuli) => {
          // Arrange
          const builder = moduleBuilder('m', '');
          const nets = [builder.input('u', wu), builder.input('v', wv)];
          growCells(builder, steps, nets, maxWidth);
          const rom = builder.addRom(
            'rom',
            maxWidth,
            Array.from({ length: 8 }, (_, k) => ((1n << BigInt(maxWidth)) - 1n) / BigInt(k + 1)),
          );
          const address = builder.extend(builder.slice(nets[0]!, 0, Math.min(3, wu)), 3, true);
          nets.push(builder.rom(address, rom));
          nets.forEach((net, k) => builder.output(`y${k}`, net));
          const module = builder.build();
          const simulators = (['wasm', 'loop'] as const).map((engine) =>
            createSimulator(netlistOf(module), { engine }),
          );
          for (const [u, v] of stimuli) {
            const inputs = [BigInt.asUintN(wu, u), BigInt.asUintN(wv, v)];
            const expected = evaluateModule(module, inputs);
            for (const simulator of simulators) {
              // Act
              simulator.set('u', inputs[0]!);
              simulator.set('v', inputs[1]!);
              // Assert
              expect(nets.map((_, k) => simulator.get(`y${k}`))).toEqual(expected);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([31, 100])('steps random registers and memories of up to %i bits like the BigInt reference', (maxWidth) => {
    const widths = fc.tuple(fc.integer({ min: 1, max: maxWidth }), fc.integer({ min: 1, max: maxWidth }));
    const patterns = fc.bigInt({ min: 0n, max: (1n << 100n) - 1n });
    const cycle = fc.tuple(patterns, patterns, fc.nat(7));
    fc.assert(
      fc.property(
        clockedPlans(30),
        widths,
        fc.array(cycle, { minLength: 6, maxLength: 16 }),
        (steps, [wu, wv], stimuli) => {
          // Arrange
          const builder = moduleBuilder('m', '');
          const nets = [builder.input('u', wu), builder.input('v', wv)];
          growCells(builder, steps, nets, maxWidth);
          nets.forEach((net, k) => builder.output(`y${k}`, net));
          const module = builder.build();
          const simulators = (['wasm', 'loop'] as const).map((engine) =>
            createSimulator(netlistOf(module), { engine }),
          );
          const reference = moduleEvaluator(module);
          for (const [u, v, choice] of stimuli) {
            const inputs = [BigInt.asUintN(wu, u), BigInt.asUintN(wv, v)];
            const expected = reference.evaluate(inputs);
            reference.step(inputs, choice === 0);
            for (const simulator of simulators) {
              // Act
              simulator.set('u', inputs[0]!);
              simulator.set('v', inputs[1]!);
              simulator.set('rst', choice === 0 ? 1 : 0);
              // Assert
              expect(nets.map((_, k) => simulator.get(`y${k}`))).toEqual(expected);
              simulator.step();
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each(['wasm', 'loop'] as const)('writes memories at the edge and reads the old word before it (%s)', (engine) => {
    // Arrange: five words of 40 bits, with an address of three bits
    const builder = moduleBuilder('m', '');
    const [enable, to, from] = [builder.input('enable', 1), builder.input('to', 3), builder.input('from', 3)];
    const words = builder.addMemory('words', 40, 5);
    builder.output('y', builder.memory(from, words));
    builder.output('first', builder.memory(builder.constant(0n, 3), words));
    builder.memoryWrite(words, enable, to, builder.input('data', 40));
    const simulator = createSimulator(netlistOf(builder.build()), { engine, initialBit: 0 });
    const write = (address: number, data: bigint, enabled = 1): void => {
      simulator.set('enable', enabled);
      simulator.set('to', address);
      simulator.set('data', data);
    };
    const read = (address: number): bigint => {
      simulator.set('from', address);
      return simulator.get('y');
    };
    const big = 1n << 39n;
    // Act, Assert
    write(4, big + 4n);
    expect(read(4)).toBe(0n);
    simulator.step();
    expect(read(4)).toBe(big + 4n);
    write(0, 7n);
    simulator.step();
    write(1, 8n, 0);
    simulator.step();
    for (const beyond of [5, 6, 7]) {
      write(beyond, 9n);
      simulator.step();
    }
    expect([0, 1, 2, 3, 4].map(read)).toEqual([7n, 0n, 0n, 0n, big + 4n]);
    expect([5, 6, 7].map(read)).toEqual([(1n << 40n) - 1n, (1n << 40n) - 1n, (1n << 40n) - 1n]);
    expect(simulator.get('first')).toBe(7n);
  });

  it('gives every instance memories of its own, which start as asked', () => {
    const inner = moduleBuilder('inner', '');
    const words = inner.addMemory('words', 8, 2);
    const at = inner.input('at', 1);
    inner.memoryWrite(words, inner.input('enable', 1), at, inner.input('data', 8));
    inner.output('y', inner.memory(at, words));
    const leaf = inner.build();
    const outer = moduleBuilder('outer', '');
    const [at1, data] = [outer.input('at', 1), outer.input('data', 8)];
    const [one] = outer.instance('u_one', leaf, [at1, outer.constant(1n, 1), data]);
    const [two] = outer.instance('u_two', leaf, [at1, outer.constant(0n, 1), data]);
    outer.output('one', one!);
    outer.output('two', two!);
    const simulator = createSimulator(netlistOf(leaf, outer.build()));
    simulator.set('data', 5);
    simulator.step();
    expect([simulator.get('one'), simulator.get('two')]).toEqual([5n, 255n]);
    simulator.set('at', 1);
    expect([simulator.get('one'), simulator.get('two')]).toEqual([255n, 255n]);
  });

  it('follows two instances that feed each other', () => {
    const inner = moduleBuilder('inner', '');
    const [a, b] = [inner.input('a', 4), inner.input('b', 4)];
    inner.output('registered', inner.register(a, { reset: 3n }));
    inner.output('through', inner.add(b, inner.constant(1n, 4)));
    const leaf = inner.build();
    const outer = moduleBuilder('outer', '');
    const first = outer.openInstance('u_first', leaf);
    const second = outer.openInstance('u_second', leaf);
    first.connect([second.outputs[1]!, second.outputs[0]!]);
    second.connect([first.outputs[1]!, first.outputs[0]!]);
    outer.output('y', first.outputs[1]!);
    outer.output('z', second.outputs[1]!);
    const simulator = createSimulator(netlistOf(leaf, outer.build()));
    simulator.set('rst', 1);
    simulator.step();
    simulator.set('rst', 0);
    expect([simulator.get('y'), simulator.get('z')]).toEqual([4n, 4n]);
    simulator.step();
    expect([simulator.get('y'), simulator.get('z')]).toEqual([5n, 5n]);
  });

  it('reads ROMs of more than 32 bits at narrow addresses', () => {
    const words = Array.from({ length: 4 }, (_, k) => (BigInt(k + 1) << 62n) + BigInt(k));
    const builder = moduleBuilder('m', '');
    const a = builder.input('a', 2);
    builder.output('y', builder.rom(a, builder.addRom('words', 65, words)));
    const simulator = createSimulator(netlistOf(builder.build()));
    for (let k = 0; k < 4; k += 1) {
      simulator.set('a', k);
      expect(simulator.get('y')).toBe(words[k]);
    }
  });

  it('loads, holds and resets registers of any width at the rising edge only', () => {
    // Arrange
    const builder = moduleBuilder('m', '');
    const d = builder.input('d', 40);
    const enable = builder.input('enable', 1);
    builder.output('plain', builder.register(d));
    builder.output('held', builder.register(d, { enable }));
    builder.output('cleared', builder.register(d, { enable, reset: 5n }));
    const low = builder.slice(d, 0, 3);
    builder.output('narrow', builder.register(low, { reset: 2n }));
    const simulator = createSimulator(netlistOf(builder.build()));
    const show = (): bigint[] => ['plain', 'held', 'cleared', 'narrow'].map((name) => simulator.get(name));
    const ones = (1n << 40n) - 1n;
    expect(show()).toEqual([ones, ones, ones, 7n]);
    // Reset wins over enable and data
    simulator.set('d', 9);
    simulator.set('enable', 0);
    simulator.set('rst', 1);
    expect(show()).toEqual([ones, ones, ones, 7n]);
    simulator.step();
    expect(show()).toEqual([9n, ones, 5n, 2n]);
    // Enable lets data in, then holds it
    simulator.set('rst', 0);
    simulator.set('enable', 1);
    simulator.set('d', 1n << 39n);
    simulator.step();
    simulator.set('enable', 0);
    simulator.set('d', 3);
    simulator.step();
    expect(show()).toEqual([3n, 1n << 39n, 1n << 39n, 3n]);
    expect(simulator.cycle).toBe(3);
  });

  it('exchanges register chains and rings without order effects', () => {
    const builder = moduleBuilder('ring', '');
    const first = builder.registerPlaceholder(4, { reset: 1n });
    const second = builder.register(first, { reset: 2n });
    const third = builder.register(second);
    builder.connect(first, second);
    builder.output('a', first);
    builder.output('b', second);
    builder.output('c', third);
    const simulator = createSimulator(netlistOf(builder.build()), { initialBit: 0 });
    simulator.set('rst', 1);
    simulator.step();
    simulator.set('rst', 0);
    const seen = Array.from({ length: 3 }, () => {
      simulator.step();
      return ['a', 'b', 'c'].map((name) => simulator.get(name));
    });
    expect(seen).toEqual([
      [2n, 1n, 2n],
      [1n, 2n, 1n],
      [2n, 1n, 2n],
    ]);
  });

  it('follows values through hierarchy in any evaluation order and peeks into instances', () => {
    // Arrange: two instances, the first fed by the second
    const inner = moduleBuilder('inner', '');
    const x = inner.input('x', 8);
    const plus = inner.add(x, inner.constant(1n, 8));
    inner.name(plus, 'plus_one');
    inner.output('y', plus);
    const leaf = inner.build();
    const outer = moduleBuilder('outer', '');
    const a = outer.input('a', 8);
    const [one] = outer.instance('u_one', leaf, [a]);
    const [two] = outer.instance('u_two', leaf, [a]);
    outer.output('y', one!);
    const built = outer.build();
    const swapped = { ...built, instances: [{ ...built.instances[0]!, inputs: [two!] }, built.instances[1]!] };
    const simulator = createSimulator(netlistOf(leaf, swapped));
    // Act
    simulator.set('a', 254);
    // Assert
    expect(simulator.get('y')).toBe(0n);
    expect(simulator.peek('u_two.plus_one')).toBe(255n);
    expect(simulator.peek('u_one.x')).toBe(255n);
    expect(simulator.peek('u_one.#0')).toBe(255n);
    expect(simulator.peek('a')).toBe(254n);
  });

  it('reads nets by a function found once, and copies all values, which are equal once nothing changes', () => {
    const leaf = moduleBuilder('leaf', '');
    const x = leaf.input('x', 40);
    const low = leaf.slice(x, 0, 32);
    leaf.name(low, 'low');
    leaf.output('y', leaf.register(low));
    const module = leaf.build();
    const top = moduleBuilder('top', '');
    const [y] = top.instance('u', module, [top.input('a', 40)]);
    top.output('y', y!);
    const simulator = createSimulator(netlistOf(module, top.build()));
    const read = simulator.probe('u.low');
    simulator.set('a', 0xff_ffff_fff0n);
    expect(read()).toBe(0xffff_fff0);
    simulator.set('a', 7n);
    expect(read()).toBe(7);
    const before = simulator.snapshot();
    simulator.step();
    const loaded = simulator.snapshot();
    simulator.step();
    expect(loaded).not.toEqual(before);
    expect(simulator.snapshot()).toEqual(loaded);
    expect(() => simulator.probe('u.x')).toThrow('net u.x has 40 bits, must have at most 32 to be probed');
    expect(() => simulator.probe('u.z')).toThrow('module leaf has no net z');
  });

  it('names what is missing or too wide', () => {
    const builder = moduleBuilder('m', '');
    builder.output('y', builder.input('a', 2));
    const simulator = createSimulator(netlistOf(builder.build()));
    expect(() => simulator.set('b', 0)).toThrow('module m has no input b, must be one of a');
    expect(() => simulator.get('z')).toThrow('module m has no output z, must be one of y');
    expect(() => simulator.set('a', 4)).toThrow('input a gets 4, must be a pattern of 2 bits');
    expect(() => simulator.peek('u_x.a')).toThrow('there is no instance u_x');
    expect(() => simulator.peek('q')).toThrow('module m has no net q');
  });
});
