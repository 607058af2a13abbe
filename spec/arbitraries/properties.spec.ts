/** Properties fail on what is wrong, with a sentence that names it, and describe what they fail on. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitBuilder, type Circuit, type LayerGraph } from '../../src/circuit/index.ts';
import { MismatchError, ShapeError } from '../../src/errors.ts';
import { cast, fixed } from '../../src/fixed/index.ts';
import {
  circuitCases,
  describeCircuit,
  describeGraph,
  described,
  graphCases,
  properties,
} from '../../src/verification/arbitraries/index.ts';
import { mutated } from './planted.ts';

const F = fixed(4, 2);

function sum(subtract: boolean): Circuit {
  const b = circuitBuilder(subtract ? 'difference' : 'sum');
  const [x, y] = b.input('x', [F, F]) as [number, number];
  const total = b.label(subtract ? b.subtract(x, y) : b.add(x, y), 'total');
  b.output('y', [b.cast(total, fixed(3, 3, { quantization: 'AP_RND', overflow: 'AP_SAT' }))], [fixed(3, 3)]);
  return b.build();
}

describe('a property', () => {
  it('names place, values and sample of a difference', () => {
    const samples = [[[0n, 0n]], [[4n, 4n]]];
    expect(() => properties.circuitsAgree(sum(false), sum(false), samples)).not.toThrow();
    expect(() => properties.circuitsAgree(sum(false), sum(true), samples)).toThrow(
      new MismatchError(
        'The value of output y[0] (wire 3, cast) of circuit "difference" is 0 at sample 1, where circuit "sum" gives 2.',
      ),
    );
    expect(() => properties.outputsEqualInterpreter(sum(false), samples, [[[0n]], [[3n]]], 'My emulator')).toThrow(
      new MismatchError(
        'My emulator gives raw 3 for output y[0] (wire 3, cast) of circuit "sum" at sample 1, where the interpreter gives 2.',
      ),
    );
    expect(() => properties.outputsEqualInterpreter(sum(false), samples, [], 'My emulator')).toThrow(ShapeError);
  });

  it('of intervals fails where a type is too narrow', () => {
    const { types, ...rest } = sum(false);
    const narrow = { ...rest, types: types.with(2, { ...types[2]!, hi: 3n }) };
    expect(() => properties.intervalsHoldValues(narrow, [[[1n, 1n]], [[2n, 3n]]])).toThrow(
      'Wire 2 (add) of circuit "sum" is raw 5 at sample 1, outside its interval -16 to 3.',
    );
  });

  it('of circuits of unequal shape says so', () => {
    const one = circuitBuilder('one');
    one.output('y', one.input('x', [F]), [F]);
    expect(() => properties.circuitsAgree(sum(false), one.build(), [])).toThrow(
      'Circuit "one" takes (1) to (1) elements and "sum" (2) to (1).',
    );
  });

  it('of casts fails for a cast that breaks its law', () => {
    const half = { raw: 1n, fraction: 1 };
    const sat = fixed(4, 4, { quantization: 'AP_RND', overflow: 'AP_SAT' });
    expect(() => properties.castEqualsReference(sat, half, () => 0n)).toThrow(
      '0.5 becomes raw 0 of ap_fixed<4,4,AP_RND,AP_SAT>, and must become 1.',
    );
    expect(() => properties.castIsMonotone(sat, half, { raw: 3n, fraction: 0 }, (raw) => -raw)).toThrow(MismatchError);
    expect(() => properties.castIsIdempotent(sat, half, (raw) => raw + 1n)).toThrow(MismatchError);
    expect(() => properties.castRoundsToNeighbour(sat, half, () => 2n)).toThrow('0.5 becomes raw 2');
    expect(() => properties.castStaysInFormat(sat, half, () => 8n)).toThrow('which is no code of');
    // A wrapping format may break the order, and what is out of range may go anywhere.
    expect(() =>
      properties.castIsMonotone(fixed(4, 4), { raw: 7n, fraction: 0 }, { raw: 8n, fraction: 0 }),
    ).not.toThrow();
    expect(() => properties.castRoundsToNeighbour(fixed(4, 4), { raw: 99n, fraction: 0 }, () => 5n)).not.toThrow();
    expect(cast(7n, 0, fixed(4, 4))).toBe(7n);
  });

  it('of a pipeline fails where the interval of a wire was wrong', () => {
    const circuit = mutated(sum(false), (op) => op);
    const graph: LayerGraph = {
      name: 'g',
      inputs: [{ name: 'in', formats: [F, F] }],
      layers: [{ name: 'l', kind: 'sum', circuit, inputs: ['in'] }],
      outputs: ['l'],
    };
    const stimuli = { samples: [[[7n, 7n]], [[-8n, -8n]]], gaps: [0, 2] };
    const delay = { name: 'one', registerOverheadNs: 0, delayNs: () => 1 };
    expect(() => properties.pipelineEqualsCircuit(graph, stimuli, 1, { delay })).not.toThrow();
    const narrow = { ...circuit, types: circuit.types.with(2, { ...circuit.types[2]!, lo: -4n, hi: 3n }) };
    const wrong = { ...graph, layers: [{ ...graph.layers[0]!, circuit: narrow }] };
    expect(() => properties.pipelineEqualsCircuit(wrong, stimuli, 1, { delay })).toThrow(
      /^The pipeline at 1 ns gives raw -?\d+ for l\[0\] of graph "g" at sample 0, where the interpreter gives 3\.$/,
    );
  });
});

describe('descriptions', () => {
  it('have one line per operation, with names and types', () => {
    expect(describeCircuit(sum(false), [[4n, -1n]])).toBe(
      [
        'circuit "sum"',
        '  x[0]     = input          ap_fixed<4,2>                raw 4',
        '  x[1]     = input          ap_fixed<4,2>                raw -1',
        '  total.w2 = x[0] + x[1]    ap_fixed<5,3>                raw 3',
        '  w3       = cast total.w2  ap_fixed<3,3,AP_RND,AP_SAT>  raw 1',
        '  y        = (w3)',
      ].join('\n'),
    );
  });

  it('name every operation of every circuit and graph once', () => {
    fc.assert(
      fc.property(circuitCases(), graphCases(), ({ circuit, samples }, { graph }) => {
        const lines = describeCircuit(circuit, samples[0]).split('\n');
        expect(lines.length).toBe(2 + circuit.ops.length + circuit.tables.length);
        expect(describeGraph(graph)).not.toMatch(/undefined|NaN/);
        expect(lines.join()).not.toMatch(/undefined|NaN/);
      }),
      { numRuns: 60 },
    );
  });

  it('stand in the report and nowhere else', () => {
    const value = described({ a: 1 }, ({ a }) => `a is ${a}`);
    expect(fc.stringify(value)).toBe('a is 1');
    expect(value).toEqual({ a: 1 });
    expect({ ...value }).toStrictEqual({ a: 1 });
    expect(JSON.stringify(value)).toBe('{"a":1}');
  });
});

describe('fast-check', () => {
  it('is imported by the arbitraries alone, which no other part of the package enters', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const outside = files.filter((file) => !file.startsWith(join('verification', 'arbitraries')));
    const offenders = outside.filter((file) =>
      /from '(fast-check|[^']*arbitraries\/[^']*)'/.test(readFileSync(join('src', file), 'utf8')),
    );
    expect(outside.length).toBeGreaterThan(100);
    expect(offenders).toEqual([]);
  });
});
