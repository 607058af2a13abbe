/** Estimates of memories beside what Yosys 0.23 counts of the same modules. */
import { describe, expect, it } from 'vitest';
import { synthesizeNetlist, yosysCounts } from '../../bench/calibration-counts.ts';
import { device, estimateResources } from '../../src/estimation/index.ts';
import type { ResourceEstimate } from '../../src/estimation/index.ts';
import { moduleBuilder } from '../../src/netlist/index.ts';
import type { Module, Netlist } from '../../src/netlist/index.ts';
import { lacks } from '../verification/tools.ts';
import { memoryModule } from './memory-designs.ts';
import type { MemoryDesign, ReadKind } from './memory-designs.ts';

const target = device('xcvu13p');
const netlistOf = (...modules: Module[]): Netlist => ({ name: 'n', top: modules.at(-1)!.name, modules });
const estimate = (design: MemoryDesign): ResourceEstimate =>
  estimateResources(netlistOf(memoryModule('m', design)), target);
const memory = (width: number, words: number, ...reads: ReadKind[]): MemoryDesign => ({ width, words, reads });
const seven = Array.from({ length: 7 }, (): ReadKind => 'now');

describe('estimates of memories', () => {
  it.each([
    // Flip-flops, tables, tables with multiplexers behind them
    [memory(1, 2, 'now'), { lut: 3, lutram: 0, ff: 2, bram: 0 }],
    [memory(4, 2, 'now'), { lut: 8, lutram: 8, ff: 0, bram: 0 }],
    [memory(80, 16, 'now'), { lut: 48, lutram: 48, ff: 0, bram: 0 }],
    [memory(80, 64, 'now'), { lut: 96, lutram: 96, ff: 0, bram: 0 }],
    [memory(80, 100, 'now'), { lut: 274, lutram: 192, ff: 0, bram: 0 }],
    [memory(16, 256, 'now'), { lut: 116, lutram: 96, ff: 0, bram: 0 }],
    [memory(80, 400, 'now'), { lut: 923, lutram: 672, ff: 0, bram: 0 }],
    // Read at the clock: block RAM where tables would cost more
    [memory(80, 400, 'registered'), { lut: 0, lutram: 0, ff: 0, bram: 1.5 }],
    [memory(80, 400, 'enabled'), { lut: 0, lutram: 0, ff: 0, bram: 1.5 }],
    [memory(80, 400, 'reset'), { lut: 1, lutram: 0, ff: 0, bram: 1.5 }],
    [memory(16, 128, 'enabled'), { lut: 66, lutram: 48, ff: 16, bram: 0 }],
    [memory(16, 256, 'enabled'), { lut: 0, lutram: 0, ff: 0, bram: 0.5 }],
    [memory(18, 1024, 'registered'), { lut: 0, lutram: 0, ff: 0, bram: 0.5 }],
    [memory(36, 2048, 'enabled'), { lut: 0, lutram: 0, ff: 0, bram: 2 }],
    [memory(9, 5000, 'registered'), { lut: 12, lutram: 0, ff: 2, bram: 1.5 }],
    // Several reads
    [memory(9, 20, 'now', 'now'), { lut: 16, lutram: 16, ff: 0, bram: 0 }],
    [memory(9, 20, 'now', 'now', 'now'), { lut: 24, lutram: 24, ff: 0, bram: 0 }],
    [memory(8, 64, ...seven), { lut: 64, lutram: 64, ff: 0, bram: 0 }],
    [memory(80, 400, 'registered', 'enabled'), { lut: 0, lutram: 0, ff: 0, bram: 3 }],
    // Addresses from registers, which move into the memory
    [memory(4, 2, 'counted'), { lut: 7, lutram: 0, ff: 10, bram: 0 }],
    [memory(4, 4, 'counted'), { lut: 11, lutram: 8, ff: 4, bram: 0 }],
    [memory(40, 2, 'counted'), { lut: 25, lutram: 24, ff: 2, bram: 0 }],
    [memory(80, 16, 'counted'), { lut: 56, lutram: 48, ff: 8, bram: 0 }],
    [memory(80, 64, 'counted'), { lut: 108, lutram: 96, ff: 12, bram: 0 }],
    [memory(16, 128, 'counted'), { lut: 80, lutram: 48, ff: 14, bram: 0 }],
    [memory(80, 400, 'counted, enabled'), { lut: 9, lutram: 0, ff: 9, bram: 1.5 }],
    [memory(80, 64, 'counted, enabled'), { lut: 102, lutram: 96, ff: 86, bram: 0 }],
    [memory(80, 64, 'registered before'), { lut: 96, lutram: 96, ff: 6, bram: 0 }],
    [memory(80, 400, 'registered before'), { lut: 89, lutram: 0, ff: 81, bram: 1.5 }],
    // Reads at the address of the write
    [memory(16, 32, 'written'), { lut: 8, lutram: 8, ff: 0, bram: 0 }],
    [memory(16, 64, 'written'), { lut: 16, lutram: 16, ff: 0, bram: 0 }],
    [memory(80, 100, 'written'), { lut: 160, lutram: 160, ff: 0, bram: 0 }],
    [memory(80, 400, 'written, enabled'), { lut: 0, lutram: 0, ff: 0, bram: 1.5 }],
    [memory(80, 100, 'written, enabled'), { lut: 160, lutram: 160, ff: 80, bram: 0 }],
    [memory(16, 24, 'written', 'now'), { lut: 16, lutram: 16, ff: 0, bram: 0 }],
    // Cells of which no output is used
    [
      { ...memory(80, 64, 'now'), used: 41 },
      { lut: 48, lutram: 48, ff: 0, bram: 0 },
    ],
    [
      { ...memory(80, 400, 'registered'), used: 30 },
      { lut: 0, lutram: 0, ff: 0, bram: 0.5 },
    ],
  ])('give what Yosys gives for %o', (design, counts) => {
    expect(estimate(design)).toMatchObject(counts);
  });

  it.each([
    [memory(80, 9000, 'registered'), { lut: 265, ff: 4, bram: 20.5 }],
    [memory(80, 128, 'counted'), { lut: 115, ff: 88, bram: 1.5 }],
    [memory(80, 512, 'counted'), { lut: 105, ff: 90, bram: 1.5 }],
  ])('come near in look-up tables where block RAM has logic around it, for %o', (design, { lut, ...exact }) => {
    const found = estimate(design);
    expect(found).toMatchObject(exact);
    expect(Math.abs(found.lut / lut - 1)).toBeLessThan(0.15);
  });

  it('count a memory in the module that holds it, once per instance, and none that nothing reads', () => {
    const leaf = memoryModule('leaf', memory(80, 64, 'now'));
    const builder = moduleBuilder('top', '');
    const inputs = leaf.inputs.map(({ name, width }) => builder.input(name, width));
    const [first] = builder.instance('u_first', leaf, inputs);
    const [second] = builder.instance('u_second', leaf, inputs);
    builder.instance('u_unread', leaf, inputs);
    builder.output('y', first!);
    builder.output('z', second!);
    expect(estimateResources(netlistOf(leaf, builder.build()), target).perModule).toMatchObject([
      { module: 'leaf', lut: 192, lutram: 192 },
      { module: 'top', lut: 0, lutram: 0 },
    ]);
  });

  it('follow a memory through instances that feed each other', () => {
    const writer = moduleBuilder('writer', '');
    const full = writer.input('full', 1);
    writer.output('enable', writer.not(full));
    writer.output('data', writer.register(writer.input('x', 8), { enable: writer.not(full) }));
    const store = moduleBuilder('store', '');
    const [enable, data] = [store.input('enable', 1), store.input('data', 8)];
    const to = store.registerPlaceholder(5, { reset: 0n, enable });
    store.connect(to, store.add(to, store.constant(1n, 5)));
    const words = store.addMemory('words', 8, 32);
    store.memoryWrite(words, enable, to, data);
    store.output('y', store.memory(store.input('at', 5), words));
    store.output('full', store.equal(to, store.constant(31n, 5)));
    const [first, second] = [writer.build(), store.build()];
    const builder = moduleBuilder('top', '');
    const from = builder.openInstance('u_writer', first);
    const into = builder.openInstance('u_store', second);
    from.connect([into.outputs[1]!, builder.input('x', 8)]);
    into.connect([...from.outputs, builder.input('at', 5)]);
    builder.output('y', into.outputs[0]!);
    const { lutram, ff, carry4 } = estimateResources(netlistOf(first, second, builder.build()), target);
    expect({ lutram, ff, carry4 }).toEqual({ lutram: 8, ff: 8 + 5, carry4: 2 });
  });
});

describe.skipIf(lacks('yosys', 'counting memories anew'))('Yosys', () => {
  it('maps memories of several kinds as the estimate says', async () => {
    const leaves = [memory(80, 16, 'counted'), memory(80, 100, 'now'), memory(80, 400, 'counted, enabled')].map(
      (design, k) => memoryModule(`m${k}`, design),
    );
    const builder = moduleBuilder('top', 'Memories side by side.');
    leaves.forEach((leaf, k) => {
      const inputs = leaf.inputs.map(({ name, width }) => builder.input(`${name}_${k}`, width));
      builder.output(`y${k}`, builder.instance(`u${k}`, leaf, inputs)[0]!);
    });
    const netlist = netlistOf(...leaves, builder.build());
    const { lut, lutram, ff, bram } = yosysCounts((await synthesizeNetlist(netlist, 110))!);
    expect(estimateResources(netlist, target)).toMatchObject({ lut, lutram, ff, bram });
  }, 120_000);
});
