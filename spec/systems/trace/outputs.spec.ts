/** Tables, CSV, JSON and the report of a trace, and the RTL of emitted folders. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileNetwork } from '../../../src/compile/index.ts';
import { FileError, MismatchError, ValueError } from '../../../src/errors.ts';
import { buildNetwork } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { textTable } from '../../../src/report/index.ts';
import { buildHardware, compileFor, randomStimuli } from '../../../src/systems/index.ts';
import {
  layersCsv,
  layerTable,
  openEmittedRtl,
  traceNetwork,
  traceRecord,
  traceReport,
  valuesCsv,
  valueTable,
} from '../../../src/systems/trace/index.ts';

const target = { part: 'xcvu13p', clockMHz: 200 };
const compile = { profile: 'hls4ml', precision: 'ap_fixed<8,3>' } as const;
const network = buildNetwork(
  'little',
  [{ name: 'in', shape: [3] }],
  [
    { kind: 'dense', name: 'fc', attributes: { units: 4 } },
    { kind: 'relu', name: 'relu' },
    { kind: 'dense', name: 'out', attributes: { units: 2 } },
  ],
  stream('trace outputs'),
);
const pipeline = compileFor(network, target, compile);
const { graph, schedule } = pipeline;
const random = stream('samples');
const samples = Float64Array.from({ length: 30 }, () => random.normal(0, 2));
const batch = traceNetwork(network, graph, { in: samples }, { profile: 'hls4ml', rtl: pipeline });
const single = traceNetwork(network, graph, { in: samples.slice(0, 3) }, { profile: 'hls4ml' });

describe('a trace in numbers', () => {
  it('has one row per input and layer, with the stage in which the RTL was equal', () => {
    const text = textTable(layerTable(batch));
    expect(text.trim().split('\n')).toHaveLength(2 + 4);
    expect(text).toContain(`equal, stage ${batch.layers[3]!.stage}`);
  });

  it('puts float, fixed, code and RTL code of every value into one line of CSV', () => {
    const [header, ...lines] = valuesCsv(batch).trim().split('\n');
    expect(header).toBe('layer,sample,element,float,exact,fixed,code,rtl,difference,difference_lsb,flags');
    expect(lines).toHaveLength(10 * (3 + 4 + 4 + 2));
    for (const line of lines.filter((one) => one.startsWith('out,'))) {
      const [, sample, element, float, , fixed, code, rtl, difference, lsb] = line.split(',');
      const { values } = batch.layers[3]!;
      const k = Number(sample) * 2 + Number(element);
      expect(Number(float)).toBe(values.float[k]);
      expect(Number(code)).toBe(Number(values.codes[k]));
      expect(rtl).toBe(code);
      expect(Number(fixed)).toBe(Number(code) / 32);
      expect(Number(difference)).toBe(Number(fixed) - Number(float));
      expect(Number(lsb)).toBe(32 * Number(difference));
    }
    expect(layersCsv(batch).trim().split('\n')).toHaveLength(1 + 4);
  });

  it('is JSON data, with the values of a single sample', () => {
    const many = JSON.parse(JSON.stringify(traceRecord(batch))) as { layers: { values?: unknown }[]; rtl: object };
    const one = JSON.parse(JSON.stringify(traceRecord(single))) as { layers: { values?: unknown[] }[] };
    expect(many.layers.every((layer) => layer.values === undefined)).toBe(true);
    expect(many.rtl).toMatchObject({ latencyCycles: schedule.latencyCycles });
    expect(one.layers.map((layer) => layer.values!.length)).toEqual([3, 4, 4, 2]);
  });

  it('shows the exact sum before the cast beside float and fixed value', () => {
    const table = valueTable(single.layers[1]!, 0);
    expect(table.columns.map(({ header }) => header)).toEqual([
      'element',
      'float',
      'before cast',
      'fixed',
      'code',
      'difference',
      'off by',
      'flags',
    ]);
    expect(table.rows).toHaveLength(4);
  });
});

describe('the report', () => {
  it('stands alone and tells the flags before all numbers', () => {
    const html = traceReport(batch, [['samples', '10 of x.npy']]);
    expect(html).not.toMatch(/<script|href="http|NaN|undefined/);
    expect(html.indexOf('id="flags"')).toBeLessThan(html.indexOf('id="layers"'));
    expect(html.match(/<svg/g)!.length).toBe(2 + 2 * 4);
    expect(html).toContain('The simulated RTL equals the circuit in all');
  });

  it('shows the values of a single sample as tables', () => {
    const html = traceReport(single);
    expect(html).toContain('All values of relu.');
    expect(html.match(/<svg/g)!.length).toBe(2);
  });

  it('can be written in the exact profile, where nobody asked for the formats between layers', () => {
    const exact = compileNetwork(network, { precision: 'ap_fixed<8,3>' });
    const trace = traceNetwork(network, exact, { in: samples });
    expect(traceReport(trace)).not.toMatch(/NaN|undefined/);
    expect(trace.layers.filter((layer) => !layer.asked).map(({ name }) => name)).toEqual(['fc', 'relu', 'out']);
  });
});

describe('openEmittedRtl', () => {
  let folder = '';
  let project = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'distill-rtl-trace-'));
    project = join(folder, 'little');
    await buildHardware(network, randomStimuli(graph.inputs, 4, stream(1)), project, {
      target,
      compile,
      simulators: [],
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the netlist that the folder was emitted from', async () => {
    const rtl = await openEmittedRtl(project, graph);
    const trace = traceNetwork(network, graph, { in: samples }, { rtl });
    expect(trace.rtl!.compared).toBe(batch.rtl!.compared);
    expect(trace.layers.flatMap((layer) => layer.rtlDifferences)).toEqual([]);
  });

  it('refuses the folder of another model or of other options', async () => {
    const other = compileNetwork({ ...network, name: 'other' }, compile);
    await expect(openEmittedRtl(project, other)).rejects.toThrow(
      new ValueError(`Folder "${project}" holds model "little"; the model to trace is "other".`),
    );
    const wider = compileNetwork(network, { ...compile, layerPrecision: { relu: { result: 'ap_fixed<9,3>' } } });
    await expect(openEmittedRtl(project, wider)).rejects.toThrow(
      `Folder "${project}" holds another circuit of model "little", differing first in layer "relu"; give the options that it was compiled with.`,
    );
    await expect(openEmittedRtl(folder, graph)).rejects.toThrow(FileError);
  });

  it('refuses a folder whose Verilog was changed', async () => {
    const path = join(project, 'src', 'little.v');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('valid_d1', 'valid_d0'));
    await expect(openEmittedRtl(project, graph)).rejects.toThrow(MismatchError);
    writeFileSync(path, text);
  });
});
