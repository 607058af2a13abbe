import { describe, expect, it } from 'vitest';
import { circuitBuilder } from '../../src/circuit/index.ts';
import type { Circuit, Wire } from '../../src/circuit/index.ts';
import { ULTRASCALE_PLUS, device, ultrascalePlusDelay } from '../../src/estimation/index.ts';
import { fixed, ufixed } from '../../src/fixed/index.ts';
import { scheduleGraph } from '../../src/netlist/index.ts';

const model = ultrascalePlusDelay(device('xcvu13p-flga2577-2-e'));
/** Wires of one kind with their delays in picoseconds. */
const delaysOf = (circuit: Circuit, kind: string): number[] =>
  circuit.ops.flatMap((op, wire) => (op.kind === kind ? [Math.round(model.delayNs(circuit, wire) * 1000)] : []));
const single = (
  width: number,
  make: (builder: ReturnType<typeof circuitBuilder>, a: Wire, b: Wire) => Wire,
): Circuit => {
  const builder = circuitBuilder('c');
  const [a, b] = builder.input('x', [fixed(width, width), fixed(width, width)]);
  const wire = make(builder, a!, b!);
  builder.output('y', [builder.cast(wire, fixed(60, 50))], [fixed(60, 50)]);
  return builder.build();
};

describe('ultrascalePlusDelay', () => {
  it('adds a carry block per 8 bits: T_add of the stated formula', () => {
    const entry = 180 + 100 + 15 + 30;
    const long = 199 + 46 + 116;
    const add = (width: number): number =>
      delaysOf(
        single(width - 1, (builder, a, b) => builder.add(a, b)),
        'add',
      )[0]!;
    expect([8, 9, 16, 17, 25].map(add)).toEqual([
      entry + 240,
      entry + long,
      entry + long,
      entry + long + 69,
      entry + long + 138,
    ]);
  });

  it('counts only the bits that go through an adder', () => {
    const shifted = single(7, (builder, a, b) => builder.add(a, b, 6));
    const plain = single(7, (builder, a, b) => builder.add(a, b));
    expect(delaysOf(shifted, 'add')[0]).toBeLessThan(
      delaysOf(
        single(14, (builder, a, b) => builder.add(a, b)),
        'add',
      )[0]!,
    );
    expect(delaysOf(shifted, 'add')[0]).toBeGreaterThanOrEqual(delaysOf(plain, 'add')[0]!);
  });

  it('takes wiring as free: truncation, wrapping, alignment, sign tests', () => {
    const cut = single(12, (builder, a) => builder.cast(a, fixed(5, 7)));
    expect(delaysOf(cut, 'cast').every((delay) => delay === 0)).toBe(true);
    const sign = single(12, (builder, a) => builder.compare('lt', a, builder.constant(0n, 0)));
    expect(delaysOf(sign, 'compare')).toEqual([0]);
  });

  it('orders casts by what they need: truncate, round, saturate, both, to even', () => {
    const cast = (quantization: 'AP_TRN' | 'AP_RND' | 'AP_RND_CONV', overflow: 'AP_WRAP' | 'AP_SAT'): number => {
      const circuit = single(12, (builder, a) => builder.cast(a, ufixed(5, 8, { quantization, overflow })));
      return Math.max(...delaysOf(circuit, 'cast'));
    };
    const delays = [
      cast('AP_TRN', 'AP_WRAP'),
      cast('AP_RND', 'AP_WRAP'),
      cast('AP_TRN', 'AP_SAT'),
      cast('AP_RND', 'AP_SAT'),
      cast('AP_RND_CONV', 'AP_SAT'),
    ];
    expect(delays).toEqual(delays.toSorted((x, y) => x - y));
    expect(new Set(delays).size).toBe(5);
  });

  it('slows nets with many readers up to a cap, and slower parts by their factor', () => {
    const builder = circuitBuilder('fan');
    const inputs = builder.input(
      'x',
      Array.from({ length: 80 }, () => fixed(4, 4)),
    );
    const sums = inputs.slice(1).map((wire) => builder.add(inputs[0]!, wire));
    builder.output(
      'y',
      sums,
      sums.map(() => fixed(5, 5)),
    );
    const circuit = builder.build();
    const [first] = delaysOf(circuit, 'add');
    expect(first).toBe(ULTRASCALE_PLUS.netCap + 100 + 15 + 240 + 30);
    const slow = ultrascalePlusDelay(device('xcvu13p-flga2577-1-e'));
    const wire = circuit.ops.findIndex((op) => op.kind === 'add');
    expect(slow.delayNs(circuit, wire)).toBeCloseTo(model.delayNs(circuit, wire) * 1.15, 9);
    expect(ultrascalePlusDelay(device('xcvu13p'), { netCap: 300 }).delayNs(circuit, wire)).toBeCloseTo(0.685, 9);
  });

  it('refuses clocks beyond the clock network', () => {
    const circuit = single(4, (builder, a, b) => builder.add(a, b));
    const graph = {
      name: 'g',
      inputs: [{ name: 'x', formats: circuit.inputs[0]!.formats }],
      layers: [{ name: 'sum', kind: 'sum', circuit, inputs: ['x'] }],
      outputs: ['sum'],
    };
    expect(() => scheduleGraph(graph, { periodNs: 1, delay: model })).toThrow('the clock can be at most 775.0 MHz');
  });
});
