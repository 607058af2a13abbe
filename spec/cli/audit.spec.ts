/** `audit` around the proof: what it writes and prints for each verdict, and every way in which it is asked wrongly. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { shellWord } from '../../src/cli/command-text.ts';
import { FormatError } from '../../src/errors.ts';
import { auditProject } from '../../src/systems/audit/audit-project.ts';
import { auditVerilog } from '../../src/systems/audit/audit-verilog.ts';
import { type AuditOptions, type AuditResult, parseAuditRecord } from '../../src/systems/index.ts';
import { differentAudit, foreignAudit, openAudit, provedAudit } from '../systems/audit/draft.ts';
import { distillRtl, smallModel, temporaryFolder } from './capture.ts';

// The proof has specs of its own; here its answers are given.
vi.mock('../../src/systems/audit/audit-project.ts', () => ({ auditProject: vi.fn() }));
vi.mock('../../src/systems/audit/audit-verilog.ts', () => ({ auditVerilog: vi.fn() }));

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);

/** Answer as the proof would, with its steps. */
async function answer(result: AuditResult, options: AuditOptions = {}): Promise<AuditResult> {
  for (const step of ['read', 'yosys', 'Verilog = netlist'] as const) {
    options.onStart?.(step);
    options.onStep?.(step, 'done');
  }
  const { counterexample } = options;
  if (result.difference !== null && counterexample !== undefined) {
    mkdirSync(counterexample);
    for (const name of result.difference.files) writeFileSync(join(counterexample, name), 'shown');
  }
  return { ...result, command: options.command ?? '' };
}

beforeAll(async () => {
  writeFileSync(at('small.json'), smallModel);
  const precision = ['--precision', 'ap_fixed<4,2>'];
  await distillRtl('compile', at('small.json'), '--no-tools', '--vectors', '2', ...precision, '--out', at('jet'));
  mkdirSync(at('foreign'));
  writeFileSync(at('foreign/thesis.tex'), 'years of work');
  writeFileSync(at('a.v'), 'module a; endmodule\n');
  symlinkSync(at('jet'), at('link'));
});
beforeEach(() => {
  vi.mocked(auditProject).mockImplementation((_, options) => answer(provedAudit, options));
  vi.mocked(auditVerilog).mockImplementation((_, options) => answer(foreignAudit, options));
});
afterAll(folder.remove);

describe('audit of an emitted folder', () => {
  it('writes report, record and run beside the folder, and says what was proved', async () => {
    const before = readdirSync(at('jet'), { recursive: true });
    const { code, stdout, stderr } = await distillRtl('audit', at('jet'), '--conflicts', '7');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Verilog = netlist +jet_fc1 +64 /m);
    expect(stdout).toMatch(/^For every one of the 2¹²⁸ input vectors, src\/\*\.v computes /m);
    expect(stdout).toMatch(/^Proof 2\.0 s, Yosys 3\.3 s, 6\.1 s in all\.\nReport: .*jet-audit\/audit\.html\n$/m);
    expect(stderr).toMatch(/^read +\d+\.\d s {2}done\nyosys +\d+\.\d s {2}done\nVerilog = netlist +\d/m);
    expect(readdirSync(at('jet-audit')).toSorted()).toEqual(['audit.html', 'audit.json', 'run.json']);
    expect(readdirSync(at('jet'), { recursive: true })).toEqual(before);
    const record = parseAuditRecord(readFileSync(at('jet-audit/audit.json'), 'utf8'));
    expect(record).toEqual({ ...provedAudit, command: `distill-rtl audit ${at('jet')} --conflicts 7` });
    const run = JSON.parse(readFileSync(at('jet-audit/run.json'), 'utf8'));
    expect(run).toMatchObject({ verb: 'audit', options: { conflicts: 7, vectors: 256, timeoutSeconds: 1800 } });
    expect(run.inputs).toEqual([expect.objectContaining({ file: 'manifest.json' })]);
    expect(run.versions).toMatchObject({ yosys: 'Yosys 0.23' });
  });

  it('prints the record as JSON and nothing else', async () => {
    const { code, stdout } = await distillRtl('audit', at('jet'), '--json', '--out', at('json'));

    expect(code).toBe(0);
    expect(parseAuditRecord(stdout)).toEqual({ ...provedAudit, command: `distill-rtl audit ${at('jet')}` });
  });

  it('ends with 3 on a difference, with report and counterexample', async () => {
    vi.mocked(auditProject).mockImplementation((_, options) => answer(differentAudit, options));
    const { code, stdout, stderr } = await distillRtl('audit', at('jet'), '--out', at('failed'));

    expect(code).toBe(3);
    expect(stderr).toMatch(`\ndistill-rtl: ${differentAudit.difference!.sentence}\n`);
    expect(stdout).toMatch(/^Counterexample: .*failed\/counterexample\n$/m);
    expect(readdirSync(at('failed/counterexample'))).toEqual(['Makefile', 'README.txt', 'jet_audit.vcd']);
    expect(readFileSync(at('failed/audit.html'), 'utf8')).toContain('counterexample/jet_audit.vcd');
  });

  it('ends with 3 where something is open, in other words, and replaces an earlier failure whole', async () => {
    vi.mocked(auditProject).mockImplementation((_, options) => answer(differentAudit, options));
    await distillRtl('audit', at('jet'), '--out', at('again'));
    vi.mocked(auditProject).mockImplementation((_, options) => answer(openAudit, options));
    const { code, stderr } = await distillRtl('audit', at('jet'), '--out', at('again'));

    expect(code).toBe(3);
    expect(stderr).toMatch(/\ndistill-rtl: not proved: 2 of 490 .*; no input is known that shows a difference\.\n$/);
    expect(readdirSync(at('again')).toSorted()).toEqual(['audit.html', 'audit.json', 'run.json']);
  });

  it('leaves an earlier report where the folder is found to be bad', async () => {
    await distillRtl('audit', at('jet'), '--out', at('kept'));
    const before = readFileSync(at('kept/audit.json'), 'utf8');
    vi.mocked(auditProject).mockRejectedValue(new FormatError('The folder is bad.'));
    const { code, stdout, stderr } = await distillRtl('audit', at('jet'), '--out', at('kept'));

    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: 'distill-rtl: The folder is bad.\n' });
    expect(readFileSync(at('kept/audit.json'), 'utf8')).toBe(before);
  });

  it('ends with 130 on Ctrl-C, without a report, whatever the stopped tool complains of', async () => {
    vi.mocked(auditProject).mockImplementation((_, options) => {
      process.listeners('SIGINT').at(-1)!('SIGINT');
      expect(options?.signal?.aborted).toBe(true);
      return Promise.reject(new FormatError('yosys was stopped on request.'));
    });
    const { code, stdout, stderr } = await distillRtl('audit', at('jet'), '--out', at('stopped'));

    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/distill-rtl: interrupted\n$/);
    expect(readdirSync(folder.path).filter((name) => name.includes('stopped'))).toEqual([]);
  });
});

describe('audit of Verilog of others', () => {
  const words = [
    'audit',
    '--model',
    '@/small.json',
    '--precision',
    'ap_fixed<4,2>',
    '--top',
    'a',
    '--verilog',
    '@/a.v',
  ];
  const here = (text: string): string => text.replace('@', folder.path);

  it('hands over model, options and files, and writes nothing unless it is told where', async () => {
    const before = readdirSync(folder.path);
    const { code, stdout } = await distillRtl(...words.map(here));

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Verilog = model +neuron +1 +1 +proved$/m);
    expect(stdout).not.toContain('Report:');
    expect(readdirSync(folder.path)).toEqual(before);
    const [design, options] = vi.mocked(auditVerilog).mock.lastCall!;
    expect(design).toMatchObject({
      network: { name: 'little' },
      compile: { precision: 'ap_fixed<4,2>', profile: 'exact' },
      modelFile: at('small.json'),
      verilog: [at('a.v')],
      top: 'a',
    });
    expect(options?.counterexample).toBeUndefined();
    expect(options?.command).toBe(
      `distill-rtl audit --model ${at('small.json')} --verilog ${at('a.v')} --top a --precision 'ap_fixed<4,2>'`,
    );
  });

  it('writes the report where it is told', async () => {
    const { code } = await distillRtl(...words.map(here), '--out', at('theirs'));

    expect(code).toBe(0);
    const run = JSON.parse(readFileSync(at('theirs/run.json'), 'utf8'));
    expect(run.inputs.map(({ file }: { file: string }) => file)).toEqual(['small.json', 'a.v']);
    expect(run.options).toMatchObject({ top: 'a', precision: 'ap_fixed<4,2>' });
  });
});

describe('a mistake in what audit is given', () => {
  it.each([
    ['audit', /<folder> is missing; Verilog that was not emitted here needs --model, --verilog and --top/],
    ['audit @/nowhere', /"[^"]*nowhere" is no emitted project: it has no manifest\.json/],
    ['audit @/jet --precision ap_fixed<8,2>', /--precision is for Verilog that was not emitted here, and <folder> is/],
    ['audit @/jet --model @/small.json', /--model is for Verilog that was not emitted here/],
    ['audit --model @/small.json', /--verilog <files\.\.\.> is missing/],
    ['audit --model @/small.json --verilog @/a.v', /--top <name> is missing/],
    ['audit --verilog @/a.v --top a', /--model <file> is missing/],
    ['audit --model @/no.json --verilog @/a.v --top a', /no\.json" does not exist/],
    [
      'audit --model @/small.json --verilog @/b.v --top a',
      /Verilog file "[^"]*b\.v" cannot be read: it does not exist/,
    ],
    [
      'audit --model @/small.json --verilog @/jet/src/little.v --top a --out @/jet',
      /--out .* would replace "[^"]*little\.v"/,
    ],
    ['audit @/jet --out @/jet', /--out "[^"]*jet" would replace "[^"]*jet", which is only read/],
    ['audit @/jet --out @/link/audit', /--out "[^"]*audit" stands in "[^"]*jet", which is only read/],
    ['audit @/jet/ --out @/', /--out "[^"]*" would replace "[^"]*jet\/"/],
    ['audit @/jet --out @/foreign', /"[^"]*foreign" holds other files \(thesis\.tex\)/],
    ['audit @/jet --yosys docker', /--yosys is "docker"; it must be one of system, npm/],
    ['audit @/jet --conflicts 0', /--conflicts is "0"; it must be a whole number of at least 1/],
    ['audit @/jet --vectors -1', /--vectors is "-1"; it must be a whole number of at least 0/],
  ])('%s', async (text, sentence) => {
    const before = readdirSync(folder.path, { recursive: true });
    const { code, stdout, stderr } = await distillRtl(...text.split(' ').map((word) => word.replace('@', folder.path)));

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/^distill-rtl: [^\n]+\.\n(Run "distill-rtl audit --help"[^\n]+\n)?$/);
    expect(readdirSync(folder.path, { recursive: true })).toEqual(before);
  });

  it('does not stop an audit into a folder whose name only begins alike', async () => {
    cpSync(at('jet'), at('jet2'), { recursive: true });
    const { code } = await distillRtl('audit', at('jet2'), '--out', at('jet2-a'));

    expect(code).toBe(0);
  });
});

describe.skipIf(!existsSync('/bin/sh'))('shellWord', () => {
  it('writes any word so that a shell reads it back', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string().map((text) => text.replaceAll('\0', '')),
          { minLength: 1 },
        ),
        (words) => {
          const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
          const read = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0');

          expect(read.slice(0, -1)).toEqual(words);
        },
      ),
      { numRuns: 30 },
    );
  });
});
