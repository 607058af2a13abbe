/** What the generators reach within a bounded number of samples. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateCircuit, validateGraph, widthOf } from '../../src/circuit/index.ts';
import { compileNetwork } from '../../src/compile/index.ts';
import {
  fixed,
  formatProblem,
  fractionBits,
  fromDouble,
  holdsRaw,
  OVERFLOWS,
  QUANTIZATIONS,
  rawRange,
  toDouble,
  ufixed,
} from '../../src/fixed/index.ts';
import {
  circuits,
  codesWithin,
  doublesFor,
  exactValues,
  formats,
  isChosen,
  layerGraphs,
  networkCases,
  networks,
  properties,
  rawCodes,
  samples,
  stimuli,
  values,
} from '../../src/verification/arbitraries/index.ts';

const draw = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] => fc.sample(arbitrary, { seed: 11, numRuns });
const seen = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted();

describe('formats', () => {
  it('have every pair of modes, both signs, every width class and binary points outside the word', () => {
    const drawn = draw(formats({ maxWidth: 128 }), 2000);
    const pairs = QUANTIZATIONS.flatMap((quantization) => OVERFLOWS.map((overflow) => `${quantization} ${overflow}`));
    expect(seen(drawn.map((f) => `${f.quantization} ${f.overflow}`))).toEqual(pairs.toSorted());
    for (const inClass of [1, 2, 8].map((width) => drawn.filter((f) => f.width === width))) {
      expect(inClass.length).toBeGreaterThan(10);
    }
    for (const [from, to] of [
      [1, 8],
      [9, 24],
      [25, 80],
      [81, 128],
    ] as const) {
      const inClass = drawn.filter(({ width }) => width >= from && width <= to);
      expect(inClass.length).toBeGreaterThan(20);
      expect(seen(inClass.map(({ signed }) => String(signed)))).toEqual(['false', 'true']);
    }
    expect(drawn.some(({ integer }) => integer < 0)).toBe(true);
    expect(drawn.some(({ integer, width }) => integer > width)).toBe(true);
    expect(drawn.some(({ saturationBits }) => saturationBits > 1)).toBe(true);
  });

  it('are proper and chosen, whatever the choice', () => {
    const choice = fc.record(
      {
        minWidth: fc.integer({ min: 1, max: 5 }),
        maxWidth: fc.integer({ min: 5, max: 90 }),
        signed: fc.boolean(),
        minFraction: fc.integer({ min: -6, max: 3 }),
        maxSaturationBits: fc.nat({ max: 9 }),
        overflows: fc.constantFrom(OVERFLOWS, ['AP_SAT'] as const, ['AP_WRAP_SM', 'AP_WRAP'] as const),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        choice.chain((asked) => fc.tuple(fc.constant(asked), formats(asked))),
        ([asked, format]) => {
          expect(formatProblem(format)).toBeNull();
          expect(isChosen(format, asked)).toBe(true);
          properties.textKeepsFormat(format);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('values', () => {
  it('are codes of their format and reach both ends and zero', () => {
    for (const { format, raw } of draw(values({ maxWidth: 80 }), 500)) expect(holdsRaw(format, raw)).toBe(true);
    const codes = draw(rawCodes(fixed(30, 10)), 300);
    const { lo, hi } = rawRange(fixed(30, 10));
    for (const end of [lo, lo + 1n, -1n, 0n, 1n, hi - 1n, hi]) expect(codes).toContain(end);
    expect(new Set(draw(codesWithin({ lo: 3n, hi: 6n }), 100))).toEqual(new Set([3n, 4n, 5n, 6n]));
    expect(draw(exactValues(), 100).some(({ raw }) => raw > 1n << 100n)).toBe(true);
  });

  it('as doubles hit grid points, ties, their neighbours and what is out of range', () => {
    for (const format of [fixed(6, 3, { overflow: 'AP_SAT' }), ufixed(5, 7), fixed(40, 2)]) {
      const unit = toDouble(1n, fractionBits(format));
      const { lo, hi } = rawRange(format);
      const units = draw(doublesFor(format), 600).map((x) => x / unit);
      const count = (holds: (x: number) => boolean): number => units.filter(holds).length;
      expect(count(Number.isInteger)).toBeGreaterThan(50);
      expect(count((x) => Number.isInteger(x - 0.5))).toBeGreaterThan(50);
      const distance = (x: number): number => Math.abs(2 * x - Math.round(2 * x));
      expect(count((x) => distance(x) > 0 && distance(x) < 1e-3)).toBeGreaterThan(20);
      expect(count((x) => x > Number(hi) + 0.5)).toBeGreaterThan(10);
      expect(count((x) => x < Number(lo) - 0.5)).toBeGreaterThan(10);
      expect(units.every((x) => holdsRaw(format, fromDouble(x * unit, format)))).toBe(true);
    }
  });
});

describe('circuits', () => {
  it('are valid, have every kind of operation, every pair of cast modes and every width class', () => {
    const drawn = draw(circuits({ maxWidth: 64 }), 400);
    drawn.forEach(validateCircuit);
    const ops = drawn.flatMap((circuit) => circuit.ops);
    const kinds = [
      'input',
      'constant',
      'add',
      'scale',
      'multiply',
      'negate',
      'compare',
      'select',
      'table',
      'bitwise',
      'cast',
    ];
    expect(seen(ops.map(({ kind }) => kind))).toEqual(kinds.toSorted());
    expect(seen(ops.flatMap((op) => (op.kind === 'compare' ? [op.relation] : [])))).toEqual(['eq', 'le', 'lt', 'ne']);
    expect(seen(ops.flatMap((op) => (op.kind === 'bitwise' ? [op.operation] : [])))).toEqual(['and', 'or', 'xor']);
    expect(seen(ops.flatMap((op) => (op.kind === 'add' ? [String(op.subtract)] : [])))).toEqual(['false', 'true']);
    const pairs = ops.flatMap((op) => (op.kind === 'cast' ? [`${op.format.quantization} ${op.format.overflow}`] : []));
    expect(seen(pairs).length).toBe(QUANTIZATIONS.length * OVERFLOWS.length);
    const widths = drawn.flatMap(({ types }) => types.map(widthOf));
    for (const [from, to] of [
      [1, 1],
      [2, 8],
      [9, 16],
      [17, 32],
      [33, 63],
    ] as const) {
      expect(widths.filter((width) => width >= from && width <= to).length).toBeGreaterThan(50);
    }
    expect(Math.max(...widths)).toBeLessThanOrEqual(64);
    expect(drawn.some(({ inputs }) => inputs.length === 2)).toBe(true);
  });

  it('keep to the choice', () => {
    for (const { ops, types, outputs } of draw(
      circuits({ minFraction: 0, kinds: ['add', 'scale'], outputs: 'some' }),
      100,
    )) {
      expect(types.every(({ fraction }) => fraction >= 0)).toBe(true);
      expect(ops.every(({ kind }) => ['input', 'add', 'scale', 'cast'].includes(kind))).toBe(true);
      expect(outputs[0]!.wires.length).toBeLessThanOrEqual(3);
    }
  });
});

describe('layer graphs', () => {
  it('are valid, with chains, skip connections, two inputs and two outputs', () => {
    const drawn = draw(layerGraphs(), 300);
    drawn.forEach(validateGraph);
    expect(seen(drawn.map(({ layers }) => String(layers.length)))).toEqual(['1', '2', '3', '4', '5']);
    expect(drawn.some(({ inputs }) => inputs.length === 2)).toBe(true);
    expect(drawn.some(({ outputs }) => outputs.length === 2)).toBe(true);
    expect(drawn.some(({ layers }) => layers.some(({ inputs }, k) => k > 1 && inputs.includes('layer0')))).toBe(true);
  });
});

describe('networks', () => {
  it('have every kind that maps a vector to a vector, and become hardware', () => {
    const drawn = draw(networks(), 600).flatMap(({ layers }) => layers.map(({ kind }) => kind as string));
    const vectorKinds = [
      'dense',
      'batchNormalization',
      'affine',
      'relu',
      'leakyRelu',
      'sigmoid',
      'tanh',
      'hardSigmoid',
    ];
    const others = ['hardTanh', 'softmax', 'dropout', 'linear', 'ternaryTanh'];
    expect(seen(drawn)).toEqual(expect.arrayContaining([...vectorKinds, ...others]));
    fc.assert(
      fc.property(networkCases({}, { maxSamples: 4 }), ({ network, samples: rows, gaps }) => {
        const delay = { name: 'one', registerOverheadNs: 0, delayNs: () => 1 };
        properties.hardwareEqualsCircuit(network, { samples: rows, gaps }, 3, { delay });
        expect(compileNetwork(network).outputs).toEqual(['end']);
      }),
      { numRuns: 60 },
    );
  });
});

describe('networks of images', () => {
  const choice = { maxImageLayers: 2, maxLayers: 2 };

  it('have convolutions, depthwise ones and poolings of lines and planes, and become hardware', () => {
    const drawn = draw(networks(choice), 300);
    const kinds = drawn.flatMap(({ layers }) => layers.map(({ kind }) => kind as string));
    const windowed = ['conv', 'depthwiseConv', 'pooling'].flatMap((kind) => [`${kind}1d`, `${kind}2d`]);
    expect(seen(kinds)).toEqual(expect.arrayContaining([...windowed, 'dense', 'relu', 'flatten']));
    expect(drawn.some(({ inputs }) => inputs[0]!.shape.length === 1)).toBe(true);
    fc.assert(
      fc.property(networkCases(choice, { maxSamples: 3 }), ({ network, samples: rows, gaps }) => {
        const delay = { name: 'one', registerOverheadNs: 0, delayNs: () => 1 };
        properties.hardwareEqualsCircuit(network, { samples: rows, gaps }, 3, { delay });
      }),
      { numRuns: 40 },
    );
  });
});

describe('stimuli', () => {
  it('have all corners and gaps, and fit their ports', () => {
    const ports = [
      { name: 'a', formats: [fixed(8, 4), ufixed(3, 3)] },
      { name: 'b', formats: [fixed(1, 1)] },
    ];
    const drawn = draw(samples(ports), 200).map(String);
    for (const corner of ['-128,0,-1', '127,7,0', '0,0,0']) expect(drawn).toContain(corner);
    const sequences = draw(stimuli(ports), 100);
    expect(sequences.every((sequence) => sequence.samples.length === sequence.gaps.length)).toBe(true);
    expect(seen(sequences.flatMap(({ gaps }) => gaps.map(String)))).toEqual(['0', '1', '2', '3']);
    expect(sequences.some(({ gaps }) => gaps.length > 2 && gaps.every((gap) => gap === 0))).toBe(true);
  });
});
