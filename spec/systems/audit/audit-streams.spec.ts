/**
 * Audits of folders of streams: arithmetic is proved module by module, control stays open, and the whole is never proved;
 * one wrong operation, other control and another network are found.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildNetwork, type Network, serializeNetwork } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import {
  auditProject,
  auditRecord,
  type AuditResult,
  buildStreamHardware,
  compileStreamsFor,
  type ModuleClaim,
  openCount,
  parseAuditRecord,
  randomStimuli,
  sampleInputs,
} from '../../../src/systems/index.ts';
import { distillRtl } from '../../cli/capture.ts';
import { lacks } from '../../verification/tools.ts';
import { change, target } from './emitted.ts';

const isRunnable = !(lacks('yosys', 'audits of streams') || lacks('iverilog', 'audits of streams'));
const root = mkdtempSync(join(tmpdir(), 'distill-rtl-audit-streams-'));
const folder = join(root, 'emitted');
let result: AuditResult;

function network(seed: string): Network {
  return buildNetwork(
    'tiny',
    [{ name: 'in', shape: [4, 4, 1] }],
    [
      { kind: 'conv2d', name: 'conv', attributes: { filters: 2, size: [2, 2] } },
      { kind: 'relu', name: 'act' },
      { kind: 'flatten', name: 'flat' },
      { kind: 'dense', name: 'fc', attributes: { units: 2 } },
      { kind: 'sigmoid', name: 'out' },
    ],
    stream('audited streams', seed),
  );
}

/** A copy of the folder with one file changed and signed. */
function changed(name: string, path: string, edit: (text: string) => string): string {
  const copy = join(root, name);
  cpSync(folder, copy, { recursive: true });
  expect(edit(readFileSync(join(copy, path), 'utf8'))).not.toBe(readFileSync(join(copy, path), 'utf8'));
  change(copy, path, edit, true);
  return copy;
}

beforeAll(async () => {
  if (!isRunnable) return;
  const compile = { precision: 'ap_fixed<6,3>', layerPrecision: { fc: { result: 'ap_fixed<6,3>' } } };
  const schedules = { default: { layout: 'pixels', reuse: 2 } } as const;
  const { graph } = compileStreamsFor(network('a'), target, schedules, compile);
  const stimuli = randomStimuli(sampleInputs(graph), 3, stream('audited streams'));
  await buildStreamHardware(network('a'), stimuli, folder, { target, compile, schedules, simulators: [] });
  result = await auditProject(folder, { vectors: 8 });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const isPart = ({ module }: ModuleClaim): boolean => /_(circuit|update|finish)(_|$)/.test(module);

describe.skipIf(!isRunnable)('the audit of a folder of streams', () => {
  it('proves pipelines and updates of accumulators, in the netlist and in the Verilog', () => {
    const [, ...claims] = result.claims;

    expect(claims.map(({ name }) => name)).toEqual(['netlist = circuit', 'Verilog = netlist']);
    for (const { modules } of claims) {
      const parts = modules.filter(isPart);
      expect(parts.map(({ module }) => module)).toEqual(
        expect.arrayContaining([expect.stringMatching(/_circuit$/), expect.stringMatching(/_update$/)]),
      );
      for (const part of parts)
        expect([part.module, part.verdict, openCount(part)]).toEqual([part.module, 'proved', 0]);
    }
  });

  it('leaves control and the whole open, and says what was simulated in its place', () => {
    const [model, ...claims] = result.claims;

    expect(result).toMatchObject({ verdict: 'open', difference: null });
    expect(model).toMatchObject({ name: 'circuit = model', verdict: 'open', modules: [{ outputs: 2, methods: {} }] });
    for (const { verdict, modules, notes } of claims) {
      const control = modules.filter((module) => !isPart(module));
      expect(verdict).toBe('open');
      expect(control.at(-1)!.module).toBe('tiny');
      expect(control.some(({ module }) => module.startsWith('tiny_fifo_'))).toBe(true);
      for (const module of control) expect(module.verdict).toBe('open');
      expect(notes.at(-1)).toMatch(/^Control, in .*, tiny, is not proved; it was simulated/);
    }
    expect(result.tested.map(({ what, mismatches }) => [what.replace(/, \d+ cycles/, ''), mismatches])).toEqual([
      ['stages against the unrolled network', 0],
      ['netlist against its stages, full rate', 0],
      ['netlist against its stages, stalls on both sides', 0],
      ['netlist against its stages, slow reader', 0],
      ['netlist against its stages, slow writer', 0],
      ['emitted Verilog on the beats of its test bench', 0],
    ]);
  });

  it('is a record that adds up', () => {
    const text = JSON.stringify(auditRecord(result));

    expect(parseAuditRecord(text)).toEqual(result);
    expect(Object.keys(result.hashes)).toEqual(expect.arrayContaining(['streams', 'schedules', 'netlist', 'verilog']));
  });

  it('ends the verb with exit code 3 and a report that does not claim too much', async () => {
    const { code, stdout, stderr } = await distillRtl('audit', folder, '--vectors', '2', '--out', join(root, 'report'));

    expect(code).toBe(3);
    expect(stdout).toMatch(/^It is not proved that src\/\*\.v computes what model\/network\.json says: /m);
    expect(stderr).toMatch(/distill-rtl: not proved: \d+ of \d+ equalities are open/);
    const html = readFileSync(join(root, 'report', 'audit.html'), 'utf8');
    expect(html).toContain('no rule of proof speaks of them yet');
    expect(html).toContain('model/streams.json');
    expect(html).not.toMatch(/undefined|NaN|model\/circuit\.json/);
  });

  it('finds one wrong operation in the Verilog of a stage', async () => {
    const path = result.claims[2]!.modules.find(({ module }) => module.endsWith('_update'))!.module;
    const copy = changed('wrong', `src/${path}.v`, (text) => text.replace(' + ', ' - '));

    const { verdict, difference, claims } = await auditProject(copy, { vectors: 2 });

    expect(verdict).toBe('different');
    expect(difference).toMatchObject({ claim: 'Verilog = netlist', module: path, files: [] });
    expect(difference!.sentence).toMatch(/^Verilog = netlist fails in tiny_\w+_update: .* and must be /);
    expect(claims[1]!.modules.filter(isPart).every(({ verdict: one }) => one === 'proved')).toBe(true);
  });

  it('refuses control that is not what the netlist prints', async () => {
    const copy = changed('control', 'src/tiny_act.v', (text) => `${text}// edited\n`);

    await expect(auditProject(copy)).rejects.toThrow(
      /src\/tiny_act\.v in ".*" is not the Verilog of model\/streams\.json/,
    );
  });

  it('finds that the stages are of another network', async () => {
    const copy = changed('other', 'model/network.json', () => serializeNetwork(network('b')));

    await expect(auditProject(copy, { vectors: 4 })).rejects.toThrow(
      /^Emulation of the streams differs from the unrolled network at sample \d+\.$/,
    );
  });
});
