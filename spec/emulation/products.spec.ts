import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitBuilder, constantMultiple, linearCombination } from '../../src/circuit/index.ts';
import type { Circuit, CircuitBuilder, MultiplicationStrategy, Wire } from '../../src/circuit/index.ts';
import { compileEmulator, interpret } from '../../src/emulation/index.ts';
import { OVERFLOWS, QUANTIZATIONS, fixed, rawRange, ufixed } from '../../src/fixed/index.ts';
import type { FixedFormat } from '../../src/fixed/index.ts';

interface Dense {
  readonly input: FixedFormat;
  readonly weightFraction: number;
  /** weights[unit][input] */
  readonly weights: readonly (readonly bigint[])[];
  readonly biases: readonly bigint[];
  readonly strategy: MultiplicationStrategy;
  /** Each product and partial sum is cast to it; sums are exact where it is missing. */
  readonly accumulator: FixedFormat | undefined;
  readonly result: FixedFormat;
  readonly relu: boolean;
}

function addDense(b: CircuitBuilder, row: readonly Wire[], dense: Omit<Dense, 'input'>): Wire[] {
  const { weights, biases, weightFraction, accumulator, result, strategy, relu } = dense;
  const zero = b.constant(0n, 0);
  return weights.map((column, unit) => {
    const bias = b.constant(biases[unit]!, weightFraction);
    let sum: Wire;
    if (accumulator === undefined) {
      sum = linearCombination(b, row, column, weightFraction, bias, strategy);
    } else {
      sum = b.cast(bias, accumulator);
      for (const [k, wire] of row.entries()) {
        const product = b.cast(constantMultiple(b, wire, column[k]!, weightFraction, strategy), accumulator);
        sum = b.cast(b.add(sum, product), accumulator);
      }
    }
    const cast = b.cast(sum, result);
    return relu ? b.select(b.compare('lt', cast, zero), zero, cast) : cast;
  });
}

function denseCircuit({ input, ...dense }: Dense): Circuit {
  const b = circuitBuilder('dense');
  const row = b.input(
    'x',
    dense.weights[0]!.map(() => input),
  );
  const outputs = addDense(b, row, dense);
  b.output(
    'y',
    outputs,
    outputs.map(() => dense.result),
  );
  return b.build();
}

/** Compare on samples that pick the ends of the range often; returns how many wires were products. */
function productsOfSame(circuit: Circuit, picks: readonly number[]): number {
  const emulator = compileEmulator(circuit);
  const { formats } = circuit.inputs[0]!;
  const batch = 11;
  const values = Int32Array.from({ length: batch * formats.length }, (_, at) => {
    const { lo, hi } = rawRange(formats[at % formats.length]!);
    const pick = picks[at % picks.length]! ^ Math.imul(at, 0x9e3779b1);
    if ((pick & 7) === 0) return Number(lo);
    if ((pick & 7) === 1) return Number(hi);
    return Number(lo) + ((pick >>> 3) % (Number(hi - lo) + 1));
  });
  const found = emulator.run(batch, [values])[0]!;
  const n = circuit.outputs[0]!.wires.length;
  for (let sample = 0; sample < batch; sample++) {
    const row = Array.from(values.subarray(sample * formats.length, (sample + 1) * formats.length), BigInt);
    const expected = interpret(circuit, [row])[0]!;
    expect(Array.from(found.slice(sample * n, (sample + 1) * n), BigInt)).toEqual(expected);
  }
  return emulator.statistics.products;
}

const modes = fc.record({
  quantization: fc.constantFrom('AP_TRN' as const, 'AP_TRN' as const, ...QUANTIZATIONS),
  overflow: fc.constantFrom('AP_WRAP' as const, 'AP_WRAP' as const, ...OVERFLOWS),
  saturationBits: fc.constantFrom(0, 0, 1, 2),
});

function format(smallest: number, largest: number): fc.Arbitrary<FixedFormat> {
  return fc
    .record({
      width: fc.integer({ min: smallest, max: largest }),
      fraction: fc.integer({ min: -1, max: 14 }),
      mode: modes,
    })
    .map(({ width, fraction, mode }) => fixed(width, width - fraction, mode));
}

const shapes = fc.record({
  inputs: fc.integer({ min: 1, max: 41 }),
  units: fc.integer({ min: 1, max: 9 }),
  weightBits: fc.integer({ min: 2, max: 17 }),
  density: fc.constantFrom(1, 1, 0.3),
  picks: fc.array(fc.integer(), { minLength: 5, maxLength: 9 }),
});

const denseWith = (accumulator: fc.Arbitrary<FixedFormat | undefined>): fc.Arbitrary<[Dense, readonly number[]]> =>
  fc
    .record({
      shape: shapes,
      input: fc.oneof(
        format(2, 16),
        fc.record({ width: fc.integer({ min: 1, max: 16 }) }).map(({ width }) => ufixed(width, 4)),
        fc.constant(fixed(17, 7)),
      ),
      weightFraction: fc.integer({ min: 0, max: 14 }),
      strategy: fc.constantFrom('multiplier' as const, 'shift-add' as const),
      accumulator,
      result: format(2, 20),
      relu: fc.boolean(),
    })
    .map(({ shape, ...rest }) => {
      const { inputs, units, weightBits, density, picks } = shape;
      const weight = (at: number): bigint => {
        const pick = Math.imul(picks[at % picks.length]! + at, 0x85ebca6b) >>> 4;
        if ((pick & 0xff) >= 256 * density) return 0n;
        const half = 2 ** (weightBits - 1);
        return BigInt((pick & 0x700) === 0 ? -half : ((pick >>> 8) % (2 * half)) - half);
      };
      const weights = Array.from({ length: units }, (_, unit) =>
        Array.from({ length: inputs }, (_none, k) => weight(unit * inputs + k)),
      );
      const biases = weights.map((_, unit) => weight(1000 + unit));
      const result = rest.relu
        ? { ...rest.result, width: rest.result.width + 1, integer: rest.result.integer + 1 }
        : rest.result;
      return [{ ...rest, result, weights, biases }, picks];
    });

describe('dense layers equal the interpreter', () => {
  it('with exact sums, near the limits of 16-bit factors and 32-bit sums', () => {
    let products = 0;
    fc.assert(
      fc.property(denseWith(fc.constant(undefined)), ([dense, picks]) => {
        products += productsOfSame(denseCircuit(dense), picks);
      }),
      { numRuns: 150 },
    );
    expect(products).toBeGreaterThan(100);
  });

  it('with every product and partial sum cast to a wrapping accumulator', () => {
    const accumulators = fc
      .record({ width: fc.integer({ min: 2, max: 33 }), fraction: fc.integer({ min: 0, max: 14 }) })
      .map(({ width, fraction }) => fixed(width, width - fraction));
    let products = 0;
    fc.assert(
      fc.property(denseWith(accumulators), ([dense, picks]) => {
        products += productsOfSame(denseCircuit(dense), picks);
      }),
      { numRuns: 150 },
    );
    expect(products).toBeGreaterThan(100);
  });

  it('with accumulators of every mode', () => {
    fc.assert(
      fc.property(denseWith(format(2, 24)), ([dense, picks]) => {
        productsOfSame(denseCircuit(dense), picks);
      }),
      { numRuns: 150 },
    );
  });

  it('where remainders are emptied on the way', () => {
    // Of 14 dropped bits only four remainders fit a 16-bit lane.
    for (const inputs of [7, 8, 9, 16, 17, 31]) {
      const weights = Array.from({ length: 5 }, (_, unit) =>
        Array.from({ length: inputs }, (_none, k) => BigInt(((unit * 31 + k * 977) % 65536) - 32768)),
      );
      const dense: Dense = {
        input: fixed(16, 2),
        weightFraction: 14,
        weights,
        biases: weights.map((_, unit) => BigInt(unit * 100)),
        strategy: 'multiplier',
        accumulator: fixed(16, 2),
        result: fixed(16, 2),
        relu: false,
      };
      expect(productsOfSame(denseCircuit(dense), [8, 1, 7, 16, 9])).toBe(5);
    }
  });

  it('in a network of several layers that observes nothing in between', () => {
    const format16 = fixed(16, 6);
    const b = circuitBuilder('network');
    let row = b.input(
      'x',
      Array.from({ length: 7 }, () => format16),
    );
    let seed = 1;
    const weight = (): bigint => {
      seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
      return BigInt((seed >>> 8) % 1401) - 700n;
    };
    for (const [k, units] of [13, 6, 9, 3].entries()) {
      const weights = Array.from({ length: units }, () => Array.from(row, weight));
      row = addDense(b, row, {
        weights,
        biases: weights.map(weight),
        weightFraction: 10,
        strategy: k % 2 === 0 ? 'multiplier' : 'shift-add',
        accumulator: k < 2 ? format16 : undefined,
        result: format16,
        relu: k < 3,
      });
    }
    b.output(
      'y',
      row,
      row.map(() => format16),
    );
    const circuit = b.build();
    expect(productsOfSame(circuit, [8, 1, 12345, -7, 99, 1 << 20])).toBe(31);
  });
});

describe('the choice of products', () => {
  it('leaves running sums to additions', () => {
    const b = circuitBuilder('running');
    const F = fixed(8, 8);
    const wide = fixed(16, 16);
    const row = b.input(
      'x',
      Array.from({ length: 24 }, () => F),
    );
    const sums: Wire[] = [];
    let sum = b.constant(0n, 0);
    for (const wire of row) sums.push((sum = b.add(sum, wire)));
    b.output(
      'y',
      sums,
      sums.map(() => wide),
    );
    expect(productsOfSame(b.build(), [3, 8, 1, 77])).toBe(0);
  });

  it('is told by the statistics', () => {
    const format16 = fixed(16, 6);
    const dense: Dense = {
      input: format16,
      weightFraction: 10,
      weights: [Array.from({ length: 12 }, (_, k) => BigInt(37 * k - 200))],
      biases: [5n],
      strategy: 'shift-add',
      accumulator: format16,
      result: format16,
      relu: false,
    };
    expect(productsOfSame(denseCircuit(dense), [1, 2, 3])).toBe(1);
  });
});
