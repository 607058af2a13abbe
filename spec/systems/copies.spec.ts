/**
 * Several copies of a pipeline as one design, through everything that an emitted folder can be put to: its bench in other
 * simulators, the lint, a second making to the byte, Yosys, the proof, and one wrong wire around the copies.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TargetError, UnsupportedError, ValueError } from '../../src/errors.ts';
import {
  auditProject,
  auditRecord,
  buildHardware,
  compileFor,
  compileStreamsFor,
  emittedPipeline,
  type HardwareResult,
  hasMismatch,
  parseAuditRecord,
  randomStimuli,
  readEmittedProject,
  synthesizeProject,
} from '../../src/systems/index.ts';
import { interpretGraph } from '../../src/emulation/index.ts';
import { MismatchError } from '../../src/errors.ts';
import { packVector } from '../../src/netlist/index.ts';
import { stream } from '../../src/random/index.ts';
import { lintVerilog, runIcarus } from '../../src/verification/index.ts';
import { distillRtl, temporaryFolder } from '../cli/capture.ts';
import { lacks } from '../verification/tools.ts';
import { change, compile, emit, type Emitted, network, target } from './audit/emitted.ts';

const three = { ...target, copies: 3 };
const place = temporaryFolder();
let emitted: Emitted;
let built: HardwareResult;

beforeAll(async () => {
  emitted = await emit(network(), compile, three);
  const { graph } = compileFor(network(), three, compile);
  built = await buildHardware(network(), randomStimuli(graph.inputs, 40, stream('copies')), join(place.path, 'built'), {
    target: three,
    compile,
    simulators: ['icarus'],
  });
});
afterAll(() => {
  emitted.remove();
  place.remove();
});

const text = (path: string): string => readFileSync(join(place.path, 'built', path), 'utf8');

describe('three copies', () => {
  it('take their vectors in turn, and no two evaluators differ', () => {
    expect(built).toMatchObject({ copies: 3, initiationInterval: 1, firstMismatch: null });
    expect(hasMismatch(built.checks)).toBe(false);
    expect(built.checks.simulationVsEmulation).toEqual({ vectors: 40, mismatches: 0 });
    expect(JSON.parse(text('manifest.json'))).toMatchObject({ copies: 3, top: 'tiny_copies', vectors: 40 });
  });

  it('take three times what one takes, by our estimate', () => {
    const one = compileFor(network(), target, compile).resources;
    for (const kind of ['lut', 'ff', 'dsp', 'bram'] as const) expect(built.resources[kind]).toBe(3 * one[kind]);
  });

  it('have ports of all copies side by side, which the folder explains', () => {
    expect(text('src/tiny_copies.v')).toMatch(/input +wire \[83:0\] in,/);
    expect(text('README.txt')).toMatch(/valid_in +in +3 +bit k: the data inputs of copy k/);
    expect(text('README.txt')).toMatch(/in +in +84 +3 copies of 4 × ap_fixed<7,3>/);
  });

  it('hold the results of each copy where its own inputs say so, in the words that the bench compares', () => {
    const [golden, valid, given] = ['out_out', 'valid_out', 'in_in'].map((name) =>
      text(`tb/vectors/${name}.mem`)
        .trim()
        .split('\n')
        .map((word) => BigInt(`0x${word}`)),
    );
    const { graph, latencyCycles } = built;
    const [{ formats }] = graph.inputs as [(typeof graph.inputs)[0]];
    const output = graph.layers.at(-1)!.circuit.outputs[0]!.formats;
    const width = (list: readonly { readonly width: number }[]): number =>
      list.reduce((sum, one) => sum + one.width, 0);
    let results = 0;
    valid!.forEach((bits, cycle) => {
      for (let copy = 0; copy < 3; copy++) {
        if (((bits >> BigInt(copy)) & 1n) === 0n) continue;
        results++;
        const word = BigInt.asUintN(width(formats), given![cycle - latencyCycles]! >> BigInt(copy * width(formats)));
        let rest = word;
        const codes = formats.map((format) => {
          const code = format.signed ? BigInt.asIntN(format.width, rest) : BigInt.asUintN(format.width, rest);
          rest >>= BigInt(format.width);
          return code;
        });
        const expected = packVector(output, interpretGraph(graph, [codes]).get('out')!);
        expect(BigInt.asUintN(width(output), golden![cycle]! >> BigInt(copy * width(output)))).toBe(expected);
      }
    });
    expect(results).toBe(40);
  });

  it('are made again from the folder, to the byte', async () => {
    const project = await readEmittedProject(emitted.folder);
    expect(project.target.copies).toBe(3);
    expect((await emittedPipeline(emitted.folder, project)).netlist.top).toBe('tiny_copies');
    const edited = emitted.copy();
    change(edited, 'src/tiny_copies.v', (verilog) => `${verilog}\n`);
    await expect(emittedPipeline(edited, project)).rejects.toThrow(MismatchError);
  });

  it('are simulated from the folder', async () => {
    const { code, stdout } = await distillRtl('simulate', emitted.folder, '--vectors', '20', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ copies: 3, vectors: 20, mismatches: 0, initiationInterval: 1 });
  });
});

describe('numbers of copies', () => {
  it.each([0, -2, 1.5])('of %s are refused', (copies) => {
    expect(() => compileFor(network(), { ...target, copies }, compile)).toThrow(TargetError);
    expect(() => compileFor(network(), { ...target, copies }, compile)).toThrow(
      `The number of copies is ${copies}; it must be a whole number of at least 1.`,
    );
  });

  it('are for pipelines', () => {
    expect(() => compileStreamsFor(network(), three, { default: 'stream', layers: {} }, compile)).toThrow(
      UnsupportedError,
    );
  });

  it('need two vectors each', async () => {
    const { graph } = compileFor(network(), three, compile);
    const stimuli = randomStimuli(graph.inputs, 5, stream('few'));
    const job = buildHardware(network(), stimuli, join(place.path, 'few'), { target: three, compile, simulators: [] });
    await expect(job).rejects.toThrow(ValueError);
    await expect(job).rejects.toThrow('There are 5 vectors for 3 copies of the pipeline; each needs at least 2');
  });

  it('are refused by every verb that reads a folder that states none', async () => {
    const folder = emitted.copy();
    change(folder, 'manifest.json', (json) => json.replace('"copies": 3', '"copies": 1.5'));
    const { code, stderr } = await distillRtl('simulate', folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/states 1\.5 copies; they must be a whole number of at least 1\./);
  });
});

describe.skipIf(lacks('iverilog', 'copies in Icarus') || lacks('verilator', 'copies in Verilator'))(
  'their Verilog',
  () => {
    it('is read without a warning', async () => {
      for (const { tool, warnings } of await lintVerilog(emitted.folder)) {
        expect([tool, warnings ?? []]).toEqual([tool, []]);
      }
    });

    it('passes its bench in Verilator too', async () => {
      const { graph } = built;
      const result = await buildHardware(network(), randomStimuli(graph.inputs, 8, stream(4)), join(place.path, 'v'), {
        target: three,
        compile,
        simulators: ['verilator'],
      });
      expect(result.checks.verilatorVsSimulation).toEqual({ vectors: 8, mismatches: 0 });
    }, 60_000);

    it.each([
      ['the inputs of two copies', (verilog: string) => swap(verilog, 'in', /\[27:0\]/, /\[55:28\]/)],
      ['the valid bits of two copies', (verilog: string) => swap(verilog, 'valid_in', /\[0\]/, /\[1\]/)],
    ])('fails its bench where %s are swapped', async (_what, edit) => {
      const folder = emitted.copy();
      change(folder, 'src/tiny_copies.v', edit);
      expect((await runIcarus(folder)).result).toMatchObject({ passed: false });
    });
  },
);

/** Swap what two instances get at a port. */
function swap(verilog: string, port: string, first: RegExp, second: RegExp): string {
  const lines = verilog.split('\n');
  const at = (pattern: RegExp): number => lines.findIndex((line) => line.includes(`.${port}(`) && pattern.test(line));
  const [a, b] = [at(first), at(second)];
  expect(Math.min(a, b)).toBeGreaterThanOrEqual(0);
  [lines[a], lines[b]] = [lines[b]!, lines[a]!];
  return lines.join('\n');
}

describe.skipIf(lacks('yosys', 'copies in Yosys') || lacks('iverilog', 'counterexamples of copies'))(
  'copies and Yosys',
  () => {
    it('are counted by layer, in all copies together', async () => {
      const { copies, layers, kept, estimate } = await synthesizeProject(emitted.folder, { only: 'layers' });
      const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
      expect(copies).toBe(3);
      expect(layers.map(({ layer }) => layer)).toEqual(['fc1', 'relu1', 'fc2', 'out', '(top)']);
      expect(sum(layers.map(({ yosys }) => yosys.lut))).toBe(kept!.lut);
      expect(sum(layers.map(({ yosys }) => yosys.ff))).toBe(kept!.ff);
      expect(sum(layers.map((layer) => layer.estimate!.lut))).toBe(estimate!.lut);
      for (const { yosys } of layers) expect([yosys.lut % 3, yosys.ff % 3]).toEqual([0, 0]);
    }, 60_000);

    it('are proved: the pipeline once, and every wire around its copies', async () => {
      const result = await auditProject(emitted.folder, { vectors: 12 });
      expect(result.verdict).toBe('proved');
      expect(result.design).toMatchObject({ top: 'tiny_copies', inputBits: 84 });
      for (const { modules, notes } of result.claims.slice(1)) {
        // One output bus and one valid bit per copy.
        expect(modules.at(-1)).toMatchObject({ module: 'tiny_copies', outputs: 6, methods: { 'normal form': 6 } });
        expect(modules.filter(({ module }) => module === 'tiny')).toHaveLength(1);
        expect(notes[0]).toMatch(/^The design is 3 copies of one pipeline/);
      }
      expect(result.tested.map(({ mismatches }) => mismatches)).toEqual([0, 0]);
      expect(parseAuditRecord(JSON.stringify(auditRecord(result)))).toEqual(result);
    });

    it.each([
      {
        what: 'the inputs of two copies are swapped',
        edit: (verilog: string) => swap(verilog, 'in', /\[27:0\]/, /\[55:28\]/),
        says: /^Verilog = netlist fails in tiny_copies: out\[\d\] of copy [01] is \d+ and must be \d+ for in of copy 0 = \[.*\]; in of copy 1 = /,
      },
      {
        what: 'the valid bits of two copies are swapped',
        edit: (verilog: string) => swap(verilog, 'valid_in', /\[1\]/, /\[2\]/),
        says: /^Verilog = netlist fails in tiny_copies: valid_out of copy [12] is [01] and must be [01] /,
      },
      {
        what: 'a copy shows the results of another',
        edit: (verilog: string) => verilog.replace(/(assign out = \{)copy_2_out/, '$1copy_1_out'),
        says: /^Verilog = netlist fails in tiny_copies: out\[\d\] of copy 2 is /,
      },
      {
        what: 'the pipeline itself is wrong',
        file: 'src/tiny_fc2.v',
        edit: (verilog: string) => verilog.replace('} - {', '} + {'),
        says: /^Verilog = netlist fails in tiny/,
      },
    ])('are refuted where $what', async ({ file = 'src/tiny_copies.v', edit, says }) => {
      const folder = emitted.copy();
      const checked = (verilog: string): string => {
        const changed = edit(verilog);
        expect(changed).not.toBe(verilog);
        return changed;
      };
      change(folder, file, checked, true);
      const counterexample = `${folder}-counterexample`;
      const result = await auditProject(folder, { vectors: 0, counterexample });
      expect(result.verdict).toBe('different');
      expect(result.difference!.sentence).toMatch(says);
      expect(existsSync(join(counterexample, 'tiny_copies.vcd'))).toBe(true);
      expect((await runIcarus(counterexample)).result).toMatchObject({ passed: false });
    });

    it('are proved where copies stand in another order with all their wires', async () => {
      const folder = emitted.copy();
      change(
        folder,
        'src/tiny_copies.v',
        (verilog) => verilog.replace('u_copy_0', 'u_x').replace('u_copy_1', 'u_copy_0').replace('u_x', 'u_copy_1'),
        true,
      );
      expect((await auditProject(folder, { vectors: 0 })).verdict).toBe('proved');
    });
  },
);
