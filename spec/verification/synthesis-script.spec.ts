import { describe, expect, it } from 'vitest';
import { device, estimateResources } from '../../src/estimation/index.ts';
import { moduleBuilder } from '../../src/netlist/index.ts';
import type { ModuleBuilder, Netlist } from '../../src/netlist/index.ts';
import { softProductMap, synthesisScript } from '../../src/verification/index.ts';
import { synthesizeNetlist, yosysCounts } from '../../bench/calibration-counts.ts';
import { lacks } from './tools.ts';

const design = (write: (builder: ModuleBuilder) => void): Netlist => {
  const builder = moduleBuilder('m', '');
  write(builder);
  return { name: 'n', top: 'm', modules: [builder.build()] };
};

describe('synthesisScript', () => {
  it('reads the sources, keeps constant products soft and marks large memories, in this order', () => {
    const lines = synthesisScript({ sources: ['a.v', 'b.v'], top: 't', flatten: true, netlist: 'n.json' }).split('\n');
    const at = (text: string): number => lines.findIndex((line) => line.includes(text));
    const order = [
      'read_verilog a.v b.v',
      'begin:map_dsp',
      'techmap -map',
      'map_dsp:map_memory',
      'rom_block',
      '-run map_memory:',
    ];
    const places = order.map(at);
    expect(places).toEqual(places.toSorted((p, q) => p - q));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    expect(lines.filter((line) => line.startsWith('synth_xilinx')).every((line) => line.includes('-flatten'))).toBe(
      true,
    );
    expect(synthesisScript({ sources: ['a.v'], top: 't', flatten: false, netlist: 'n' })).not.toContain('-flatten');
    expect(softProductMap()).toContain('A_WIDTH >= 10 && B_WIDTH >= 10');
  });
});

describe.skipIf(lacks('yosys', 'DSP blocks and block RAM in Yosys'))('the rules in Yosys', () => {
  it('give DSP blocks to wide products of variables, block RAM to large registered memories, and nothing else', async () => {
    const words = Array.from({ length: 1024 }, (_, k) => BigInt((k * 7919) % 1024));
    const netlist = design((m) => {
      const [a, b] = [m.input('a', 12), m.input('b', 11)];
      m.output('wide', m.multiply(a, b, true, true));
      m.output('narrow', m.multiply(m.slice(a, 0, 4), m.slice(b, 0, 4), true, false));
      m.output('constant', m.multiply(a, m.constant(1229n, 11), true, false));
      const table = m.addRom('large', 10, words);
      m.output('registered', m.register(m.rom(m.slice(a, 0, 10), table)));
      m.output('second', m.register(m.rom(m.slice(b, 0, 10), table)));
      m.output(
        'direct',
        m.rom(
          m.slice(b, 0, 6),
          m.addRom(
            'small',
            3,
            words.slice(0, 64).map((word) => word % 8n),
          ),
        ),
      );
    });
    const found = yosysCounts((await synthesizeNetlist(netlist, 110))!);
    const { dsp, bram, bram18, ff } = estimateResources(netlist, device('xcvu13p'));
    expect({ dsp, bram, bram18, ff }).toEqual({ dsp: 1, bram: 0.5, bram18: 1, ff: 0 });
    expect(found).toMatchObject({ dsp, bram, bram18, ff });
  }, 120_000);
});
