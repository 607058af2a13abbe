/** Ranges of linear forms: never too narrow, never wider than before, and hardware of these widths computes the same. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Circuit, circuitBuilder, formatOfType, type Wire } from '../../src/circuit/index.ts';
import { withLinearRanges } from '../../src/circuit/linear-ranges.ts';
import { type FixedFormat, fixed } from '../../src/fixed/index.ts';
import { circuitCases, properties } from '../../src/verification/arbitraries/index.ts';
import { oneLayer, sumCircuits, sumSamples } from './sum-circuits.ts';

function expectNarrower(narrow: Circuit, circuit: Circuit): void {
  expect({ ...narrow, types: circuit.types }).toEqual(circuit);
  narrow.types.forEach(({ lo, hi, fraction }, wire) => {
    const before = circuit.types[wire]!;
    expect(fraction).toBe(before.fraction);
    expect(lo >= before.lo && hi <= before.hi && lo <= hi, `wire ${wire}: ${lo} … ${hi}`).toBe(true);
  });
}

/** Build a circuit whose output is one wire, and return the range that the wire gets. */
function rangeOf(
  formats: readonly FixedFormat[],
  write: (b: ReturnType<typeof circuitBuilder>, x: readonly Wire[]) => Wire,
): readonly [bigint, bigint] {
  const b = circuitBuilder('one');
  const wire = write(b, b.input('x', formats));
  b.output('y', [wire], [formatOfType(b.typeOf(wire))]);
  const { types, outputs } = withLinearRanges(b.build());
  const { lo, hi } = types[outputs[0]!.wires[0]!]!;
  return [lo, hi];
}

describe('withLinearRanges', () => {
  it('holds every value of sums with complements, and is never wider', () => {
    let narrowed = 0;
    fc.assert(
      fc.property(sumCircuits, fc.array(sumSamples, { minLength: 1, maxLength: 8 }), (circuit, samples) => {
        const narrow = withLinearRanges(circuit);
        expectNarrower(narrow, circuit);
        properties.intervalsHoldValues(narrow, samples);
        if (narrow !== circuit) narrowed++;
      }),
      { numRuns: 300 },
    );
    expect(narrowed).toBeGreaterThan(60);
  });

  it.each([32, 62, 90])('holds every value of any circuit of up to %i bits', (maxWidth) => {
    fc.assert(
      fc.property(circuitCases({ maxWidth }), ({ circuit, samples }) => {
        const narrow = withLinearRanges(circuit);
        expectNarrower(narrow, circuit);
        properties.intervalsHoldValues(narrow, samples);
      }),
      { numRuns: 150 },
    );
  });

  it('changes nothing more the second time', () => {
    fc.assert(
      fc.property(sumCircuits, (circuit) => {
        const once = withLinearRanges(circuit);
        expectNarrower(withLinearRanges(once), once);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves outputs the same in emulation and in clocked hardware', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.record({ circuit: sumCircuits, samples: fc.array(sumSamples, { minLength: 1, maxLength: 5 }) }),
          circuitCases({ maxWidth: 24 }, { maxSamples: 4 }),
        ),
        ({ circuit, samples }) => {
          const narrow = withLinearRanges(circuit);
          properties.circuitsAgree(circuit, narrow, samples);
          properties.emulationEqualsInterpreter(narrow, samples);
          properties.pipelineEqualsCircuit(oneLayer(narrow), { samples, gaps: [] }, 20);
        },
      ),
      { numRuns: 150 },
    );
  });

  const F = fixed(8, 8);
  it('knows that 4x − x is 3x', () => {
    expect(rangeOf([F], (b, [x]) => b.subtract(b.scale(x!, 2), x!))).toEqual([-384n, 381n]);
  });

  it('knows what a wire and its complement make together', () => {
    expect(rangeOf([F], (b, [x]) => b.add(x!, b.bitwise('xor', x!, b.constant(-1n, 0))))).toEqual([-1n, -1n]);
  });

  it('follows a sum to the end of its leaves, of which there may be many', () => {
    const formats = Array.from({ length: 150 }, () => fixed(2, 2));
    const all = (b: ReturnType<typeof circuitBuilder>, x: readonly Wire[]): Wire => {
      const sum = x.reduce((acc, wire) => b.add(acc, wire));
      return b.subtract(b.scale(sum, 1), sum);
    };
    expect(rangeOf(formats, all)).toEqual([-300n, 150n]);
  });

  it('takes casts that lose something for new leaves', () => {
    const cut = fixed(4, 4, { overflow: 'AP_SAT' });
    const [lo, hi] = rangeOf([F, F], (b, [x, y]) => {
      const leaf = b.cast(b.add(x!, y!), cut);
      return b.subtract(b.scale(leaf, 2), leaf);
    });
    expect([lo, hi]).toEqual([-24n, 21n]);
  });

  it('keeps the ranges of sums that are too large to be followed', () => {
    const wide = fixed(60, 60);
    const whole = rangeOf([wide], (b, [x]) => b.subtract(b.scale(x!, 2), x!));
    expect(whole).toEqual([-(2n ** 61n) - 2n ** 59n + 1n, 2n ** 61n - 4n + 2n ** 59n]);
  });

  it('returns a circuit that has nothing to narrow as it is', () => {
    const b = circuitBuilder('plain');
    const [x, y] = b.input('x', [F, F]);
    const sum = b.add(x!, y!);
    b.output('y', [sum], [formatOfType(b.typeOf(sum))]);
    const circuit = b.build();

    expect(withLinearRanges(circuit)).toBe(circuit);
  });
});
