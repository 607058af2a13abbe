/** Counterexamples as folders that stand alone: planted faults of data, valid bits, reset and latency, run in Icarus. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FileError, ValueError } from '../../../src/errors.ts';
import { type Counterexample, writeCounterexample } from '../../../src/systems/index.ts';
import { projectFiles, projectManifest, writeProject } from '../../../src/verilog/index.ts';
import { lacks } from '../../verification/tools.ts';
import { smallDesign } from '../../verilog/small-design.ts';
import { change } from './emitted.ts';

let root = '';
let folders = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'distill-rtl-counterexample-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const design = smallDesign();

/** The emitted adder with an edited source; the result of an edit must differ. */
async function faulty(from: string | RegExp, to: string): Promise<string> {
  const folder = join(root, `adder${folders++}`);
  await writeProject(folder, projectFiles(design), projectManifest(design));
  change(folder, 'src/adder.v', (text) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    return changed;
  });
  return folder;
}

/** x = 0x12 is 2 + 1. */
const one = (folder: string): Counterexample => ({
  folder,
  netlist: design.netlist,
  stimuli: [[0x12n]],
  golden: [[3n]],
  latencyCycles: 1,
  sentence: 'Wire y is 1 instead of 3.',
});
const directory = (): string => join(root, `counterexample${folders++}`);

describe('writeCounterexample', () => {
  it('writes sources, bench, command and manifest, and says why it was not run', async () => {
    const folder = await faulty(' + ', ' - ');
    const out = directory();
    vi.stubEnv('PATH', '/nowhere');
    const outcome = await writeCounterexample(out, one(folder));
    vi.unstubAllEnvs();

    expect(outcome).toEqual({
      directory: out,
      command: `make -C "${out}"`,
      run: null,
      reason: 'iverilog is not installed; install it with "apt-get install iverilog".',
    });
    expect(readdirSync(out).toSorted()).toEqual(['Makefile', 'README.txt', 'manifest.json', 'src', 'tb']);
    expect(readFileSync(join(out, 'src/adder.v'), 'utf8')).toBe(readFileSync(join(folder, 'src/adder.v'), 'utf8'));
    const readme = readFileSync(join(out, 'README.txt'), 'utf8');
    expect(readme).toContain('Wire y is 1 instead of 3.');
    expect(readme).toContain('  cycle 0: x = 0x12\n    must give in cycle 1: y = 0x3\n');
  });

  it('replaces an earlier counterexample and nothing else', async () => {
    const folder = await faulty(' + ', ' - ');
    const out = directory();
    vi.stubEnv('PATH', '/nowhere');
    await writeCounterexample(out, one(folder));
    writeFileSync(join(out, 'old.vcd'), '');
    await writeCounterexample(out, one(folder));
    expect(existsSync(join(out, 'old.vcd'))).toBe(false);
    const foreign = directory();
    execFileSync('/bin/mkdir', [foreign]);
    writeFileSync(join(foreign, 'thesis.tex'), '');
    await expect(writeCounterexample(foreign, one(folder))).rejects.toThrow(FileError);
    await expect(writeCounterexample(folder, one(folder))).rejects.toThrow(
      `Folder "${folder}" holds the audited folder "${folder}"; the counterexample needs its own.`,
    );
    await expect(writeCounterexample(root, one(folder))).rejects.toThrow(FileError);
    await writeCounterexample(join(folder, 'counterexample'), one(folder));
    vi.unstubAllEnvs();
    expect(existsSync(join(folder, 'counterexample/src/adder.v'))).toBe(true);
    expect(existsSync(join(folder, 'src/adder.v'))).toBe(true);
  });

  it('writes nothing where the vectors do not fit', async () => {
    const folder = await faulty(' + ', ' - ');
    const out = directory();
    await expect(writeCounterexample(out, { ...one(folder), golden: [[32n]] })).rejects.toThrow(ValueError);
    await expect(writeCounterexample(out, { ...one(folder), golden: [] })).rejects.toThrow(ValueError);
    await expect(writeCounterexample(out, { ...one(folder), pattern: [true, true] })).rejects.toThrow(ValueError);
    expect(existsSync(out)).toBe(false);
  });
});

describe.skipIf(lacks('iverilog', 'counterexamples in Icarus'))('a counterexample in Icarus', () => {
  it('shows the differing word, and leaves a wave file', async () => {
    const out = directory();
    const { run, reason } = await writeCounterexample(out, one(await faulty(' + ', ' - ')));

    expect(reason).toBeNull();
    expect(run).toMatchObject({
      tool: 'iverilog',
      passed: false,
      differences: [{ cycle: 1, port: 'y', expected: 3n, found: 1n }],
      sentence: 'Icarus: y is 0x1 in cycle 1, must be 0x3.',
      vcd: 'adder.vcd',
    });
    expect(readFileSync(join(out, 'adder.vcd'), 'utf8')).toContain('$var');
  });

  it('repeats with its one command, from another place and without the audited folder', async () => {
    const folder = await faulty(' + ', ' - ');
    const out = directory();
    await writeCounterexample(out, one(folder));
    rmSync(folder, { recursive: true });
    rmSync(join(out, 'adder.vcd'));
    const moved = directory();
    renameSync(out, moved);

    let text = '';
    try {
      execFileSync('make', ['-C', moved], { stdio: ['ignore', 'pipe', 'ignore'] });
    } catch (error) {
      text = String((error as { stdout: Buffer }).stdout);
    }

    expect(text).toContain('y = 01, expected 03');
    expect(text).toContain('FAIL 1 of 1');
    expect(existsSync(join(moved, 'adder.vcd'))).toBe(true);
  });

  it('shows a fault that needs a sequence of vectors', async () => {
    // The valid bit is lost where the one before it stood.
    const folder = await faulty('<= valid_in;', '<= valid_in & ~valid_in_q;');
    const sequence = { ...one(folder), stimuli: [[0x12n], [0x80n], [0xffn]], golden: [[3n], [8n], [30n]] };
    const { run } = await writeCounterexample(directory(), { ...sequence, pattern: [true, false, true, true] });

    expect(run!.differences).toEqual([{ cycle: 4, port: 'y', expected: 30n, found: null }]);
    expect(run!.sentence).toBe('Icarus: no valid output in cycle 4, where y must be 0x1e.');
    const spread = { ...sequence, pattern: [true, false, true, false, true] };
    expect((await writeCounterexample(directory(), spread)).run).toMatchObject({
      passed: true,
      differences: [],
      sentence: 'Icarus shows no difference for these vectors.',
    });
  });

  it('shows a reset to the wrong value', async () => {
    const folder = await faulty("<= 1'b0;", "<= 1'b1;");
    const { run } = await writeCounterexample(directory(), { ...one(folder), pattern: [false, false, true] });
    expect(run!.differences[0]).toMatchObject({ cycle: 0, port: 'y', expected: null });
    expect(run!.sentence).toBe('Icarus: a valid output in cycle 0, where none belongs.');
  });

  it('shows a missing reset where the reset is short', async () => {
    const source = "if (rst) valid_in_q <= 1'b0;\n    else valid_in_q <= valid_in;";
    const folder = await faulty(source, "middle <= valid_in_q0;\n    valid_in_q0 <= rst ? 1'b0 : valid_in;");
    change(folder, 'src/adder.v', (text) =>
      text.replace(
        'reg valid_in_q;',
        'reg valid_in_q0, middle, valid_in_q;\n  always @(posedge clk) valid_in_q <= middle;',
      ),
    );
    const late = { ...one(folder), latencyCycles: 3 };
    const run = async (resetCycles: number) =>
      (await writeCounterexample(directory(), { ...late, resetCycles })).run!.differences.map(({ cycle }) => cycle);
    expect(await run(4)).not.toContain(0);
    expect(await run(1)).toContain(0);
  });

  it('shows undefined words and undefined valid bits', async () => {
    const data = await faulty('<= sum_6;', "<= sum_6 + 5'bx;");
    expect((await writeCounterexample(directory(), one(data))).run!.sentence).toBe(
      'Icarus: y is undefined (X) in cycle 1, must be 0x3.',
    );
    const valid = await faulty('<= valid_in;', "<= valid_in ? 1'bx : 1'b0;");
    const { run } = await writeCounterexample(directory(), one(valid));
    expect(run!.passed).toBe(false);
    expect(run!.sentence).toBe('Icarus: vector 0: valid_out x in cycle 1, expected 1 in cycle 1.');
  });

  it('says what Icarus refuses, and keeps the files', async () => {
    const out = directory();
    const { run, reason } = await writeCounterexample(out, one(await faulty(/\by\b/g, 'z')));
    expect(run).toBeNull();
    expect(reason).toMatch(/^iverilog failed with exit code \d+: .*\by\b/);
    expect(existsSync(join(out, 'tb/adder_tb.v'))).toBe(true);
  });

  it('leaves nothing where it is stopped', async () => {
    const out = directory();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(writeCounterexample(out, one(await faulty(' + ', ' - ')), { signal })).rejects.toThrow('enough');
    expect(existsSync(out)).toBe(false);
  });
});
