/** Levels of logic, counted on small netlists by hand and on random ones by another algorithm. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { logicDepth } from '../../src/verification/index.ts';
import { carry4, type DraftModule, mappedDesign } from './mapped-designs.ts';

const depth = (module: DraftModule): number => logicDepth(mappedDesign({ top: module }), 'top');

describe('logicDepth', () => {
  it('counts tables and inverters, and none for wide multiplexers', () => {
    const cells: DraftModule['cells'] = [
      ['LUT2', { I0: [2], I1: [3], O: [4] }],
      ['INV', { I: [4], O: [5] }],
      ['LUT1', { I0: [3], O: [6] }],
      ['MUXF7', { I0: [5], I1: [6], S: [2], O: [7] }],
    ];

    expect(depth({ inputs: { a: [2], b: [3] }, outputs: { y: [7] }, cells })).toBe(2);
  });

  it('ends at registers', () => {
    const cells: DraftModule['cells'] = [
      ['LUT1', { I0: [2], O: [3] }],
      ['FDRE', { D: [3], C: [9], CE: ['1'], R: ['0'], Q: [4] }],
      ['LUT1', { I0: [4], O: [5] }],
      ['LUT1', { I0: [5], O: [6] }],
    ];

    expect(depth({ inputs: { a: [2], clk: [9] }, outputs: { y: [6] }, cells })).toBe(2);
  });

  it('is 0 where registers follow each other', () => {
    expect(depth({ inputs: { a: [2] }, cells: [['FDRE', { D: [2], Q: [3] }]] })).toBe(0);
  });

  it('counts a carry chain once, however long', () => {
    const chain = (blocks: number): DraftModule['cells'] =>
      Array.from({ length: blocks }, (_, k) => {
        const at = 100 + 20 * k;
        const [select, sum, out] = [0, 4, 8].map((from) => [0, 1, 2, 3].map((bit) => at + from + bit));
        return carry4(select!, k === 0 ? '0' : at - 20 + 11, sum!, out!);
      });

    expect(depth({ cells: [['LUT1', { I0: [2], O: [100] }], ...chain(1)] })).toBe(2);
    expect(depth({ cells: [['LUT1', { I0: [2], O: [100] }], ...chain(9)] })).toBe(2);
  });

  it('counts a chain again where a sum enters another', () => {
    const first = carry4([10, 11, 12, 13], '0', [20, 21, 22, 23], [30, 31, 32, 33]);
    const second = carry4([20, 21, 22, 23], '0', [40, 41, 42, 43], [50, 51, 52, 53]);

    expect(depth({ cells: [first, second] })).toBe(2);
  });

  it('knows that low sum bits do not wait for high operand bits', () => {
    const late: DraftModule['cells'] = [
      ['LUT1', { I0: [2], O: [3] }],
      ['LUT1', { I0: [3], O: [13] }],
    ];
    const chain = carry4([10, 11, 12, 13], '0', [20, 21, 22, 23], [30, 31, 32, 33]);

    expect(depth({ cells: [...late, chain, ['LUT1', { I0: [22], O: [60] }]] })).toBe(3);
    expect(depth({ cells: [...late, chain, ['LUT1', { I0: [23], O: [60] }]] })).toBe(4);
  });

  it('passes through the read of a memory in tables, port by port, and ends at block RAM', () => {
    const cells: DraftModule['cells'] = [
      ['LUT1', { I0: [2], O: [3] }],
      ['RAM64M8', { ADDRA: [3], ADDRB: [2], ADDRH: [6], DIA: [6], WE: [6], DOA: [4], DOB: [5] }],
      // What is read decides where the next word is written, which is no loop.
      ['LUT2', { I0: [4], I1: [5], O: [6] }],
    ];

    expect(depth({ inputs: { a: [2] }, outputs: { y: [6] }, cells })).toBe(3);
    expect(depth({ inputs: { a: [2] }, outputs: { y: [5] }, cells: [cells[1]!] })).toBe(1);
    expect(depth({ inputs: { a: [2] }, cells: [cells[0]!, ['RAMB18E2', { ADDRARDADDR: [3], DOUTADOUT: [4] }]] })).toBe(
      1,
    );
  });

  it('passes through a DSP block without registers only', () => {
    const zero = '0'.repeat(32);
    const one = `${'0'.repeat(31)}1`;
    const through = (MREG: string, PREG: string): number =>
      depth({
        cells: [
          ['LUT1', { I0: [2], O: [3] }],
          ['DSP48E2', { A: [3], B: [2], P: [4] }, { AREG: zero, BREG: zero, MREG, PREG }],
          ['LUT1', { I0: [4], O: [5] }],
        ],
      });

    expect(through(zero, zero)).toBe(3);
    expect(through(one, zero)).toBe(1);
    expect(through(zero, one)).toBe(1);
  });

  it('follows a path through modules, also where one only joins its ports', () => {
    const design = mappedDesign({
      invert: { inputs: { x: [2] }, outputs: { y: [3] }, cells: [['LUT1', { I0: [2], O: [3] }]] },
      through: { inputs: { x: [2] }, outputs: { y: [2] }, cells: [] },
      top: {
        inputs: { a: [2] },
        outputs: { y: [5] },
        cells: [
          ['invert', { x: [2], y: [3] }],
          ['through', { x: [3], y: [4] }],
          ['invert', { x: [4], y: [5] }],
        ],
      },
    });

    expect(logicDepth(design, 'top')).toBe(2);
    expect(logicDepth(design, 'invert')).toBe(1);
    expect(logicDepth(design, 'through')).toBe(0);
  });

  it('refuses a loop and an unknown module', () => {
    const loop: DraftModule = {
      cells: [
        ['LUT1', { I0: [3], O: [2] }],
        ['LUT1', { I0: [2], O: [3] }],
      ],
    };

    expect(() => depth(loop)).toThrow(FormatError);
    expect(() => depth(loop)).toThrow(/module top has a loop/);
    expect(() => logicDepth(mappedDesign({ top: loop }), 'other')).toThrow(/no module other/);
  });

  it('is that of a walk in order, for any network of tables and registers, however cells are ordered', () => {
    const gate = fc.record({
      kind: fc.constantFrom('LUT2', 'INV', 'FDRE', 'MUXF7'),
      a: fc.nat(),
      b: fc.nat(),
      order: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(gate, { maxLength: 60 }), (gates) => {
        const levels = [0, 0];
        const cells = gates.map(({ kind, a, b, order }, k) => {
          const [from, other] = [a % (k + 2), b % (k + 2)];
          const inputs = { LUT2: { I0: [from + 2], I1: [other + 2] }, INV: { I: [from + 2] } };
          const rest = { FDRE: { D: [from + 2], CE: [other + 2] }, MUXF7: { I0: [from + 2], S: [other + 2] } };
          const out = kind === 'FDRE' ? { Q: [k + 4] } : { O: [k + 4] };
          const widest = kind === 'INV' ? levels[from]! : Math.max(levels[from]!, levels[other]!);
          levels.push(kind === 'FDRE' ? 0 : widest + (kind === 'MUXF7' ? 0 : 1));
          return { order, cell: [kind, { ...{ ...inputs, ...rest }[kind], ...out }] as const };
        });
        const shuffled = cells.toSorted((one, two) => one.order - two.order).map(({ cell }) => cell);

        expect(depth({ inputs: { a: [2], b: [3] }, cells: shuffled })).toBe(Math.max(...levels));
      }),
    );
  });
});
