import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitInput, CLOCK_INPUT, formStore, RESET_INPUT, verilogForms } from '../../../src/verification/proof/index.ts';
import type { Word } from '../../../src/verification/proof/index.ts';
import { readWord } from '../../../src/verification/proof/bits.ts';
import { followSamples } from '../../../src/verification/proof/samples.ts';
import { cellRules } from '../../../src/verification/proof/yosys-cells.ts';
import { readYosysJson } from '../../../src/verilog/index.ts';
import type { YosysBit, YosysDesign } from '../../../src/verilog/index.ts';
import { inputWords, plainWatcher } from './designs.ts';
import { runs } from './runs.ts';

interface Cell {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly connections: Readonly<Record<string, readonly YosysBit[]>>;
}

const OUTPUTS: ReadonlySet<string> = new Set(['Y', 'Q', 'DATA']);

/** A design of one module: inputs by name, output y, and cells. */
function designOf(
  inputs: Readonly<Record<string, readonly YosysBit[]>>,
  y: readonly YosysBit[],
  cells: readonly Cell[],
): YosysDesign {
  const ports = Object.entries(inputs).map(([name, bits]) => [name, { direction: 'input', bits }] as const);
  return readYosysJson(
    JSON.stringify({
      creator: 'spec',
      modules: {
        top: {
          ports: { ...Object.fromEntries(ports), y: { direction: 'output', bits: y } },
          cells: Object.fromEntries(
            cells.map(({ type, parameters, connections }, k) => [
              `c${k}`,
              {
                type,
                parameters,
                port_directions: Object.fromEntries(
                  Object.keys(connections).map((port) => [port, OUTPUTS.has(port) ? 'output' : 'input']),
                ),
                connections,
              },
            ]),
          ),
        },
      },
    }),
  );
}

const bits = (first: number, width: number): readonly number[] => Array.from({ length: width }, (_, k) => first + k);
const constant = (value: number, width: number): readonly YosysBit[] =>
  Array.from({ length: width }, (_, k) => ((value >> k) & 1 ? '1' : '0'));

interface Operands {
  /** Bit patterns. */
  readonly a: bigint;
  readonly b: bigint;
  /** The numbers that they are by the cell's signs. */
  readonly x: bigint;
  readonly z: bigint;
  readonly signed: boolean;
  readonly widths: { readonly a: number; readonly b: number; readonly y: number };
}

const bit = (holds: boolean): bigint => (holds ? 1n : 0n);
const parity = (value: bigint): bigint => BigInt(value.toString(2).replaceAll('0', '').length % 2);
const full = (width: number): bigint => (1n << BigInt(width)) - 1n;

/** What cells compute, after the manual's cell library: any number with the bits of Y in its low bits. */
const models: Readonly<Record<string, (operands: Operands) => bigint>> = {
  $add: ({ x, z }) => x + z,
  $sub: ({ x, z }) => x - z,
  $mul: ({ x, z }) => x * z,
  $neg: ({ x }) => -x,
  $pos: ({ x }) => x,
  $not: ({ x }) => ~x,
  $and: ({ x, z }) => x & z,
  $or: ({ x, z }) => x | z,
  $xor: ({ x, z }) => x ^ z,
  $xnor: ({ x, z }) => ~(x ^ z),
  $eq: ({ x, z }) => bit(x === z),
  $ne: ({ x, z }) => bit(x !== z),
  $lt: ({ x, z }) => bit(x < z),
  $le: ({ x, z }) => bit(x <= z),
  $gt: ({ x, z }) => bit(x > z),
  $ge: ({ x, z }) => bit(x >= z),
  $logic_not: ({ a }) => bit(a === 0n),
  $logic_and: ({ a, b }) => bit(a !== 0n && b !== 0n),
  $logic_or: ({ a, b }) => bit(a !== 0n || b !== 0n),
  $reduce_or: ({ a }) => bit(a !== 0n),
  $reduce_bool: ({ a }) => bit(a !== 0n),
  $reduce_and: ({ a, widths }) => bit(a === full(widths.a)),
  $reduce_xor: ({ a }) => parity(a),
  $reduce_xnor: ({ a }) => 1n - parity(a),
  $shl: ({ x, b }) => x << b,
  $sshl: ({ x, b }) => x << b,
  // A is extended to the wider of A and Y; zeros come in above that.
  $shr: ({ x, b, widths }) => BigInt.asUintN(Math.max(widths.a, widths.y), x) >> b,
  $sshr: ({ x, b, widths, signed }) => (signed ? x : BigInt.asUintN(Math.max(widths.a, widths.y), x)) >> b,
};

const unary: ReadonlySet<string> = new Set(
  Object.keys(models).filter(
    (type) => ['$neg', '$pos', '$not', '$logic_not'].includes(type) || type.startsWith('$reduce'),
  ),
);

/** The word at y of a design with these inputs. */
function outputOf(
  store: ReturnType<typeof formStore>,
  design: YosysDesign,
  widths: Readonly<Record<string, number>>,
): Word {
  const ports = Object.entries(widths).map(([name, width]) => ({ name, width }));
  const inputs = new Map([
    ...inputWords(store, ports),
    [CLOCK_INPUT, bitInput(store, CLOCK_INPUT)],
    [RESET_INPUT, bitInput(store, RESET_INPUT)],
  ]);
  return verilogForms(store, design, 'top', inputs, plainWatcher(store)).get('y')!;
}

describe("the rules of Yosys' cells", () => {
  it('have a model here, but for choices and memories', () => {
    const without = Object.keys(cellRules).filter((type) => models[type] === undefined);
    expect(without.toSorted()).toEqual(['$memrd', '$memrd_v2', '$mux', '$pmux']);
  });

  it.each(Object.keys(models))('%s, at any widths and signs, for all operands', (type) => {
    const width = fc.integer({ min: 1, max: 4 });
    const isShift = type.includes('sh');
    fc.assert(
      fc.property(
        width,
        width,
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        fc.nat(9),
        (widthA, widthB, widthY, signed, amount) => {
          // Arrange
          const store = formStore();
          const shown = isShift ? { a: widthA } : { a: widthA, b: widthB };
          const inputs = { a: bits(10, widthA), ...(isShift ? {} : { b: bits(20, widthB) }) };
          const flag = signed ? '1' : '0';
          const binary = { B_SIGNED: isShift ? '0' : flag, B_WIDTH: (isShift ? 4 : widthB).toString(2) };
          const parameters = {
            A_SIGNED: flag,
            A_WIDTH: widthA.toString(2),
            Y_WIDTH: widthY.toString(2),
            ...(unary.has(type) ? {} : binary),
          };
          const connections = {
            A: bits(10, widthA),
            ...(unary.has(type) ? {} : { B: isShift ? constant(amount, 4) : bits(20, widthB) }),
            Y: bits(30, widthY),
          };
          // Act
          const word = outputOf(store, designOf(inputs, bits(30, widthY), [{ type, parameters, connections }]), shown);
          const count = 1 << (widthA + widthB);
          const a = (k: number): bigint => BigInt(k & ((1 << widthA) - 1));
          const b = (k: number): bigint => (isShift ? BigInt(amount) : BigInt(k >> widthA));
          const samples = followSamples(count, (name) =>
            Array.from({ length: count }, (_, k) => (name === 'a' ? a(k) : b(k))),
          );
          const found = samples.seriesOf(readWord(store, word, 'unsigned').form);
          // Assert
          const read = (pattern: bigint, own: number): bigint => (signed ? BigInt.asIntN(own, pattern) : pattern);
          const expected = found.map((_, k) => {
            const operands = {
              a: a(k),
              b: b(k),
              x: read(a(k), widthA),
              z: read(b(k), widthB),
              signed,
              widths: { a: widthA, b: widthB, y: widthY },
            };
            return BigInt.asUintN(widthY, models[type]!(operands));
          });
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('$pmux takes the one choice that is made, or the default', () => {
    const store = formStore();
    const parameters = { WIDTH: (2).toString(2), S_WIDTH: (3).toString(2) };
    const connections = {
      A: bits(10, 2),
      B: [...bits(20, 2), ...bits(22, 2), ...bits(24, 2)],
      S: bits(30, 3),
      Y: bits(40, 2),
    };
    const design = designOf({ a: bits(10, 2), b: bits(20, 6), s: bits(30, 3) }, bits(40, 2), [
      { type: '$pmux', parameters, connections },
    ]);
    const word = outputOf(store, design, { a: 2, b: 6, s: 3 });
    const one = [0n, 1n, 2n, 4n];
    const [a, b] = [2n, 0b011100n];
    const samples = followSamples(4, (name) => one.map((s) => ({ a, b, s })[name]!));
    expect(samples.seriesOf(readWord(store, word, 'unsigned').form)).toEqual([2n, 0n, 3n, 1n]);
  });
});

describe('what is not known of Verilog', () => {
  const xor = (a: YosysBit, b: YosysBit, y: number): Cell => ({
    type: '$xor',
    parameters: { A_SIGNED: '0', B_SIGNED: '0', A_WIDTH: '1', B_WIDTH: '1', Y_WIDTH: '1' },
    connections: { A: [a], B: [b], Y: [y] },
  });

  it('is not the same in two places: undefined bits do not cancel', () => {
    const store = formStore();
    const word = outputOf(store, designOf({ a: [2] }, [3], [xor('x', 'x', 3)]), { a: 1 });
    const { form } = readWord(store, word, 'unsigned');
    expect(form.linear.atoms.length).toBeGreaterThan(0);
  });

  it('is the same where one net is read twice', () => {
    const store = formStore();
    const word = outputOf(store, designOf({ a: [2] }, [4], [xor('x', 2, 3), xor(3, 3, 4)]), { a: 1 });
    expect(readWord(store, word, 'unsigned').form).toEqual(store.constant(0n));
  });

  it('is refused where two drivers meet on one net', () => {
    const store = formStore();
    expect(() => outputOf(store, designOf({ a: [2], b: [2] }, [2], []), { a: 1, b: 1 })).toThrow(
      /bit 2 .* two drivers/,
    );
    const cells = [xor(2, '1', 4), xor(3, '1', 4)];
    expect(() => outputOf(store, designOf({ a: [2], b: [3] }, [4], cells), { a: 1, b: 1 })).toThrow(
      /bit 4 .* two drivers/,
    );
    // Yosys joins a net that is also driven by a constant with the constant.
    expect(() => outputOf(store, designOf({ a: ['1'] }, ['1'], []), { a: 1 })).toThrow(/input "a" .* constant 1/);
    expect(() =>
      outputOf(
        store,
        designOf({ a: [2] }, ['0'], [{ ...xor(2, '1', 4), connections: { A: [2], B: ['1'], Y: ['0'] } }]),
        { a: 1 },
      ),
    ).toThrow(/port Y of cell "c0" .* constant 0/);
  });

  it('is the value that a register is reset to, where bits of it are undefined', () => {
    const store = formStore();
    const parameters = { CLK_POLARITY: '1', SRST_POLARITY: '1', SRST_VALUE: 'x', WIDTH: '1' };
    const connections = { CLK: [2], SRST: [3], D: [4], Q: [5] };
    const design = designOf(
      { [CLOCK_INPUT]: [2], [RESET_INPUT]: [3], d: [4] },
      [5],
      [{ type: '$sdff', parameters, connections }],
    );
    const { form, delay } = readWord(store, outputOf(store, design, { d: 1 }), 'unsigned');
    const meaning = form.linear.atoms[0]!.meaning;
    expect(delay).toBe(1);
    expect(meaning.kind === 'select' && meaning.a.linear.atoms[0]?.meaning.kind).toBe('opaque');
  });
});
