/** Complements: every evaluator computes −x − 1, and hardware makes them where they are read. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitBuilder, complementOf, formatOfType } from '../../src/circuit/index.ts';
import { interpretWires } from '../../src/emulation/index.ts';
import { fixed } from '../../src/fixed/index.ts';
import { type DelayModel, pipelineGraph, scheduleGraph } from '../../src/netlist/index.ts';
import { properties } from '../../src/verification/arbitraries/index.ts';
import { expected, runExported } from '../emulation/export/targets.ts';
import { oneLayer, sumCircuits, sumSamples } from './sum-circuits.ts';

/** Everything takes a nanosecond but wires. */
const delay: DelayModel = {
  name: 'test',
  registerOverheadNs: 0.1,
  delayNs: ({ ops }, wire) => (['input', 'constant', 'scale', 'cast'].includes(ops[wire]!.kind) ? 0 : 1),
};

describe('complementOf', () => {
  it('names the wire that is inverted, and its bits are', () => {
    let found = 0;
    fc.assert(
      fc.property(sumCircuits, sumSamples, (circuit, sample) => {
        const values = interpretWires(circuit, sample);
        circuit.ops.forEach((_, wire) => {
          const inverted = complementOf(circuit, wire);
          if (inverted === undefined) return;
          found++;
          expect(values[wire]).toBe(-values[inverted]! - 1n);
          expect(circuit.types[wire]!.fraction).toBe(circuit.types[inverted]!.fraction);
        });
      }),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(200);
  });

  it('is nothing for other constants, operations and binary points', () => {
    const b = circuitBuilder('others');
    const [x] = b.input('x', [fixed(6, 4)]);
    const others = [
      b.bitwise('xor', x!, b.constant(-2n, 2)),
      b.bitwise('xor', x!, b.constant(-1n, 0)),
      b.bitwise('and', x!, b.constant(-1n, 0)),
      b.negate(x!),
    ];
    const complement = b.bitwise('xor', x!, b.constant(-1n, 2));
    const all = [...others, complement];
    b.output(
      'y',
      all,
      all.map((wire) => formatOfType(b.typeOf(wire))),
    );
    const circuit = b.build();

    expect(circuit.outputs[0]!.wires.map((wire) => complementOf(circuit, wire))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      circuit.inputs[0]!.wires[0],
    ]);
  });
});

describe('circuits with complements', () => {
  it('are the same in compiled emulation', () => {
    fc.assert(
      fc.property(sumCircuits, fc.array(sumSamples, { minLength: 1, maxLength: 6 }), (circuit, samples) => {
        properties.emulationEqualsInterpreter(circuit, samples);
      }),
      { numRuns: 100 },
    );
  });

  it('are the same as clocked hardware, whatever the clock', () => {
    fc.assert(
      fc.property(
        sumCircuits,
        fc.array(sumSamples, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(1.2, 2.3, 5),
        (circuit, samples, periodNs) => {
          properties.pipelineEqualsCircuit(oneLayer(circuit), { samples, gaps: [] }, periodNs, { delay });
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each(['js', 'wasm'] as const)('are the same in standalone emulators (%s)', (target) => {
    fc.assert(
      fc.property(sumCircuits, fc.array(sumSamples, { minLength: 1, maxLength: 4 }), (circuit, samples) => {
        const graph = oneLayer(circuit);
        expect(runExported(graph, target, samples)).toEqual(expected(graph, samples));
      }),
      { numRuns: 60 },
    );
  });

  it('have no register behind a complement, and one inverter for all readers in a stage', () => {
    const b = circuitBuilder('shared');
    const [x, y, z] = b.input('x', [fixed(8, 8), fixed(8, 8), fixed(8, 8)]) as [number, number, number];
    const sum = b.add(x, y);
    const inverted = b.bitwise('xor', sum, b.constant(-1n, 0));
    const results = [b.add(inverted, z), b.subtract(z, inverted)];
    b.output(
      'y',
      results,
      results.map((wire) => formatOfType(b.typeOf(wire))),
    );
    const graph = oneLayer(b.build());

    const netlist = pipelineGraph(graph, scheduleGraph(graph, { periodNs: 1.2, delay }));

    const { cells } = netlist.modules[0]!;
    const inverters = cells.filter(({ kind }) => kind === 'not');
    const registers = cells.filter(({ kind }) => kind === 'register');
    expect(inverters).toHaveLength(1);
    // The sum and z wait for the second stage, as they are.
    expect(registers).toHaveLength(2);
  });
});
