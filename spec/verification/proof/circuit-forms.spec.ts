import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Circuit } from '../../../src/circuit/index.ts';
import { interpretWires } from '../../../src/emulation/index.ts';
import { rawRange } from '../../../src/fixed/index.ts';
import { circuitCases, circuits, type Sample } from '../../../src/verification/arbitraries/index.ts';
import { circuitForms, formStore, greatest, least } from '../../../src/verification/proof/index.ts';
import { followSamples } from '../../../src/verification/proof/samples.ts';
import { allSamples } from './all-samples.ts';
import { runs } from './runs.ts';

/** Compare every wire of a circuit, as a form, with the interpreter. */
function expectWires(circuit: Circuit, samples: readonly Sample[]): void {
  const store = formStore();
  const inputs = circuit.inputs.map(({ formats }, port) =>
    formats.map((format, index) => {
      const { lo, hi } = rawRange(format);
      return store.ofAtom(store.atom({ kind: 'input', name: `${port} ${index}` }, lo, hi));
    }),
  );
  const forms = circuitForms(store, circuit, inputs);
  const followed = followSamples(samples.length, (name) => {
    const [port, index] = name.split(' ').map(Number) as [number, number];
    return samples.map((sample) => sample[port]![index]!);
  });
  const expected = samples.map((sample) => interpretWires(circuit, sample));
  forms.forEach((form, wire) => {
    const { kind } = circuit.ops[wire]!;
    const values = followed.seriesOf(form);
    expect(values, `wire ${wire}, ${kind}`).toEqual(expected.map((row) => row[wire]!));
    const outside = values.find((value) => value < least(form) || value > greatest(form));
    expect(outside, `wire ${wire}, ${kind}, interval`).toBeUndefined();
  });
}

describe('circuitForms', () => {
  it('writes every kind of operation as a form of the same value, at any width', () => {
    fc.assert(
      fc.property(circuitCases({ maxWidth: 48 }, { maxSamples: 8 }), ({ circuit, samples }) =>
        expectWires(circuit, samples),
      ),
      { numRuns: runs(250) },
    );
  });

  it('does so for all inputs of small circuits, within intervals', () => {
    const small = circuits({ maxWidth: 16, maxSteps: 14, maxPorts: 1, inputFormats: { maxWidth: 3 } });
    fc.assert(
      fc.property(small, (circuit) => expectWires(circuit, allSamples(circuit, 512)!)),
      { numRuns: runs(120) },
    );
  });
});
