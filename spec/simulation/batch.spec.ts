import { describe, expect, it } from 'vitest';
import { moduleBuilder } from '../../src/netlist/index.ts';
import type { Net, Netlist } from '../../src/netlist/index.ts';
import { createSimulator, recordVcd, simulateBatch } from '../../src/simulation/index.ts';
import type { VcdRecorder } from '../../src/simulation/index.ts';

/** y = x + 1 after `depth` registers, valid after `validDepth`; `every` > 1 lets only each n-th valid through. */
function pipe(depth: number, validDepth = depth, slow = false): Netlist {
  const builder = moduleBuilder('pipe', 'adds one');
  let valid: Net = builder.input('valid_in', 1);
  let value: Net = builder.input('x', 8);
  value = builder.add(value, builder.constant(1n, 8));
  if (slow) {
    // A toggle that drops every other cycle: an initiation interval of 2 without back-pressure loses vectors
    const toggle = builder.registerPlaceholder(1, { reset: 0n });
    builder.connect(toggle, builder.not(toggle));
    valid = builder.and(valid, toggle);
  }
  for (let k = 0; k < depth; k += 1) value = builder.register(value);
  for (let k = 0; k < validDepth; k += 1) valid = builder.register(valid, { reset: 0n });
  builder.name(value, 'sum');
  builder.output('valid_out', valid);
  builder.output('y', value);
  return { name: 'pipe', top: 'pipe', modules: [builder.build()] };
}
const vectors = [[1n], [255n], [7n], [7n]];

describe('simulateBatch', () => {
  it('measures latency and initiation interval from the waveforms', () => {
    const result = simulateBatch(pipe(3), vectors);
    expect(result.outputs).toEqual([[2n], [0n], [8n], [8n]]);
    expect(result).toMatchObject({
      latencyCycles: 3,
      initiationInterval: 1,
      presentedAt: [0, 1, 2, 3],
      validAt: [3, 4, 5, 6],
    });
  });

  it('keeps order and latency with idle cycles between the vectors', () => {
    const result = simulateBatch(pipe(2), vectors, { idleBefore: (k) => [2, 0, 3, 1][k]! });
    expect(result.outputs).toEqual([[2n], [0n], [8n], [8n]]);
    expect(result.presentedAt).toEqual([2, 3, 7, 9]);
    expect(result.validAt).toEqual([4, 5, 9, 11]);
    expect(result.initiationInterval).toBe(1);
    expect(simulateBatch(pipe(2), [[1n]]).initiationInterval).toBeNull();
  });

  it('shows data that is not aligned with its valid bit as wrong outputs', () => {
    expect(simulateBatch(pipe(3, 2), vectors).outputs).not.toEqual([[2n], [0n], [8n], [8n]]);
    expect(simulateBatch(pipe(2, 3), vectors).outputs).not.toEqual([[2n], [0n], [8n], [8n]]);
  });

  it('says when results are lost', () => {
    expect(() => simulateBatch(pipe(1, 1, true), vectors, { patience: 20 })).toThrow(
      'netlist pipe gave 2 results for 4 vectors in 24 cycles',
    );
  });

  it('says when a netlist has no valid bits or a vector has the wrong shape', () => {
    const builder = moduleBuilder('bare', '');
    builder.output('y', builder.register(builder.input('x', 1)));
    expect(() => simulateBatch({ name: 'bare', top: 'bare', modules: [builder.build()] }, [[1n]])).toThrow(
      'no valid_in and valid_out',
    );
    expect(() => simulateBatch(pipe(1), [[1n, 2n]])).toThrow('vector 0 has 2 inputs, must have 1');
    expect(() => simulateBatch(pipe(1), [])).toThrow('the batch has no vectors');
  });
});

describe('recordVcd', () => {
  it('writes scopes, widths and only the changes, at the times of the clock', () => {
    // Arrange: the pipe inside a wrapper
    const inner = pipe(1).modules[0]!;
    const builder = moduleBuilder('wrapper', '');
    const valid = builder.input('valid_in', 1);
    const x = builder.input('x', 8);
    const [validOut, y] = builder.instance('u_pipe', inner, [valid, x]);
    builder.output('valid_out', validOut!);
    builder.output('y', y!);
    const netlist: Netlist = { name: 'w', top: 'wrapper', modules: [inner, builder.build()] };
    const simulator = createSimulator(netlist);
    const vcd = recordVcd(simulator, { periodNs: 4.167, top: 'wrapper' });
    // Act
    for (const [v, data] of [
      [1, 4],
      [0, 4],
      [0, 4],
    ] as const) {
      simulator.set('valid_in', v);
      simulator.set('x', data);
      vcd.sample();
      simulator.step();
    }
    // Assert
    expect(vcd.text().split('\n')).toEqual([
      '$version distill-rtl $end',
      '$timescale 1 ps $end',
      '$scope module wrapper $end',
      '$var wire 1 ! clk $end',
      '$var wire 1 " valid_in $end',
      '$var wire 8 # x [7:0] $end',
      '$var wire 1 $ valid_out $end',
      '$var wire 8 % y [7:0] $end',
      '$scope module u_pipe $end',
      '$var wire 1 " valid_in $end',
      '$var wire 8 # x [7:0] $end',
      '$var wire 1 $ valid_out $end',
      '$var wire 8 % y [7:0] $end',
      '$var wire 8 % sum [7:0] $end',
      '$upscope $end',
      '$upscope $end',
      '$enddefinitions $end',
      '#0',
      '$dumpvars',
      '1!',
      '1"',
      'b100 #',
      '1$',
      'b11111111 %',
      '$end',
      '#2083',
      '0!',
      '#4167',
      '1!',
      '0"',
      'b101 %',
      '#6250',
      '0!',
      '#8334',
      '1!',
      '0$',
      '#10417',
      '0!',
      '#12501',
      '',
    ]);
  });

  it('records a batch through its observer', () => {
    let vcd: VcdRecorder | undefined;
    simulateBatch(pipe(2), vectors, {
      observe: (simulator) => {
        vcd ??= recordVcd(simulator, { periodNs: 5, top: 'pipe', include: (signal) => signal.name === 'y' });
        vcd.sample();
      },
    });
    const changes = vcd!
      .text()
      .split('\n')
      .filter((line) => line.startsWith('b'));
    expect(changes).toEqual(['b1 "', 'b10 "', 'b0 "', 'b1000 "']);
  });
});
