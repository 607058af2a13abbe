import { describe, expect, it } from 'vitest';
import { countModuleResources, countResources } from '../../src/verification/index.ts';
import { carry4, mappedDesign } from './mapped-designs.ts';

const leaf = {
  inputs: { x: [2] as const },
  outputs: { y: [3] as const },
  cells: [
    ['LUT3', { I0: [2], O: [10] }],
    ['SRL16E', { D: [2], Q: [4] }],
    ['FDRE', { D: [10], Q: [3] }],
    // Selects: one from a table, three from elsewhere, of which one is constant.
    carry4([10, 2, 4, '0'], '0', [20, 21, 22, 23], [30, 31, 32, 33]),
  ],
} as const;

const design = mappedDesign({
  leaf,
  top: {
    cells: [
      ['leaf', { x: [2], y: [3] }],
      ['leaf', { x: [3], y: [4] }],
      ['RAMB18E2', { Q: [9] }],
      ['RAMB36E2', { Q: [8] }],
      ['DSP48E2', { P: [7] }],
      ['FDCE', { Q: [6] }],
      ['$scopeinfo', {}],
    ],
  },
});

describe('countModuleResources', () => {
  it('counts cells, and a table for every carry select without one', () => {
    expect(countModuleResources(design, 'leaf')).toMatchObject({ lut: 2 + 2, ff: 1, dsp: 0, bram: 0, carry4: 1 });
  });

  it('counts the tables that memories fill', () => {
    const cells = ['RAM32M16', 'RAM64M8', 'RAM64X1D', 'RAM64X1D', 'RAM256X1S', 'LUT2'].map(
      (type) => [type, {}] as [string, {}],
    );
    expect(countModuleResources(mappedDesign({ top: { cells } }), 'top')).toMatchObject({ lut: 25, lutram: 24 });
  });

  it('leaves out what stands in modules below', () => {
    const { cells, ...count } = countModuleResources(design, 'top');

    expect(count).toEqual({ lut: 0, lutram: 0, ff: 1, dsp: 1, bram: 1.5, carry4: 0, carry8: 0 });
    expect(Object.keys(cells)).not.toContain('leaf');
    expect(Object.keys(cells)).not.toContain('$scopeinfo');
  });
});

describe('countResources', () => {
  it('is the sum over the hierarchy', () => {
    const { lut, ff, carry4: carries, carry8 } = countResources(design, 'top');

    expect({ lut, ff, carries, carry8 }).toEqual({ lut: 8, ff: 3, carries: 2, carry8: 2 });
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [9, 5],
  ])('fills %i CARRY4 of one chain into %i CARRY8', (blocks, expected) => {
    const cells = Array.from({ length: blocks }, (_, k) =>
      carry4(
        ['1', '1', '1', '1'],
        k === 0 ? '0' : 10 * k + 3,
        ['x', 'x', 'x', 'x'],
        [0, 1, 2, 3].map((bit) => 10 * (k + 1) + bit),
      ),
    );

    expect(countResources(mappedDesign({ top: { cells: cells.toReversed() } }), 'top').carry8).toBe(expected);
  });
});
