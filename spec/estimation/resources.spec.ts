import { describe, expect, it } from 'vitest';
import { BRAM_MINIMUM_BITS, device, estimateResources } from '../../src/estimation/index.ts';
import { moduleBuilder } from '../../src/netlist/index.ts';
import type { Module, ModuleBuilder } from '../../src/netlist/index.ts';

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
    const result = count((m) => {
      const a = m.input('a', 14);
      const above = m.slice(a, 7, 7);
      const inside = m.or(m.equal(above, m.constant(0n, 7)), m.equal(above, m.constant(127n, 7)));
      const sign = m.slice(a, 13, 1);
      m.output('y', m.mux(inside, m.slice(a, 0, 8), m.concat([sign, m.extend(m.not(sign), 7, true)])));
    });
    expect(result.lut).toBeGreaterThanOrEqual(10);
    expect(result.lut).toBeLessThanOrEqual(13);
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
    const rom = (address: number, width: number, registered: boolean) => (m: ModuleBuilder) => {
      const words = Array.from({ length: 2 ** address }, (_, k) => BigInt(k) % (1n << BigInt(width)));
      const read = m.rom(m.input('a', address), m.addRom('rom_words', width, words));
      m.output('y', registered ? m.register(read) : read);
    };
    expect(count(rom(6, 10, false))).toEqual({ ...none, lut: 10 });
    expect(count(rom(8, 10, false))).toEqual({ ...none, lut: 40 });
    expect(count(rom(10, 18, false))).toEqual({ ...none, lut: 18 * 16 });
    expect(count(rom(10, 18, true))).toEqual({ ...none, bram: 0.5 });
    expect(count(rom(10, 36, true))).toEqual({ ...none, bram: 1 });
    expect(2 ** 10 * 18).toBeGreaterThan(BRAM_MINIMUM_BITS);
  });

  it('uses DSP blocks for wide products only', () => {
    const product = (a: number, b: number) => (m: ModuleBuilder) =>
      m.output('y', m.multiply(m.input('a', a), m.input('b', b), true, true));
    expect(count(product(16, 12))).toEqual({ ...none, dsp: 1 });
    expect(count(product(27, 19))).toEqual({ ...none, dsp: 2 });
    expect(count(product(6, 5))).toEqual({ ...none, lut: 30 });
    expect(count((m) => m.output('y', m.multiply(m.input('a', 8), m.constant(7n, 4), true, false))).dsp).toBe(0);
  });

  it('multiplies modules by their instances and gives shares of the device', () => {
    const leaf = build('leaf', (m) => m.output('y', m.register(m.add(m.input('a', 4), m.input('b', 4)))));
    const top = build('top', (m) => {
      const a = m.input('a', 4);
      const [first] = m.instance('u_first', leaf, [a, a]);
      const [second] = m.instance('u_second', leaf, [first!, a]);
      m.output('y', second!);
    });
    const estimate = estimateResources({ name: 'n', top: 'top', modules: [leaf, top] }, target);
    expect(estimate).toMatchObject({ lut: 8, ff: 8, source: 'model' });
    expect(estimate.perModule).toEqual([
      { module: 'leaf', instances: 2, lut: 4, ff: 4, dsp: 0, bram: 0 },
      { module: 'top', instances: 1, lut: 0, ff: 0, dsp: 0, bram: 0 },
    ]);
    expect(estimate.utilization.lut).toBeCloseTo(8 / 1_728_000, 12);
  });
});
