import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { synthesizeNetlist } from '../../bench/calibration-counts.ts';
import { CALIBRATION_DESIGNS, CALIBRATION_PART, calibrationPipeline } from '../../bench/calibration-designs.ts';
import { device, netlistLevels, netlistTiming, ULTRASCALE_PLUS } from '../../src/estimation/index.ts';
import type { TimingPath } from '../../src/estimation/index.ts';
import { addressWidth, moduleBuilder } from '../../src/netlist/index.ts';
import type { Module, ModuleBuilder, Net, Netlist } from '../../src/netlist/index.ts';
import { clockedPlans, growCells, plans } from '../netlist/arbitrary-module.ts';
import { lacks } from '../verification/tools.ts';

const target = device('xcvu13p-flga2577-2-e');
const p = ULTRASCALE_PLUS;
const build = (name: string, write: (builder: ModuleBuilder) => void): Module => {
  const builder = moduleBuilder(name, '');
  write(builder);
  return builder.build();
};
const netlistOf = (...modules: Module[]): Netlist => ({ name: 'n', top: modules.at(-1)!.name, modules });
/** Critical path in picoseconds of a module in which everything stands between registers. */
const criticalPs = (write: (builder: ModuleBuilder) => void): number =>
  Math.round(1000 * netlistTiming(netlistOf(build('m', write)), target).criticalNs);
const registered = (builder: ModuleBuilder, name: string, width: number): Net =>
  builder.register(builder.input(name, width));
const all = (builder: ModuleBuilder, bits: readonly Net[]): Net =>
  bits.length === 1
    ? bits[0]!
    : builder.and(all(builder, bits.slice(0, bits.length >> 1)), all(builder, bits.slice(bits.length >> 1)));
const inputs = (builder: ModuleBuilder, count: number): Net[] =>
  Array.from({ length: count }, (_, k) => registered(builder, `x${k}`, 1));
const sum = ({ steps }: TimingPath): number => steps.reduce((total, { delayNs }) => total + delayNs, 0);

/** A counter in one module steps an accumulator in another. */
const control = build('control', (b) => {
  const go = b.input('go', 1);
  const count = b.registerPlaceholder(4, { reset: 0n });
  b.name(count, 'count');
  b.connect(count, b.mux(go, b.add(count, b.constant(1n, 4)), count));
  const last = b.and(go, b.equal(count, b.constant(9n, 4)));
  b.name(last, 'is_last');
  b.output('last', last);
});
const data = build('data', (b) => {
  const [x, step] = [b.input('x', 20), b.input('step', 1)];
  const total = b.registerPlaceholder(20, { enable: step });
  b.name(total, 'total');
  b.connect(total, b.add(total, x));
  b.output('y', total);
});
const top = build('top', (b) => {
  // The data module stands first and is fed by what comes later.
  const below = b.openInstance('u_data', data);
  const [last] = b.instance('u_control', control, [b.input('go', 1)]);
  below.connect([b.input('x', 20), last!]);
  b.output('y', below.outputs[0]!);
});

describe('netlistTiming of single structures', () => {
  it('takes a route from register to register', () => {
    expect(criticalPs((b) => b.output('y', b.register(registered(b, 'x', 1))))).toBe(p.register + p.netBase);
  });

  it('puts one-bit logic of 6 inputs into one table, of 9 into one with multiplexers, of 30 into two levels', () => {
    const conjunction = (count: number): number =>
      criticalPs((b) => b.output('y', b.register(all(b, inputs(b, count)))));
    const level = p.netBase + p.lut;
    expect(conjunction(6)).toBe(p.register + level);
    expect(conjunction(8)).toBe(p.register + level + 2 * p.wideMux);
    expect(conjunction(30)).toBeGreaterThan(p.register + level + 2 * p.wideMux);
    expect(conjunction(30)).toBeLessThanOrEqual(p.register + 2 * level + 3 * p.wideMux);
  });

  it('takes an adder for one carry chain, as schedules do', () => {
    const add = (width: number): number =>
      criticalPs((b) => b.output('y', b.register(b.add(registered(b, 'x', width), registered(b, 'z', width)))));
    const entry = p.register + p.netBase + p.lut + p.carryEntry + p.carryToLogic;
    expect(add(8)).toBe(entry + p.carryShort);
    expect(add(16)).toBe(entry + p.carryIn + p.carryLink + p.carryOut);
    expect(add(24)).toBe(entry + p.carryIn + p.carryLink + p.carryOut + p.carryStep);
  });

  it('slows an enable by the registers that it drives, four to a pin, up to the cap', () => {
    const hold = (count: number): number =>
      criticalPs((b) => {
        const enable = registered(b, 'go', 1);
        b.output('y', b.register(b.input('x', count), { enable }));
      });
    expect(hold(4)).toBe(p.register + p.netBase);
    expect(hold(40)).toBe(p.register + p.netBase + 9 * p.netPerSink);
    expect(hold(800)).toBe(p.register + p.netCap);
  });

  it('takes a register that holds by a multiplexer for one with an enable', () => {
    const count = (write: (b: ModuleBuilder, go: Net) => Net): number =>
      criticalPs((b) => b.output('y', write(b, registered(b, 'go', 1))));
    const plain = count((b) => {
      const value = b.registerPlaceholder(8);
      b.connect(value, b.add(value, b.constant(3n, 8)));
      return value;
    });
    const held = count((b, go) => {
      const value = b.registerPlaceholder(8, { reset: 0n });
      b.connect(value, b.mux(go, b.add(value, b.constant(3n, 8)), value));
      return value;
    });
    expect(held).toBe(plain);
  });

  it('lets the select of a wide multiplexer drive a table per bit', () => {
    const choose = (width: number): number =>
      criticalPs((b) => {
        const [x, z] = [registered(b, 'x', width), registered(b, 'z', width)];
        b.output('y', b.register(b.mux(registered(b, 's', 1), x, z)));
      });
    expect(choose(12) - choose(2)).toBe(10 * p.netPerSink);
  });

  it('reads a table of up to 64 words in one level, and larger ones more slowly', () => {
    const read = (address: number): number =>
      criticalPs((b) => {
        const words = Array.from({ length: 2 ** address }, (_, k) => BigInt((k * k * 7 + (k >> 2)) % 4));
        b.output('y', b.register(b.rom(registered(b, 'x', address), b.addRom('t', 2, words))));
      });
    expect(read(6)).toBe(p.register + p.netBase + p.netPerSink + p.lut);
    expect(read(8)).toBe(p.register + p.netBase + 7 * p.netPerSink + p.lut + 2 * p.wideMux);
    expect(read(10)).toBeGreaterThan(read(8));
  });

  it('reads and writes memories in tables, and reads block RAM at the clock', () => {
    const memory = (words: number, width: number, write: (b: ModuleBuilder, number: number, at: Net) => Net): number =>
      criticalPs((b) => {
        const number = b.addMemory('words', width, words);
        const bits = addressWidth(words);
        b.output('y', write(b, number, registered(b, 'from', bits)));
        b.memoryWrite(number, registered(b, 'go', 1), registered(b, 'to', bits), registered(b, 'x', width));
      });
    const sinks = (tables: number): number => Math.min(p.netCap, p.netBase + (tables - 1) * p.netPerSink);
    const small = memory(64, 4, (b, number, at) => b.register(b.not(b.memory(at, number))));
    expect(small).toBe(p.register + sinks(4) + p.lut);
    const read = memory(2048, 18, (b, number, at) => b.register(b.memory(at, number)));
    expect(read).toBe(p.register + p.blockRam);
    const used = memory(2048, 18, (b, number, at) => {
      const word = b.register(b.memory(at, number));
      return b.register(b.add(word, b.constant(3n, 18)));
    });
    expect(used).toBe(read + p.netBase + p.lut + p.carryEntry + p.carryToLogic + 361 + p.carryStep);
  });

  it('follows the device, and parameters in the place of its own', () => {
    const netlist = netlistOf(build('m', (b) => b.output('y', b.register(all(b, inputs(b, 4))))));
    const ns = netlistTiming(netlist, target).criticalNs;
    expect(netlistTiming(netlist, device('xcvu13p-flga2577-1-e')).criticalNs).toBeCloseTo(1.15 * ns, 9);
    expect(netlistTiming(netlist, target, { netBase: 280 }).criticalNs).toBeCloseTo(ns + 0.1, 9);
  });
});

describe('the paths of netlistTiming', () => {
  const timing = netlistTiming(netlistOf(control, data, top), target);

  it('name module, instance, net and kind, and say where an enable is entered', () => {
    const adder = timing.perModule.find(({ module }) => module === 'data')!;
    expect(adder.steps.at(-1)).toMatchObject({ module: 'data', instance: 'u_data', net: 'total', kind: 'register' });
    expect(adder.steps[1]).toMatchObject({ kind: 'add' });
    expect(timing.path).toEqual(timing.perModule.find(({ module }) => module === 'data')!.steps);
    const slow = netlistTiming(netlistOf(control, data, top), target, { netPerSink: 400, netCap: 9000 });
    const enabled = slow.perModule.find(({ module }) => module === 'control')!;
    expect(enabled.steps.map(({ instance, net }) => `${instance}:${net}`)).toEqual([
      'u_control:count',
      'u_control:is_last',
      'u_data:total',
    ]);
    expect(enabled.steps.at(-1)!.pin).toBe('enable');
  });

  it('add up, begin at a register or port, and touch their module', () => {
    fc.assert(
      fc.property(clockedPlans(40), plans(20), (first, second) => {
        const inner = build('inner', (b) => {
          const nets = [b.input('u', 9), b.input('v', 5)];
          growCells(b, first, nets, 20);
          nets.forEach((net, k) => b.output(`y${k}`, k % 3 === 0 ? b.register(net) : net));
        });
        const outer = build('outer', (b) => {
          const nets = [...b.instance('u_inner', inner, [b.input('u', 9), registered(b, 'v', 5)])];
          growCells(b, second, nets, 20);
          nets.forEach((net, k) => b.output(`y${k}`, net));
        });
        const { criticalNs, path, perModule } = netlistTiming(netlistOf(inner, outer), target);
        expect(sum({ delayNs: criticalNs, steps: path })).toBeCloseTo(criticalNs, 9);
        expect(criticalNs).toBeCloseTo(Math.max(...perModule.map(({ delayNs }) => delayNs)), 9);
        for (const one of perModule) {
          expect(sum(one)).toBeCloseTo(one.delayNs, 9);
          expect(['input', 'register', 'memory']).toContain(one.steps[0]!.kind);
          expect(['output', 'register', 'memory']).toContain(one.steps.at(-1)!.kind);
          expect(one.steps.some(({ module }) => module === one.module)).toBe(true);
          expect(one.delayNs).toBeLessThanOrEqual(criticalNs + 1e-9);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are as slow whether logic stands in one module or in an instance', () => {
    fc.assert(
      fc.property(plans(40), (steps) => {
        const write = (b: ModuleBuilder): void => {
          const nets = [b.input('u', 9), b.input('v', 5)];
          growCells(b, steps, nets, 20);
          nets.forEach((net, k) => b.output(`y${k}`, net));
        };
        const flat = build('m', write);
        const wrapper = build('w', (b) => {
          const outputs = b.instance(
            'u_m',
            flat,
            flat.inputs.map(({ name, width }) => b.input(name, width)),
          );
          outputs.forEach((net, k) => b.output(`y${k}`, net));
        });
        expect(netlistTiming(netlistOf(flat, wrapper), target).criticalNs).toBe(
          netlistTiming(netlistOf(flat), target).criticalNs,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('netlistTiming beside schedules and Yosys', () => {
  const designs = CALIBRATION_DESIGNS.filter(({ name }) => !/16-(16|64)/.test(name));

  it.each(designs)('needs the period that $name is scheduled for, less 12 % or plus 5 % at most', (design) => {
    const { schedule, netlist } = calibrationPipeline(design);
    const ratio = netlistTiming(netlist, device(CALIBRATION_PART)).criticalNs / schedule.criticalNs;
    expect(ratio).toBeGreaterThan(0.88);
    expect(ratio).toBeLessThan(1.05);
  });

  it.skipIf(lacks('yosys', 'counting levels of logic'))(
    'counts the levels of Yosys, one more or less',
    async () => {
      const netlist = netlistOf(control, data, top);
      const mapped = await synthesizeNetlist(netlist, 100);
      expect(Math.abs(netlistLevels(netlist) - mapped!.depth)).toBeLessThanOrEqual(1);
    },
    110_000,
  );
});
