import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  circuitBuilder,
  liveWires,
  operandsOf,
  widthOf,
  withNarrowPorts,
  withoutUnreadElements,
} from '../../src/circuit/index.ts';
import type { Circuit, LayerGraph, Wire } from '../../src/circuit/index.ts';
import { compileNetwork } from '../../src/compile/index.ts';
import { device, ultrascalePlusDelay } from '../../src/estimation/index.ts';
import { TargetError, ValueError } from '../../src/errors.ts';
import { fixed } from '../../src/fixed/index.ts';
import { busWidth, pipelineGraph, scheduleGraph } from '../../src/netlist/index.ts';
import type { DelayModel, GraphSchedule } from '../../src/netlist/index.ts';
import { buildNetwork } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { graphCases, layerGraphs, properties } from '../../src/verification/arbitraries/index.ts';

/** Wiring is free, everything else costs a tenth of a nanosecond and a hundredth per bit. */
const delay: DelayModel = {
  name: 'test',
  registerOverheadNs: 0.1,
  delayNs: (circuit: Circuit, wire: Wire) => {
    const op = circuit.ops[wire]!;
    const free = op.kind === 'input' || op.kind === 'constant' || op.kind === 'scale' || op.kind === 'cast';
    return free ? 0 : 0.1 + 0.01 * widthOf(circuit.types[wire]!);
  },
};

/** A balanced adder tree over n elements of 8 bits, in one layer. */
function tree(n: number): LayerGraph {
  const builder = circuitBuilder('sum');
  const formats = Array.from({ length: n }, () => fixed(8, 8));
  let wires = builder.input('x', formats);
  while (wires.length > 1) {
    wires = Array.from({ length: Math.ceil(wires.length / 2) }, (_, k) =>
      wires[2 * k + 1] === undefined ? wires[2 * k]! : builder.add(wires[2 * k]!, wires[2 * k + 1]!),
    );
  }
  builder.label(wires[0]!, 'total');
  builder.output('y', wires, [fixed(24, 24)]);
  return {
    name: 'adder_tree',
    inputs: [{ name: 'x', formats }],
    layers: [{ name: 'sum', kind: 'sum', circuit: builder.build(), inputs: ['x'] }],
    outputs: ['sum'],
  };
}

/** One input multiplied by itself and cut to 8 bits, n times. */
function chain(n: number): LayerGraph {
  const builder = circuitBuilder('chain');
  const formats = [fixed(8, 8)];
  let [wire] = builder.input('x', formats);
  for (let k = 0; k < n; k += 1) wire = builder.cast(builder.add(wire!, builder.constant(1n, 0)), fixed(8, 8));
  builder.output('y', [wire!], formats);
  return {
    name: 'chain',
    inputs: [{ name: 'x', formats }],
    layers: [{ name: 'one', kind: 'chain', circuit: builder.build(), inputs: ['x'] }],
    outputs: ['one'],
  };
}

const network = buildNetwork(
  'three',
  [{ name: 'x', shape: [8] }],
  [
    { kind: 'dense', name: 'fc1', attributes: { units: 12 } },
    { kind: 'relu', name: 'relu1' },
    { kind: 'dense', name: 'fc2', attributes: { units: 6 } },
    { kind: 'sigmoid', name: 'out' },
  ],
  stream('pipeline spec'),
);

/** Bits of all registers of the pipeline but those of the valid bit. */
function dataRegisterBits(graph: LayerGraph, schedule: GraphSchedule): number {
  const { modules } = pipelineGraph(graph, schedule);
  const bits = modules.map(({ cells, widths }) =>
    cells.reduce(
      (sum, cell, net) => sum + (cell.kind === 'register' && cell.reset === undefined ? widths[net]! : 0),
      0,
    ),
  );
  return bits.reduce((a, b) => a + b, 0);
}

/** Bits of the outputs, each of which is registered once. */
function outputBits(graph: LayerGraph): number {
  const outputs = graph.layers.filter((layer) => graph.outputs.includes(layer.name));
  return outputs.reduce((sum, { circuit }) => sum + busWidth(circuit.outputs[0]!.formats), 0);
}

describe('pipelineGraph', () => {
  it('computes what the interpreter computes, at the scheduled latency, one result per cycle, for any clock', () => {
    fc.assert(
      fc.property(
        graphCases({}, { maxSamples: 6 }),
        fc.constantFrom(0.61, 0.8, 1, 1.7, 3, 100),
        fc.constantFrom(undefined, 1, 2),
        ({ graph, samples, gaps }, periodNs, maxOpsPerStage) => {
          const options = { delay, ...(maxOpsPerStage === undefined ? {} : { maxOpsPerStage }) };
          properties.pipelineEqualsCircuit(graph, { samples, gaps: [] }, periodNs, options);
          properties.pipelineEqualsCircuit(graph, { samples, gaps }, periodNs, options);
        },
      ),
      { numRuns: 250 },
    );
  });

  it('does so with more cycles than the clock needs, and with even stages', () => {
    fc.assert(
      fc.property(
        graphCases({}, { maxSamples: 6 }),
        fc.constantFrom(0.61, 1, 3),
        fc.nat({ max: 3 }),
        fc.constantFrom('registers' as const, 'even' as const),
        ({ graph, samples, gaps }, periodNs, more, slack) => {
          const latencyCycles = scheduleGraph(graph, { periodNs, delay }).latencyCycles + more;
          properties.pipelineEqualsCircuit(graph, { samples, gaps }, periodNs, { delay, latencyCycles, slack });
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('scheduleGraph', () => {
  it('keeps causes before effects and every stage within the period', () => {
    fc.assert(
      fc.property(layerGraphs(), fc.constantFrom(0.61, 1, 2.2), (graph, periodNs) => {
        const schedule = scheduleGraph(graph, { periodNs, delay });
        expect(schedule.criticalNs).toBeLessThanOrEqual(periodNs + 1e-6);
        graph.layers.forEach(({ circuit, inputs }, k) => {
          const { stages, outputStages } = schedule.layers[k]!;
          circuit.ops.forEach((op, wire) => {
            if (liveWires(circuit)[wire] === 0) return;
            if (op.kind === 'input') {
              const source = schedule.layers.find((layer) => layer.name === inputs[op.port]);
              expect(stages[wire]).toBe(source === undefined ? 0 : source.outputStages[op.index]);
            } else
              for (const operand of operandsOf(op)) {
                if (circuit.ops[operand]!.kind !== 'constant')
                  expect(stages[operand]).toBeLessThanOrEqual(stages[wire]!);
              }
          });
          circuit.outputs[0]!.wires.forEach((wire, element) => {
            expect(stages[wire]).toBeLessThanOrEqual(outputStages[element]!);
            expect(outputStages[element]).toBeLessThan(schedule.latencyCycles);
          });
        });
      }),
      { numRuns: 150 },
    );
  });

  it('chains as many adders as the period holds', () => {
    // Six levels of adders of 0.19 … 0.24 ns: 1.29 ns in all
    const graph = tree(64);
    expect(scheduleGraph(graph, { periodNs: 2, delay }).latencyCycles).toBe(1);
    expect(scheduleGraph(graph, { periodNs: 1.1, delay }).latencyCycles).toBe(2);
    expect(scheduleGraph(graph, { periodNs: 1.1, delay, maxOpsPerStage: 1 }).latencyCycles).toBe(6);
  });

  it('uses the period for few registers, or evens out the stages where it costs none or is asked to', () => {
    // After four levels of a tree of 64 stand 4 words of 12 bits, after three 8 of 11; after five 2 of 13.
    const graph = tree(64);
    const few = scheduleGraph(graph, { periodNs: 1.1, delay });
    const even = scheduleGraph(graph, { periodNs: 1.1, delay, slack: 'even' });
    const path = (schedule: typeof few): number[] => schedule.paths.map(({ steps }) => steps.length);

    expect([few.registerBits, path(few)]).toEqual([4 * 12, [4, 2]]);
    expect([even.registerBits, path(even)]).toEqual([8 * 11, [3, 3]]);
    expect(even.criticalNs).toBeCloseTo(0.1 + 0.22 + 0.23 + 0.24, 6);
    expect(even.paths[1]!.steps.at(-1)).toMatchObject({ layer: 'sum', label: 'total' });
    // A chain has the same bits everywhere, so the shorter of the periods is free.
    const free = scheduleGraph(chain(6), { periodNs: 1, delay });
    expect(free.criticalNs).toBeCloseTo(scheduleGraph(chain(6), { periodNs: 1, delay, slack: 'even' }).criticalNs, 1);
    expect(free.criticalNs).toBeLessThan(0.95);
  });

  it('takes the latency that is asked for, and refuses one that is too short with the least', () => {
    fc.assert(
      fc.property(
        layerGraphs(),
        fc.constantFrom(0.61, 1, 2.2),
        fc.integer({ min: 1, max: 3 }),
        (graph, periodNs, more) => {
          const least = scheduleGraph(graph, { periodNs, delay });
          const same = scheduleGraph(graph, { periodNs, delay, latencyCycles: least.latencyCycles });
          const latencyCycles = least.latencyCycles + more;
          expect(same).toEqual(least);
          expect(scheduleGraph(graph, { periodNs, delay, latencyCycles }).latencyCycles).toBe(latencyCycles);
        },
      ),
      { numRuns: 50 },
    );
    expect(() => scheduleGraph(tree(64), { periodNs: 1.1, delay, latencyCycles: 1 })).toThrow(
      'latency is 1 cycle, must be at least 2 for a clock period of 1.100 ns by the test model',
    );
    expect(() => scheduleGraph(tree(8), { periodNs: 1, delay, latencyCycles: 1.5 })).toThrow(
      'latencyCycles is 1.5, must be an integer of at least 1',
    );
  });

  it('counts the register bits that the netlist has, without the valid bits and those of the outputs', () => {
    fc.assert(
      fc.property(layerGraphs(), fc.constantFrom(0.61, 1, 2.2), fc.nat({ max: 2 }), (graph, periodNs, more) => {
        const { latencyCycles } = scheduleGraph(graph, { periodNs, delay });
        const schedule = scheduleGraph(graph, { periodNs, delay, latencyCycles: latencyCycles + more });
        expect(dataRegisterBits(graph, schedule)).toBeLessThanOrEqual(schedule.registerBits + outputBits(graph));
      }),
      { numRuns: 150 },
    );
    for (const [clock, profile] of [
      [300, 'exact'],
      [450, 'exact'],
      [300, 'hls4ml'],
    ] as const) {
      const graph = withoutUnreadElements(
        withNarrowPorts(compileNetwork(network, { profile, precision: 'ap_fixed<10,4>' })),
      );
      const schedule = scheduleGraph(graph, { periodNs: 1000 / clock, delay: ultrascalePlusDelay(device('xcvu13p')) });
      expect(schedule.registerBits).toBeGreaterThan(0);
      expect(dataRegisterBits(graph, schedule)).toBe(schedule.registerBits + outputBits(graph));
    }
  });

  it('keeps the latency and lowers the register bits by sinking what is needed late', () => {
    // Arrange: a + b is needed only at the end of a long chain that needs a and b all the way
    const builder = circuitBuilder('late');
    const [a, b] = builder.input('x', [fixed(8, 8), fixed(8, 8)]);
    const early = builder.add(a!, b!);
    let chain = a!;
    for (let k = 0; k < 4; k += 1)
      chain = builder.cast(builder.multiply(builder.subtract(chain, b!, 1), a!), fixed(8, 8));
    builder.output('y', [builder.add(builder.add(chain, early), builder.add(a!, b!, 2))], [fixed(16, 16)]);
    const graph: LayerGraph = {
      name: 'g',
      inputs: [{ name: 'x', formats: [fixed(8, 8), fixed(8, 8)] }],
      layers: [{ name: 'late', kind: 'test', circuit: builder.build(), inputs: ['x'] }],
      outputs: ['late'],
    };
    // Act
    const schedule = scheduleGraph(graph, { periodNs: 0.45, delay });
    // Assert: only a, b and the chain are carried, never a + b as well
    const sum = graph.layers[0]!.circuit.ops.findIndex((op) => op.kind === 'add' && !op.subtract);
    expect(schedule.layers[0]!.stages[sum]).toBeGreaterThan(0);
    expect(schedule.registerBits).toBeLessThanOrEqual((schedule.latencyCycles - 1) * 27);
  });

  it('names the operation that no clock of this period can hold, and the fastest clock', () => {
    const act = (): unknown => scheduleGraph(tree(8), { periodNs: 0.25, delay });
    expect(act).toThrow(TargetError);
    expect(act).toThrow(
      'layer sum: total takes 0.210 ns and registers 0.100 ns by the test model, more than the clock period of 0.250 ns; the clock can be at most 3225.8 MHz',
    );
    expect(() => scheduleGraph(tree(8), { periodNs: Number.NaN, delay })).toThrow(ValueError);
    expect(() => scheduleGraph(tree(8), { periodNs: 1, delay, maxOpsPerStage: 0 })).toThrow('maxOpsPerStage is 0');
  });

  it('names registers after what they carry', () => {
    const graph = tree(4);
    const netlist = pipelineGraph(graph, scheduleGraph(graph, { periodNs: 0.35, delay }));
    const names = netlist.modules.map((module) => Object.values(module.names));
    expect(netlist.modules.map((module) => module.name)).toEqual(['adder_tree_sum', 'adder_tree']);
    expect(names[0]).toContain('total');
    expect(names[1]).toEqual(expect.arrayContaining(['valid_in', 'x', 'sum_y', 'sum_y_d1', 'valid_d1']));
    expect(netlist.modules[1]!.outputs.map((port) => port.name)).toEqual(['valid_out', 'sum']);
  });
});
