import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { countCells, countDesignCells, readYosysJson } from '../../src/verilog/index.ts';

const cell = (type: string): object => ({
  hide_name: 1,
  type,
  parameters: { WIDTH: '00000000000000000000000000000010' },
  attributes: {},
  port_directions: { A: 'input', Y: 'output' },
  connections: { A: [2, '0'], Y: [3] },
});
const text = JSON.stringify({
  creator: 'Yosys 0.23',
  modules: {
    leaf: {
      attributes: {},
      ports: { a: { direction: 'input', bits: [2] } },
      cells: { l1: cell('LUT2'), l2: cell('LUT2'), f: cell('FDRE') },
      netnames: { a: { hide_name: 0, bits: [2], attributes: {} } },
    },
    LUT2: { attributes: { blackbox: '1' }, ports: {}, cells: { inner: cell('$and') }, netnames: {} },
    top: {
      attributes: { top: '1' },
      ports: { y: { direction: 'output', bits: [2, 'x'] } },
      cells: { a: cell('leaf'), b: cell('leaf'), c: cell('LUT2') },
      netnames: {},
    },
  },
});

describe('readYosysJson', () => {
  it('reads ports, cells and net names', () => {
    const design = readYosysJson(text);
    expect(design.creator).toBe('Yosys 0.23');
    expect(design.modules['top']?.ports['y']).toEqual({ direction: 'output', bits: [2, 'x'] });
    expect(design.modules['leaf']?.cells['f']).toMatchObject({ type: 'FDRE', connections: { A: [2, '0'], Y: [3] } });
    expect(design.modules['leaf']?.netNames['a']).toEqual({ bits: [2], hidden: false });
  });

  it('counts cells of a module and of a hierarchy, library cells as they are', () => {
    const design = readYosysJson(text);
    expect(countCells(design.modules['top']!)).toEqual({ leaf: 2, LUT2: 1 });
    expect(countDesignCells(design, 'top')).toEqual({ LUT2: 5, FDRE: 2 });
    expect(() => countDesignCells(design, 'absent')).toThrow(/no module absent, the design has leaf, LUT2, top/);
  });

  it('names what is wrong', () => {
    expect(() => readYosysJson('{')).toThrow(FormatError);
    expect(() => readYosysJson('{}')).toThrow(/modules is missing, must be an object/);
    expect(() => readYosysJson(text.replace('"output"', '"sideways"'))).toThrow(/direction.* is "sideways"|"sideways"/);
    expect(() => readYosysJson(text.replace('[2,"x"]', '[2,"q"]'))).toThrow(/modules.top.ports.y bit is "q"/);
  });
});
