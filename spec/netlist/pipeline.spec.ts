import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitBuilder, operandsOf, widthOf } from '../../src/circuit/index.ts';
import type { Circuit, LayerGraph, Wire } from '../../src/circuit/index.ts';
import { TargetError, ValueError } from '../../src/errors.ts';
import { fixed } from '../../src/fixed/index.ts';
import { pipelineGraph, scheduleGraph } from '../../src/netlist/index.ts';
import { liveWires } from '../../src/netlist/schedule-graph.ts';
import type { DelayModel } from '../../src/netlist/index.ts';
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

  it('chains as many adders as the period holds, and evens out the stages', () => {
    // Six levels of adders of 0.19 … 0.24 ns: 1.29 ns in all
    const graph = tree(64);
    expect(scheduleGraph(graph, { periodNs: 2, delay }).latencyCycles).toBe(1);
    const half = scheduleGraph(graph, { periodNs: 1.1, delay });
    expect(half.latencyCycles).toBe(2);
    expect(half.criticalNs).toBeCloseTo(0.1 + 0.22 + 0.23 + 0.24, 6);
    expect(half.paths.map((path) => path.steps.length)).toEqual([3, 3]);
    expect(half.paths[1]!.steps.at(-1)).toMatchObject({ layer: 'sum', label: 'total' });
    expect(scheduleGraph(graph, { periodNs: 1.1, delay, maxOpsPerStage: 1 }).latencyCycles).toBe(6);
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
