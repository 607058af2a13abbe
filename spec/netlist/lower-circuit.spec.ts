import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { castType, circuitBuilder, formatOfType, typeOfFormat, widthOf } from '../../src/circuit/index.ts';
import type { Circuit, WireType } from '../../src/circuit/index.ts';
import { interpret } from '../../src/emulation/index.ts';
import { OVERFLOWS, QUANTIZATIONS, cast, fixed, formatText, ufixed } from '../../src/fixed/index.ts';
import type { FixedFormat } from '../../src/fixed/index.ts';
import { castWork, lowerCircuit, packVector, unpackVector, validateNetlist } from '../../src/netlist/index.ts';
import { circuitCases } from '../../src/verification/arbitraries/index.ts';
import { evaluateModule } from './evaluate-module.ts';

const run = (circuit: Circuit, raws: readonly bigint[]): bigint[] => {
  const module = lowerCircuit(circuit);
  const [bus] = evaluateModule(module, [packVector(circuit.inputs[0]!.formats, raws)]);
  return unpackVector(circuit.outputs[0]!.formats, bus!);
};

describe('lowerCircuit', () => {
  it('computes what the interpreter computes, wire by wire, on random circuits', () => {
    fc.assert(
      fc.property(circuitCases({ maxWidth: 64, maxSteps: 30 }, { maxSamples: 4 }), ({ circuit, samples }) => {
        const module = lowerCircuit(circuit);
        validateNetlist({ name: 'n', top: module.name, modules: [module] });
        for (const sample of samples) {
          const words = circuit.inputs.map(({ formats }, port) => packVector(formats, sample[port]!));
          const [bus] = evaluateModule(module, words);
          expect(unpackVector(circuit.outputs[0]!.formats, bus!)).toEqual(interpret(circuit, sample)[0]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('casts every code of small operands by all rounding and overflow modes', () => {
    // Arrange: operands on intervals that do and do not reach the limits of the target
    const operands: WireType[] = [
      { lo: -40n, hi: 40n, fraction: 3 },
      { lo: 0n, hi: 63n, fraction: 3 },
      { lo: -3n, hi: 60n, fraction: 2 },
      { lo: -60n, hi: 5n, fraction: 2 },
      { lo: -7n, hi: 7n, fraction: 0 },
      { lo: -16n, hi: 15n, fraction: 8 },
    ];
    const targets = [
      fixed(3, 2),
      fixed(4, 4),
      fixed(1, 1),
      fixed(2, 1),
      ufixed(3, 2),
      ufixed(2, 3),
      ufixed(1, 0),
      fixed(5, 0),
    ];
    let checked = 0;
    for (const type of operands) {
      for (const target of targets) {
        for (const quantization of QUANTIZATIONS) {
          for (const overflow of OVERFLOWS) {
            if (overflow === 'AP_WRAP_SM' && !target.signed) continue;
            for (const saturationBits of overflow.startsWith('AP_WRAP') ? [0, 1, 2, 3] : [0]) {
              if (saturationBits > target.width) continue;
              const format: FixedFormat = { ...target, quantization, overflow, saturationBits };
              const circuit = singleCast(type, format);
              const module = lowerCircuit(circuit);
              const inputFormats = circuit.inputs[0]!.formats;
              for (let raw = type.lo; raw <= type.hi; raw += 1n) {
                // Act
                const [bus] = evaluateModule(module, [packVector(inputFormats, [raw])]);
                const [code] = unpackVector(circuit.outputs[0]!.formats, bus!);
                // Assert
                if (code !== cast(raw, type.fraction, format)) {
                  expect.fail(
                    `${raw} · 2^-${type.fraction} to ${formatText(format)}: ${code}, not ${cast(raw, type.fraction, format)}`,
                  );
                }
                checked += 1;
              }
            }
          }
        }
      }
    }
    expect(checked).toBeGreaterThan(100_000);
  });

  it('lets the low bits of the finer operand pass beside the adder', () => {
    const builder = circuitBuilder('sum');
    const [a, b] = builder.input('x', [fixed(8, 8), fixed(8, 8)]);
    builder.output('y', [builder.add(a!, b!, 3)], [fixed(13, 13)]);
    const module = lowerCircuit(builder.build());
    const adders = module.cells.flatMap((cell, net) => (cell.kind === 'add' ? [module.widths[net]] : []));
    expect(adders).toEqual([9]);
    expect(run(builder.build(), [-100n, 77n])).toEqual([-100n + 8n * 77n]);
  });

  it('compares with zero by the sign bit and truncates without a cell that computes', () => {
    const builder = circuitBuilder('relu');
    const [a] = builder.input('x', [fixed(8, 4)]);
    const positive = builder.compare('le', builder.constant(0n, 0), a!);
    builder.output(
      'y',
      [builder.cast(builder.select(positive, a!, builder.constant(0n, 0)), ufixed(4, 3))],
      [ufixed(4, 3)],
    );
    const kinds = new Set(lowerCircuit(builder.build()).cells.map((cell) => cell.kind));
    expect(kinds.has('less')).toBe(false);
    expect(kinds.has('add')).toBe(false);
    expect(kinds.has('mux')).toBe(true);
  });

  it('addresses a table by the bits that its interval needs, wherever it stands', () => {
    const builder = circuitBuilder('offset');
    const [a] = builder.input('x', [ufixed(3, 3)]);
    const far = builder.add(a!, builder.constant((1n << 40n) + 5n, 0));
    const table = { name: 'square', lo: (1n << 40n) + 5n, values: [0n, 1n, 4n, 9n, 16n, 25n, 36n, 49n], fraction: 0 };
    builder.output('y', [builder.table(far, table)], [ufixed(6, 6)]);
    const circuit = builder.build();
    expect(lowerCircuit(circuit).roms.map((rom) => rom.words.length)).toEqual([8]);
    expect([0n, 3n, 7n].map((raw) => run(circuit, [raw])[0])).toEqual([0n, 9n, 49n]);
  });

  it('states the work of a cast: none for slices, an incrementer for rounding, tests for saturation', () => {
    const type = typeOfFormat(fixed(12, 6));
    expect(castWork(type, fixed(6, 4))).toMatchObject({ drop: 4, incrementWidth: 0, testBits: 0, stickyBits: 0 });
    expect(castWork(type, fixed(6, 4, { quantization: 'AP_RND' }))).toMatchObject({ incrementWidth: 6, testBits: 0 });
    expect(castWork(type, fixed(6, 4, { quantization: 'AP_RND_CONV', overflow: 'AP_SAT' }))).toMatchObject({
      incrementWidth: 9,
      stickyBits: 3,
      testBits: 4,
      overflows: true,
      underflows: true,
    });
  });
});

/** A circuit of one cast, whose operand has exactly the given interval although ports only know formats. */
function singleCast(type: WireType, format: FixedFormat): Circuit {
  const result = castType(type, format);
  const input = { ...formatOfType(type), width: widthOf(type) };
  return {
    name: 'cast',
    inputs: [{ name: 'x', wires: [0], formats: [input] }],
    outputs: [{ name: 'y', wires: [1], formats: [formatOfType(result)] }],
    ops: [
      { kind: 'input', port: 0, index: 0 },
      { kind: 'cast', a: 0, format },
    ],
    types: [type, result],
    tables: [],
    labels: {},
  };
}
