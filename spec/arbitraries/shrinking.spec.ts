/** Planted bugs, and how small the counterexamples end. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateCircuit, validateGraph, widthOf } from '../../src/circuit/index.ts';
import { fixed, formatText } from '../../src/fixed/index.ts';
import {
  circuitCases,
  circuits,
  circuitSize,
  formats,
  formatSize,
  graphCases,
  graphSize,
  layerGraphs,
  minimize,
  networkCases,
  simplerCases,
  simplerCircuits,
  simplerFormats,
  simplerGraphs,
  stimuli,
  values,
} from '../../src/verification/arbitraries/index.ts';
import { differs, graphDiffers, inputBits, MUTATIONS, needsMoreThan32Bits } from './planted.ts';

const seeds = [1, 2, 3, 4];

/** Run a property that must fail, and return its last counterexample. */
function counterexample<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => boolean, seed: number): T {
  const details = fc.check(fc.property(arbitrary, holds), { seed, numRuns: 20_000 });
  if (details.counterexample === null) throw new Error(`seed ${seed} finds no counterexample`);
  return details.counterexample[0];
}

describe('a failing circuit', () => {
  const wide = { maxWidth: 40, maxSteps: 30 };

  it.each(Object.entries(MUTATIONS))('shrinks to a few operations where an evaluator %s', (_name, mutation) => {
    for (const seed of seeds) {
      const { circuit, samples } = counterexample(
        circuitCases(wide),
        (value) => !differs(value.circuit, mutation, value.samples),
        seed,
      );
      validateCircuit(circuit);
      const computing = circuit.ops.filter(({ kind }) => kind !== 'input' && kind !== 'constant');
      expect(computing.length).toBe(1);
      expect(circuit.ops.length).toBeLessThanOrEqual(3);
      expect(circuit.outputs.flatMap(({ wires }) => wires).length).toBe(1);
      expect(inputBits(circuit)).toBeLessThanOrEqual(5);
      expect(samples.length).toBe(1);
      expect(circuit.labels).toEqual({});
    }
  });

  it('keeps the width that a 32-bit evaluator fails on, and no more', () => {
    for (const seed of seeds) {
      const { circuit } = counterexample(
        circuitCases({ maxWidth: 60 }),
        (value) => !needsMoreThan32Bits(value.circuit, value.samples),
        seed,
      );
      expect(circuit.ops.length).toBeLessThanOrEqual(4);
      const widths = circuit.types.map(widthOf);
      expect(Math.max(...widths)).toBeGreaterThanOrEqual(32);
      expect(Math.max(...widths)).toBeLessThanOrEqual(33);
    }
  });

  it('keeps all operations that a bug of two operations needs', () => {
    // A select whose condition is the result of a comparison loses its else branch.
    for (const seed of seeds) {
      const { circuit } = counterexample(
        circuitCases(wide),
        ({ circuit: { ops, types }, circuit: whole, samples }) => {
          const wrong = {
            ...whole,
            ops: ops.map((op) =>
              op.kind === 'select' && ops[op.condition]!.kind === 'compare' && types[op.condition]!.hi === 1n
                ? { ...op, b: op.a }
                : op,
            ),
          };
          return !differs(whole, (op) => wrong.ops[ops.indexOf(op)]!, samples);
        },
        seed,
      );
      const kinds = circuit.ops.map(({ kind }) => kind);
      expect(kinds).toContain('select');
      expect(kinds).toContain('compare');
      expect(circuit.ops.length).toBeLessThanOrEqual(5);
    }
  });

  it('keeps as many samples as the bug needs', () => {
    const { samples } = counterexample(
      circuitCases({}, { maxSamples: 12 }),
      (value) => value.samples.length < 5,
      seeds[0]!,
    );
    expect(samples.length).toBe(5);
    expect(samples.flat(2).every((raw) => raw === 0n)).toBe(true);
  });

  it('can be shrunk without the arbitrary that made it', () => {
    const mutation = MUTATIONS['rounds half up for AP_RND_CONV']!;
    const fails = (value: Parameters<typeof simplerCases>[0]): boolean =>
      differs(value.circuit, mutation, value.samples);
    const [start] = fc
      .sample(circuitCases({ maxSteps: 60 }), { seed: 4, numRuns: 1500 })
      .filter((value) => value.circuit.ops.length > 40 && fails(value));
    const smallest = minimize(start!, (value) => simplerCases(value), fails);
    expect(smallest.circuit.ops.map(({ kind }) => kind)).toEqual(['input', 'cast']);
  });
});

describe('a failing layer graph', () => {
  it.each(Object.entries(MUTATIONS))('shrinks to one small layer where an evaluator %s', (_name, mutation) => {
    for (const seed of seeds.slice(0, 2)) {
      const { graph, samples, gaps } = counterexample(
        graphCases(),
        (value) => !graphDiffers(value.graph, mutation, value.samples),
        seed,
      );
      validateGraph(graph);
      expect(graph.layers.length).toBe(1);
      expect(graph.layers[0]!.circuit.ops.length).toBeLessThanOrEqual(4);
      expect(samples.length).toBe(1);
      expect(gaps).toEqual([0]);
    }
  });

  it('keeps two layers where the bug is between them', () => {
    const { graph } = counterexample(
      graphCases(),
      ({ graph: { layers } }) =>
        layers.every(({ inputs }) => inputs.every((name) => layers.every((layer) => layer.name !== name))),
      seeds[0]!,
    );
    expect(graph.layers.length).toBe(2);
    expect(graph.layers.map(({ circuit }) => circuit.ops.length)).toEqual([1, 1]);
  });
});

describe('every simpler value', () => {
  it('of a format is smaller and among those asked for', () => {
    const choice = {
      minWidth: 3,
      maxWidth: 20,
      signed: true,
      minFraction: -2,
      overflows: ['AP_SAT', 'AP_WRAP_SM'],
    } as const;
    fc.assert(
      fc.property(formats(choice), (format) => {
        for (const simpler of simplerFormats(format, choice)) {
          expect(formatSize(simpler)).toBeLessThan(formatSize(format));
          expect(simpler.width).toBeGreaterThanOrEqual(3);
          expect(simpler.signed).toBe(true);
          expect(choice.overflows).toContain(simpler.overflow);
          expect(simpler.width - simpler.integer).toBeGreaterThanOrEqual(-2);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('of a circuit is valid, smaller, and takes the samples that it adapts', () => {
    fc.assert(
      fc.property(circuitCases({ maxSteps: 12 }, { maxSamples: 2 }), ({ circuit, samples }) => {
        for (const { circuit: simpler, adapt } of simplerCircuits(circuit)) {
          validateCircuit(simpler);
          expect(circuitSize(simpler)).toBeLessThan(circuitSize(circuit));
          expect(() => differs(simpler, (op) => op, samples.map(adapt))).not.toThrow();
        }
      }),
      { numRuns: 12 },
    );
  });

  it('of a graph is valid, smaller, and takes the samples that it adapts', () => {
    fc.assert(
      fc.property(graphCases({ maxSteps: 6 }, { maxSamples: 2 }), ({ graph, samples }) => {
        for (const { graph: simpler, adapt } of simplerGraphs(graph)) {
          validateGraph(simpler);
          expect(graphSize(simpler)).toBeLessThan(graphSize(graph));
          expect(() => graphDiffers(simpler, (op) => op, samples.map(adapt))).not.toThrow();
        }
      }),
      { numRuns: 12 },
    );
  });
});

describe('without a reason to stay large', () => {
  it('everything shrinks to its smallest', () => {
    const smallest = <T>(arbitrary: fc.Arbitrary<T>): T => counterexample(arbitrary, () => false, 3);
    expect(formatText(smallest(formats()))).toBe('ap_fixed<1,1>');
    expect(formatText(smallest(formats({ minWidth: 5, signed: false, overflows: ['AP_SAT'] })))).toBe(
      'ap_ufixed<5,5,AP_TRN,AP_SAT>',
    );
    expect(smallest(values())).toEqual({ format: fixed(1, 1), raw: 0n });
    expect(smallest(circuits()).ops).toEqual([{ kind: 'input', port: 0, index: 0 }]);
    expect(smallest(layerGraphs()).layers.map(({ circuit }) => circuit.ops.length)).toEqual([1]);
    expect(smallest(networkCases()).network.layers.length).toBe(2);
    expect(smallest(networkCases({ maxImageLayers: 2 })).network.layers.length).toBe(2);
    expect(smallest(stimuli([{ name: 'x', formats: [fixed(8, 4), fixed(8, 4)] }]))).toEqual({
      samples: [[[0n, 0n]]],
      gaps: [0],
    });
  });
});
