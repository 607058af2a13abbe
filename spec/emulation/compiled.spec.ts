import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitBuilder, resultType, typeOfFormat, formatOfType } from '../../src/circuit/index.ts';
import type { Circuit, LayerGraph, Wire, WireType } from '../../src/circuit/index.ts';
import { compileEmulator, emulate, interpretBatch, interpretGraph } from '../../src/emulation/index.ts';
import { OVERFLOWS, QUANTIZATIONS, fixed, fractionBits, ufixed } from '../../src/fixed/index.ts';
import type { FixedFormat } from '../../src/fixed/index.ts';
import {
  batches,
  circuitCases,
  type FormatChoice,
  formats,
  properties,
  rawCodes,
} from '../../src/verification/arbitraries/index.ts';

/**
 * Tell whether a circuit can be compiled. Where its wires fit, a cast may still need a 65th bit between shifting and
 * overflow; that must be said.
 */
function compiles(circuit: Circuit): boolean {
  try {
    compileEmulator(circuit);
    return true;
  } catch (error) {
    expect((error as Error).message).toContain('needs more than 64 bits on the way');
    return false;
  }
}

/** One cast of one input plus a constant (raw, in the input's binary point), as it is. */
function castCircuit(type: FixedFormat, format: FixedFormat, offset = 0n): Circuit {
  const input = typeOfFormat(type);
  const types: WireType[] = [input, { lo: offset, hi: offset, fraction: input.fraction }];
  const typeOf = (wire: Wire): WireType => types[wire]!;
  const sum = { kind: 'add', a: 0, b: 1, shift: 0, subtract: false } as const;
  types.push(resultType(sum, typeOf, []));
  const cast = { kind: 'cast', a: 2, format } as const;
  types.push(resultType(cast, typeOf, []));
  return {
    name: 'cast',
    inputs: [{ name: 'x', wires: [0], formats: [type] }],
    outputs: [{ name: 'y', wires: [3], formats: [formatOfType(types[3]!)] }],
    ops: [{ kind: 'input', port: 0, index: 0 }, { kind: 'constant' }, sum, cast],
    types,
    tables: [],
    labels: {},
  };
}

describe('compiled emulation equals the interpreter', () => {
  it('where wrapping casts of like widths follow each other', () => {
    const castFormats: FormatChoice = {
      minWidth: 3,
      maxWidth: 6,
      minFraction: 0,
      maxFraction: 2,
      quantizations: ['AP_TRN', 'AP_TRN', ...QUANTIZATIONS],
      overflows: ['AP_WRAP', 'AP_WRAP', ...OVERFLOWS],
      maxSaturationBits: 0,
    };
    fc.assert(
      fc.property(
        circuitCases(
          { maxWidth: 20, maxSteps: 10, castFormats, kinds: ['cast', 'cast', 'add', 'multiply'], outputs: 'some' },
          { minSamples: 4, maxSamples: 9 },
        ),
        ({ circuit, samples }) => {
          if (compiles(circuit)) properties.emulationEqualsInterpreter(circuit, samples);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it.each([
    [20, 'some'],
    [32, 'some'],
    [64, 'some'],
    [32, 'all'],
    [64, 'all'],
  ] as const)('on random circuits of up to %i bits, %s wires being looked at', (maxWidth, outputs) => {
    fc.assert(
      fc.property(circuitCases({ maxWidth, maxSteps: 30, outputs }, { maxSamples: 9 }), ({ circuit, samples }) => {
        if (compiles(circuit)) properties.emulationEqualsInterpreter(circuit, samples);
      }),
      { numRuns: 250 },
    );
  });

  it.each([
    ['both signs', -64n],
    ['positive', 3n],
    ['negative', -130n],
  ])('for every cast mode, exhaustively over small codes of %s', (_name, offset) => {
    const source = ufixed(7, 4);
    const all = Array.from({ length: 128 }, (_, k) => [[BigInt(k)]]);
    for (const quantization of QUANTIZATIONS) {
      for (const overflow of OVERFLOWS) {
        for (const saturationBits of [0, 1, 2, 4]) {
          for (const [signed, width, integer] of [
            [true, 4, 2],
            [true, 4, 4],
            [true, 5, 0],
            [false, 4, 3],
            [false, 5, 5],
          ] as const) {
            if (overflow === 'AP_WRAP_SM' && !signed) continue;
            const format = { signed, width, integer, quantization, overflow, saturationBits };
            properties.emulationEqualsInterpreter(castCircuit(source, format, offset), all);
          }
        }
      }
    }
  });

  it('for casts of wide values, in every mode, near the ends of the lanes', () => {
    const wide = { minWidth: 20, minFraction: -6, maxFraction: 74 };
    const plain = { quantizations: ['AP_TRN'], overflows: ['AP_WRAP'], maxSaturationBits: 0 } as const;
    const cases = fc
      .tuple(formats({ ...wide, maxWidth: 63, ...plain }), formats({ ...wide, maxWidth: 63, maxSaturationBits: 6 }))
      .chain(([source, target]) => {
        const codes = fc.array(rawCodes(source), { minLength: 1, maxLength: 11 });
        return fc.record({ circuit: fc.constant(castCircuit(source, target)), codes });
      });
    let compiledCases = 0;
    fc.assert(
      fc.property(cases, ({ circuit, codes }) => {
        if (!compiles(circuit)) return;
        compiledCases++;
        const samples = codes.map((code) => [[code]]);
        properties.emulationEqualsInterpreter(circuit, samples);
      }),
      { numRuns: 600 },
    );
    expect(compiledCases).toBeGreaterThan(300);
  });

  it('for circuits of many functions, with values that cross them', () => {
    const F = fixed(16, 6);
    const b = circuitBuilder('long');
    let row = b.input(
      'x',
      Array.from({ length: 8 }, () => F),
    );
    const first = row;
    for (let k = 0; k < 300; k++) {
      row = row.map((wire, j) => {
        const product = b.multiply(wire, b.constant(BigInt(((k * 37 + j * 11) % 61) - 30), 5));
        return b.cast(b.add(product, b.select(b.compare('lt', wire, first[(j + k) % 8]!), row[(j + 1) % 8]!, wire)), F);
      });
    }
    b.output(
      'y',
      [...row, ...first],
      [...row, ...first].map(() => F),
    );
    const circuit = b.build();
    const emulator = compileEmulator(circuit);
    expect(emulator.statistics.functions).toBeGreaterThan(10);
    fc.assert(
      fc.property(batches(circuit.inputs, { maxSamples: 3 }), (samples) => {
        properties.emulationEqualsInterpreter(circuit, samples);
      }),
      { numRuns: 5 },
    );
  });
});

/** A two-layer graph whose second layer can be made too wide. */
function graph(width: number): LayerGraph {
  const F = fixed(16, 6);
  const W = fixed(width, width - 20);
  const first = circuitBuilder('first');
  const x = first.input('x', [F, F]);
  first.output(
    'first',
    x.map((wire: Wire) => first.cast(first.add(wire, x[0]!), F)),
    [F, F],
  );
  const second = circuitBuilder('second');
  const [p, q] = second.input('first', [F, F]) as [Wire, Wire];
  const product = second.multiply(p, q);
  const wide = second.scale(second.multiply(product, second.constant((1n << BigInt(width - 34)) - 1n, 0)), 0);
  second.output('second', [wide], [W]);
  return {
    name: 'pair',
    inputs: [{ name: 'x', formats: [F, F] }],
    layers: [
      { name: 'first', kind: 'add', circuit: first.build(), inputs: ['x'] },
      { name: 'second', kind: 'multiply', circuit: second.build(), inputs: ['first'] },
    ],
    outputs: ['second'],
  };
}

describe('emulate', () => {
  const inputs = [Int32Array.from([100, 7, -32768, 32767, 5, -6, 0, 0, 1, 1])];

  it.each([
    [60, 'webassembly'],
    [90, 'interpreter'],
  ] as const)('returns outputs and layers of a graph with %i bits by %s and says so', (width, path) => {
    const target = graph(width);
    const result = emulate(target, 5, inputs, { observe: 'all' });
    expect(result.path).toBe(path);
    expect(result.reason === null).toBe(path === 'webassembly');
    expect([...result.layers.keys()].toSorted()).toEqual(['first', 'second']);
    for (let sample = 0; sample < 5; sample++) {
      const expected = interpretGraph(target, [Array.from(inputs[0]!.subarray(2 * sample, 2 * sample + 2), BigInt)]);
      const first = Array.from(result.layers.get('first')!.slice(2 * sample, 2 * sample + 2), BigInt);
      expect(first).toEqual(expected.get('first'));
      expect(BigInt(result.outputs[0]![sample]!)).toBe(expected.get('second')![0]);
    }
  });

  it('names the wire that is too wide', () => {
    expect(() => compileEmulator(graph(90))).toThrow(
      /^Wire \d+ \(multiply\) of circuit "pair" has raw codes -\d+ to \d+; compiled emulation holds signed 64-bit integers, use the interpreter\.$/,
    );
  });

  it('runs batches of any size on one memory', () => {
    const emulator = compileEmulator(graph(60), { observe: ['first'] });
    expect(emulator.outputs.map((port) => [port.name, port.elements])).toEqual([
      ['second', 'int64'],
      ['first', 'int32'],
    ]);
    for (const batch of [0, 1, 3, 4, 5, 1000]) {
      const values = Int32Array.from({ length: 2 * batch }, (_, k) => ((k * 7919) % 65536) - 32768);
      const [second, first] = emulator.run(batch, [values]);
      const circuit = graph(60).layers;
      const expectedFirst = interpretBatch(circuit[0]!.circuit, batch, [values])[0]!;
      expect(Array.from(first!, BigInt)).toEqual(expectedFirst);
      expect(Array.from(second!, BigInt)).toEqual(interpretBatch(circuit[1]!.circuit, batch, [expectedFirst])[0]!);
    }
  });

  it('rejects inputs by port, sample and element', () => {
    const emulator = compileEmulator(graph(60));
    expect(() => emulator.run(2, [Int32Array.of(0, 0, 0, 40000)])).toThrow(
      'Sample 1, element 1 of input "x" of circuit "pair" is 40000; its format allows raw codes -32768 to 32767.',
    );
    expect(() => emulator.run(1, [BigInt64Array.of(0n, -(1n << 60n))])).toThrow('element 1 of input "x"');
    expect(() => emulator.run(1, [[0n, 1n << 64n]])).toThrow('is 18446744073709551616; its format allows');
    expect(() => emulator.run(2, [Int32Array.of(1, 2, 3)])).toThrow('has 3 values; 2 samples of 2 elements are 4');
    expect(() => emulator.run(2, [])).toThrow('takes 1 input arrays (x), not 0');
    expect(() => emulator.run(-1, [Int32Array.of()])).toThrow('The batch size for circuit "pair" is -1');
    expect(() => compileEmulator(graph(60), { observe: ['third'] })).toThrow('no layer "third"');
  });

  it.each([4, 5, 8, 11])('checks and keeps all %i elements of ports that are transposed', (n) => {
    const F = fixed(9, 9);
    const b = circuitBuilder('wide');
    const x = b.input(
      'x',
      Array.from({ length: n }, () => F),
    );
    b.output(
      'y',
      x,
      x.map(() => F),
    );
    const emulator = compileEmulator(b.build());
    for (const batch of [1, 4, 7, 300]) {
      const values = Int32Array.from({ length: batch * n }, (_, k) => ((k * 37) % 512) - 256);
      expect(emulator.run(batch, [values])[0]).toEqual(values);
      expect(emulator.run(batch, [BigInt64Array.from(values, BigInt)])[0]).toEqual(values);
      for (const at of [0, n - 1, batch * n - 1]) {
        for (const outside of [-257, 256, -(2 ** 31), 2 ** 31 - 1]) {
          const wrong = values.with(at, outside);
          expect(() => emulator.run(batch, [wrong])).toThrow(
            `Sample ${Math.floor(at / n)}, element ${at % n} of input "x" of circuit "wide" is ${outside};`,
          );
        }
      }
      expect(emulator.run(batch, [values])[0]).toEqual(values);
    }
  });

  it('gives constant outputs and unread inputs their due', () => {
    const F = fixed(8, 4);
    const type: WireType = typeOfFormat(F);
    const b = circuitBuilder('constants');
    const [x] = b.input('x', [F, F]) as [Wire, Wire];
    b.output('y', [b.constant(5n, fractionBits(F)), x, x], [F, F, F]);
    const emulator = compileEmulator(b.build());
    expect(type.fraction).toBe(4);
    expect(emulator.run(2, [Int32Array.of(1, 2, 3, 4)])).toEqual([Int32Array.of(5, 1, 1, 5, 3, 3)]);
  });
});
