import { describe, expect, it } from 'vitest';
import { UnsupportedError, ValueError } from '../../src/errors.ts';
import { moduleBuilder } from '../../src/netlist/index.ts';
import { simulateStreams } from '../../src/simulation/index.ts';
import {
  type StreamVectors,
  expectedStreamOutputs,
  measuredScenario,
  projectFiles,
  projectManifest,
  streamBench,
  streamProject,
} from '../../src/verilog/index.ts';
import { sumAndDifference } from '../netlist/streams/hand-made-joins.ts';
import { queue, scalars } from '../netlist/streams/hand-made.ts';

const { design } = queue(2);
const run = simulateStreams(design, [[[0n, 1n, 2n, 3n, 4n, 5n]]], {
  stalls: { y: { kind: 'bursts', flowing: 1, stalled: 3 } },
});
const { inputs, outputs, fifos } = design;
const scenario = measuredScenario('reader  sleeps', run);
const vectors: StreamVectors = { inputs, outputs, fifos, scenarios: [scenario, scenario], resetCycles: 2 };
const fileOf = (path: string, some = vectors): string | undefined =>
  streamBench(design.netlist, some).find((file) => file.path === path)?.text;

describe('streamBench', () => {
  it('writes the handshakes of every cycle, the beats of every stream, the maximum of every FIFO', () => {
    // Bits from the top: y ready, y valid, x ready, x valid, end of scenario, reset.
    const words = fileOf('tb/vectors/handshakes.mem')!.split('\n');
    expect(words.slice(0, 9)).toEqual(['01', '01', '3c', '1c', '1c', '10', '30', '18', '18']);
    expect(words.length).toBe(2 * (run.cycles + 2) + 1);
    expect(words[run.cycles + 1]).toBe('2a');
    expect(fileOf('tb/vectors/in_x.mem')).toBe('60\n81\na2\n60\n81\na2\n');
    expect(fileOf('tb/vectors/out_y.mem')).toBe('60\n81\na2\n60\n81\na2\n');
    expect(fileOf('tb/vectors/maximum_fifo_0_y.mem')).toBe('2\n2\n');
  });

  it('names its scenarios in one line each', () => {
    const text = fileOf('tb/queue_tb.v')!;
    expect(text).toContain(
      `// Scenario 0, cycles 2 to ${run.cycles + 1} after 2 of reset: reader sleeps.\n// Scenario 1, cycles ${run.cycles + 4} to`,
    );
    expect(text).toContain('if (dut.fifo_0_y.count > fifo_0_y_maximum)');
  });

  it('keeps its own names clear of the ports', () => {
    const b = moduleBuilder('clash', 'Streams named as the bench would name its own variables.');
    const [valid, data, ready] = [b.input('cycle_valid', 1), b.input('cycle', 4), b.input('dut_ready', 1)];
    b.output('dut_valid', valid);
    b.output('dut', data);
    b.output('cycle_ready', b.and(ready, b.register(b.constant(1n, 1), { reset: 0n })));
    const netlist = { name: 'clash', top: 'clash', modules: [b.build()] };
    const named = (name: string): StreamVectors['inputs'] => [{ name, type: scalars(1, 4) }];
    const traffic = [{ beats: [5n], handshakes: Uint8Array.of(3) }];
    const scenarios = [{ name: 'one beat', inputs: traffic, outputs: traffic, occupancy: [] }];
    const [bench] = streamBench(netlist, { inputs: named('cycle'), outputs: named('dut'), fifos: [], scenarios });
    expect(bench!.text).toContain('reg [3:0] cycle;');
    expect(bench!.text).toContain('clash dut_2 (');
    expect(bench!.text).toContain('integer cycle_2;');
  });

  it('refuses scenarios that do not fit, and designs without the streams', () => {
    const bench = (change: Partial<StreamVectors>): unknown => streamBench(design.netlist, { ...vectors, ...change });
    expect(() => bench({ scenarios: [] })).toThrow(ValueError);
    expect(() => bench({ resetCycles: 0 })).toThrow('0 cycles of reset, must be at least 1');
    expect(() => bench({ fifos: [] })).toThrow('tells of 1 inputs, 1 outputs and 1 FIFOs, must tell of 1, 1 and 0');
    const short = { ...scenario, inputs: [{ ...scenario.inputs[0]!, beats: [1n] }] };
    expect(() => bench({ scenarios: [short] })).toThrow('has 1 beats where 3 move, must be as many');
    const wide = { ...scenario, inputs: [{ ...scenario.inputs[0]!, beats: [1n, 2n, 256n] }] };
    expect(() => bench({ scenarios: [wide] })).toThrow('vector 2 of port x is 256, must be a word of 8 unsigned bits');
    expect(() => bench({ inputs: [{ name: 'z', type: inputs[0]!.type }] })).toThrow(UnsupportedError);
    expect(() => bench({ fifos: [{ ...fifos[0]!, instance: 'fifo_9' }] })).toThrow(
      'module queue has no FIFO fifo_9 with a register count',
    );
  });
});

describe('expected outputs of a stream bench', () => {
  it('count cycles with resets, and mark each beat by the bit above it', () => {
    expect(expectedStreamOutputs(vectors).slice(0, 4)).toEqual([
      { cycle: 2, word: 0x160n },
      { cycle: 6, word: 0x181n },
      { cycle: 10, word: 0x1a2n },
      { cycle: run.cycles + 4, word: 0x160n },
    ]);
  });

  it('hold the first stream in the low bits, and zeros for one without a beat', () => {
    const two = sumAndDifference().design;
    const stalls = { difference: { kind: 'bursts', flowing: 1, stalled: 1 } } as const;
    const slow = simulateStreams(
      two,
      [
        [
          [1n, 2n, 3n],
          [1n, 1n, 1n],
        ],
      ],
      { stalls },
    );
    const lines = expectedStreamOutputs({ ...two, scenarios: [measuredScenario('slow', slow)], resetCycles: 1 });
    expect(lines).toContainEqual({ cycle: 2, word: 0x82n });
    expect(lines.map(({ word }) => word & 0x80n).filter((bit) => bit !== 0n).length).toBe(3);
    expect(lines.map(({ word }) => word >> 15n).filter((bit) => bit !== 0n).length).toBe(3);
  });
});

describe('the project of a stream design', () => {
  const facts = {
    netlist: design.netlist,
    model: 'queue',
    part: 'xcvu13p-flga2577-2-e',
    clockMHz: 240,
    latencyCycles: 2,
    initiationInterval: 3,
    strategy: 'none',
  };
  const project = streamProject(facts, vectors);

  it('says in its README how beats move and how full FIFOs get', () => {
    const text = projectFiles(project).find(({ path }) => path === 'README.txt')!.text;
    expect(text).toContain('x_ready  out  1     the beat of x is taken');
    expect(text).toContain('name  dir  beats per sample  bits per beat\n  x     in   3                 8');
    expect(text).toContain('fifo_0_y  x     y   8     2      2\n');
    expect(text).not.toContain('valid_in');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('counts output beats in its manifest', () => {
    expect(projectManifest(project)).toMatchObject({ top: 'queue', vectors: 6 });
  });
});
