import { describe, expect, it } from 'vitest';
import { BRAM_MINIMUM_BITS, device, estimateResources } from '../../src/estimation/index.ts';
import { moduleBuilder } from '../../src/netlist/index.ts';
import type { Module, ModuleBuilder, Netlist, RegisterOptions } from '../../src/netlist/index.ts';

const target = device('xcvu13p');
const build = (name: string, write: (builder: ModuleBuilder) => void): Module => {
  const builder = moduleBuilder(name, '');
  write(builder);
  return builder.build();
};
const count = (write: (builder: ModuleBuilder) => void): { lut: number; ff: number; dsp: number; bram: number } => {
  const { lut, ff, dsp, bram } = estimateResources({ name: 'n', top: 'm', modules: [build('m', write)] }, target);
  return { lut, ff, dsp, bram };
};
const none = { lut: 0, ff: 0, dsp: 0, bram: 0 };

describe('estimateResources', () => {
  it('takes one table per adder bit that is needed, none for wiring and inverters', () => {
    const adder = (keep: number) => (m: ModuleBuilder) =>
      m.output('y', m.slice(m.add(m.input('a', 12), m.input('b', 12)), 0, keep));
    expect(count(adder(12))).toEqual({ ...none, lut: 12 });
    expect(count(adder(7))).toEqual({ ...none, lut: 7 });
    expect(count((m) => m.output('y', m.extend(m.not(m.slice(m.input('a', 12), 3, 5)), 9, true)))).toEqual(none);
  });

  it('packs a saturating multiplexer into one table per bit and its test into few', () => {
    // Six bits above the kept eight: test for all equal to the sign, then one table per bit
    const saturate = (m: ModuleBuilder): void => {
      const a = m.input('a', 14);
      const above = m.slice(a, 7, 7);
      const inside = m.or(m.equal(above, m.constant(0n, 7)), m.equal(above, m.constant(127n, 7)));
      const sign = m.slice(a, 13, 1);
      m.output('y', m.mux(inside, m.slice(a, 0, 8), m.concat([sign, m.extend(m.not(sign), 7, true)])));
    };
    // A deeper path beside it leaves time for two levels
    const deep = (m: ModuleBuilder): void => m.output('z', m.equal(m.input('b', 60), m.input('c', 60)));
    const both = count((m) => {
      saturate(m);
      deep(m);
    });
    const lut = both.lut - count(deep).lut;
    expect(lut).toBeGreaterThanOrEqual(9);
    expect(lut).toBeLessThanOrEqual(13);
  });

  it('counts each flip-flop once that something reads, delay lines in full', () => {
    expect(
      count((m) => {
        const a = m.input('a', 8);
        const first = m.register(a);
        const twin = m.register(a);
        m.output('y', m.register(first));
        m.output('z', m.slice(twin, 0, 2));
        m.register(m.register(a));
      }),
    ).toEqual({ ...none, ff: 16 });
    const feedback = count((m) => {
      const q = m.registerPlaceholder(5, { reset: 0n });
      m.connect(q, m.add(q, m.constant(1n, 5)));
      m.output('y', q);
    });
    expect(feedback.ff).toBe(5);
  });

  it('places ROMs into tables, or into block RAM when large and registered', () => {
    let state = 1;
    const noise = (): number => (state = (state * 48271) % 2147483647);
    const rom =
      (address: number, width: number, registered: boolean, reads = 1) =>
      (m: ModuleBuilder) => {
        const words = Array.from({ length: 2 ** address }, () => BigInt(noise() % 2 ** Math.min(width, 30)));
        const table = m.addRom('rom_words', width, words);
        for (let k = 0; k < reads; k += 1) {
          const read = m.rom(m.input(`a${k}`, address), table);
          m.output(`y${k}`, registered ? m.register(read) : read);
        }
      };
    expect(count(rom(6, 10, false))).toEqual({ ...none, lut: 10 });
    expect(count(rom(8, 10, false))).toEqual({ ...none, lut: 40 });
    expect(count(rom(10, 18, false)).lut).toBeGreaterThan(18 * 8);
    expect(count(rom(10, 18, true))).toEqual({ ...none, bram: 0.5 });
    // Two reads share the two ports of a copy
    expect(count(rom(10, 18, true, 2))).toEqual({ ...none, bram: 0.5 });
    expect(count(rom(11, 12, true, 3))).toEqual({ ...none, bram: 2 });
    expect(2 ** 10 * 18).toBeGreaterThan(BRAM_MINIMUM_BITS);
  });

  it('counts registers around ROMs as Yosys 0.23 does: behind, or before where they give the whole address', () => {
    let state = 1;
    const noise = (): number => (state = (state * 48271) % 2147483647);
    const rom = (address: number, width: number, at: 'port' | 'register' | 'counter', behind: RegisterOptions | null) =>
      count((m) => {
        const words = Array.from({ length: 2 ** address }, () => BigInt(noise() % 2 ** width));
        const go = m.input('go', 1);
        const port = m.input('at', address);
        const counter = m.registerPlaceholder(address, { reset: 0n, enable: go });
        m.connect(counter, m.add(counter, m.constant(1n, address)));
        const places = { port: () => port, register: () => m.register(port), counter: () => counter };
        const word = m.rom(places[at](), m.addRom('rom_words', width, words));
        m.output('y', behind === null ? word : m.register(word, behind.enable === undefined ? behind : { enable: go }));
      });
    expect(rom(10, 18, 'port', { enable: 0 })).toEqual({ ...none, bram: 0.5 });
    expect(rom(10, 18, 'port', { reset: 3n })).toEqual({ ...none, bram: 0.5 });
    expect(rom(10, 18, 'register', null)).toEqual({ ...none, bram: 0.5 });
    expect(rom(10, 18, 'counter', null)).toMatchObject({ ff: 10, bram: 0.5 });
    // In tables the registers stand behind what the next address gives
    expect(rom(6, 29, 'register', null)).toEqual({ ...none, lut: 29, ff: 29 });
    expect(rom(6, 30, 'counter', null)).toMatchObject({ ff: 36, bram: 0 });
  });

  it('adds no table for a constant function', () => {
    const constant = count((m) => m.output('y', m.rom(m.input('a', 8), m.addRom('ones', 4, Array(256).fill(15n)))));
    expect(constant).toEqual(none);
  });

  it('uses DSP blocks for wide products only', () => {
    const product = (a: number, b: number) => (m: ModuleBuilder) =>
      m.output('y', m.multiply(m.input('a', a), m.input('b', b), true, true));
    expect(count(product(16, 12))).toEqual({ ...none, dsp: 1 });
    // Two blocks, and an adder of the bits above the 17 that the first of them settles
    expect(count(product(27, 19))).toEqual({ ...none, dsp: 2, lut: 29 });
    expect(count(product(6, 5))).toMatchObject({ dsp: 0 });
    expect(count(product(6, 5)).lut).toBeGreaterThan(20);
    expect(count((m) => m.output('y', m.multiply(m.input('a', 8), m.constant(7n, 4), true, false))).dsp).toBe(0);
  });

  it('counts all instances of a module, what they share once, and gives shares of the device', () => {
    const leaf = build('leaf', (m) => m.output('y', m.register(m.add(m.input('a', 4), m.input('b', 4)))));
    const top = (same: boolean): Netlist => {
      const module = build('top', (m) => {
        const [a, b, c] = ['a', 'b', 'c'].map((name) => m.input(name, 4)) as [number, number, number];
        const [first] = m.instance('u_first', leaf, [a, b]);
        const [second] = m.instance('u_second', leaf, [a, same ? b : c]);
        m.output('y', first!);
        m.output('z', second!);
      });
      return { name: 'n', top: 'top', modules: [leaf, module] };
    };
    const estimate = estimateResources(top(false), target);
    expect(estimate).toMatchObject({ lut: 8, ff: 8, carry4: 2, carry8: 2, source: 'model' });
    expect(estimate.perModule).toMatchObject([
      { module: 'leaf', instances: 2, lut: 8, ff: 8, dsp: 0, bram: 0 },
      { module: 'top', instances: 1, lut: 0, ff: 0, dsp: 0, bram: 0 },
    ]);
    expect(estimate.utilization.lut).toBeCloseTo(8 / 1_728_000, 12);
    expect(estimateResources(top(true), target)).toMatchObject({ lut: 4, ff: 4 });
  });

  it('turns delay lines of three and more into shift registers, of plain flip-flops that nothing else reads', () => {
    const line = (length: number, reset: boolean) => (m: ModuleBuilder) => {
      let net = m.input('a', 1);
      for (let k = 0; k < length; k += 1) net = m.register(net, reset ? { reset: 0n } : {});
      m.output('y', net);
    };
    expect(count(line(2, false))).toEqual({ ...none, ff: 2 });
    expect(count(line(3, false))).toEqual({ ...none, lut: 1 });
    expect(count(line(33, false))).toEqual({ ...none, lut: 1, ff: 1 });
    expect(count(line(40, false))).toEqual({ ...none, lut: 2 });
    expect(count(line(5, true))).toEqual({ ...none, ff: 5 });
  });

  it('takes no table for an enable, and shift registers where all in a line share it', () => {
    const line = (length: number, enables: number, reset = false) =>
      count((m) => {
        const gates = Array.from({ length: enables }, (_, k) => m.input(`enable${k}`, 1));
        let net = m.input('a', 4);
        for (let k = 0; k < length; k += 1)
          net = m.register(net, { enable: gates[k % enables]!, ...(reset && { reset: 0n }) });
        m.output('y', net);
      });
    expect(line(2, 1)).toEqual({ ...none, ff: 8 });
    expect(line(3, 1)).toEqual({ ...none, lut: 4 });
    expect(line(33, 1)).toEqual({ ...none, lut: 4, ff: 4 });
    expect(line(4, 2)).toEqual({ ...none, ff: 16 });
    expect(line(5, 1, true)).toEqual({ ...none, ff: 20 });
  });

  it('makes a multiplexer with a constant before a register its set or reset', () => {
    const gated = count((m) => {
      m.output('y', m.register(m.mux(m.input('r', 1), m.constant(255n, 8), m.input('a', 8))));
    });
    expect(gated).toEqual({ ...none, ff: 8 });
  });

  it('drops registers that can hold one value only, and what depends on it', () => {
    // 992 − x for 8 bits is at least 737: the top bit is 1
    const result = count((m) => {
      const difference = m.subtract(m.constant(0x3e0n, 10), m.extend(m.input('x', 8), 10, false));
      m.output('y', m.register(difference));
    });
    expect(result.ff).toBe(9);
  });

  it('makes one sum of adders that nothing else reads, as Yosys does', () => {
    const sums = (shared: boolean) => (m: ModuleBuilder) => {
      const [a, b, c] = ['a', 'b', 'c'].map((name) => m.input(name, 8)) as [number, number, number];
      const inner = m.add(a, b);
      m.output('y', m.add(inner, c));
      if (shared) m.output('z', inner);
    };
    const carries = (write: (builder: ModuleBuilder) => void): number =>
      estimateResources({ name: 'n', top: 'm', modules: [build('m', write)] }, target).carry4;
    expect([carries(sums(true)), carries(sums(false))]).toEqual([4, 2]);
    // Full adders in two tables per bit, the last carry unused, with the propagation of the chain in one of them
    expect(count(sums(false)).lut).toBe(15);
  });
});
