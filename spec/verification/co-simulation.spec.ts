import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FileError, ToolError } from '../../src/errors.ts';
import { coSimulate, findYosys, lintVerilog, runIcarus, synthesizeWithYosys } from '../../src/verification/index.ts';
import { writeProject } from '../../src/verilog/index.ts';
import { randomProject } from './random-project.ts';
import { lacks } from './tools.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'distill-rtl-spec-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

async function emit(seed: number, size: number): Promise<{ dir: string } & ReturnType<typeof randomProject>> {
  const project = randomProject(seed, size);
  const dir = join(root, `random_${seed}_${size}`);
  await writeProject(dir, project.files);
  return { dir, ...project };
}

describe('lint of random netlists', () => {
  it.skipIf(lacks('verilator', 'lint by Verilator') && lacks('iverilog', 'lint by Icarus'))(
    'finds no warning in any reader',
    async () => {
      for (const seed of seeds.slice(0, 4)) {
        const { dir } = await emit(seed, 120);
        for (const { tool, warnings } of await lintVerilog(dir)) expect([tool, warnings ?? []]).toEqual([tool, []]);
      }
    },
  );

  it.skipIf(lacks('verilator', 'lint by Verilator'))('reports a warning where there is one', async () => {
    const { dir, design } = await emit(1, 30);
    const path = join(dir, 'src', `${design.netlist.top}.v`);
    await writeFile(path, (await readFile(path, 'utf8')).replace('endmodule', 'wire [3:0] forgotten;\nendmodule'));
    const results = await lintVerilog(dir);
    expect(results.find(({ tool }) => tool === 'verilator')?.warnings?.join('\n')).toContain('forgotten');
  });
});

describe.skipIf(lacks('iverilog', 'co-simulation in Icarus'))('co-simulation in Icarus', () => {
  it('equals our simulator in every cycle of random netlists', async () => {
    for (const seed of seeds) {
      const { dir, expected } = await emit(seed, 120);
      const { result } = await coSimulate('icarus', dir, expected);
      expect({ seed, ...result }).toMatchObject({ seed, vectors: 150, mismatches: 0 });
    }
  });

  it('counts a changed word, a changed cycle, a missing and a surplus output', async () => {
    const { dir, expected } = await emit(11, 40);
    const differing = expected.map((output, k) => {
      if (k === 5) return { ...output, word: output.word ^ 1n };
      return k === 9 ? { ...output, cycle: output.cycle + 1 } : output;
    });
    const changed = await coSimulate('icarus', dir, differing);
    const shorter = await coSimulate('icarus', dir, expected.slice(0, -2));
    const longer = await coSimulate('icarus', dir, [...expected, { cycle: 150, word: 0n }]);
    expect(changed.result?.mismatches).toBe(2);
    expect(changed.result?.firstMismatch).toMatch(
      /^Output 5 is 0x[0-9a-f]+ in cycle 5, must be 0x[0-9a-f]+ in cycle 5/,
    );
    expect(shorter.result?.mismatches).toBe(2);
    expect(longer.result?.mismatches).toBe(1);
  });

  it('believes the bench when its golden files disagree', async () => {
    const { dir, expected } = await emit(12, 40);
    const path = join(dir, 'tb/vectors/golden_cycle.mem');
    await writeFile(path, (await readFile(path, 'utf8')).replace('00000003\n', '00000004\n'));
    const run = await runIcarus(dir);
    const { result } = await coSimulate('icarus', dir, expected);
    expect(run.result).toMatchObject({ passed: false, vectors: 150, mismatches: 1 });
    expect(run.result?.text).toContain('MISMATCH vector 3');
    expect(result?.mismatches).toBe(1);
  });

  it("keeps the tool's own message, stops at the time limit and on request, and leaves no temporary folder", async () => {
    const { dir, design } = await emit(13, 30);
    const temporary = await mkdtemp(join(root, 'tmp-'));
    vi.stubEnv('TMPDIR', temporary);
    const path = join(dir, 'src', `${design.netlist.top}.v`);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('endmodule', 'nowhere missing ();\nendmodule'));
    await expect(runIcarus(dir)).rejects.toThrow(ToolError);
    await expect(runIcarus(dir)).rejects.toThrow(/nowhere/);
    await writeFile(path, text.replace('endmodule', 'initial forever #1;\nendmodule'));
    const bench = join(dir, `tb/${design.netlist.top}_tb.v`);
    await writeFile(bench, (await readFile(bench, 'utf8')).replaceAll('$finish;', ''));
    await expect(runIcarus(dir, { timeoutSeconds: 1 })).rejects.toThrow(/past its limit of 1 seconds/);
    await expect(runIcarus(dir, { signal: AbortSignal.timeout(300) })).rejects.toThrow(/stopped on request/);
    vi.unstubAllEnvs();
    expect(await readdir(temporary)).toEqual([]);
  });

  it('refuses a folder that was not emitted', async () => {
    await expect(runIcarus(join(root, 'nowhere'))).rejects.toThrow(FileError);
  });
});

describe.skipIf(lacks('verilator', 'co-simulation in Verilator'))('co-simulation in Verilator', () => {
  it('equals our simulator in every cycle of a large random netlist', async () => {
    const { dir, expected } = await emit(20, 400);
    const { result } = await coSimulate('verilator', dir, expected);
    expect(result).toMatchObject({ vectors: 150, mismatches: 0 });
    const changed = await coSimulate('icarus', dir, expected);
    expect(changed.result?.mismatches ?? 0).toBe(0);
  }, 120_000);
});

describe.skipIf(lacks('yosys', 'synthesis in Yosys'))('synthesis in Yosys', () => {
  it('finds the npm build where the system has none', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const tool = await findYosys();
    vi.unstubAllEnvs();
    expect(tool?.name).toBe('yowasp-yosys');
  });

  it('counts what a random netlist takes', async () => {
    const { dir, design } = await emit(14, 20);
    const { result } = await synthesizeWithYosys(dir, { timeoutSeconds: 100 });
    const registers = design.netlist.modules.flatMap(({ cells }) => cells).filter(({ kind }) => kind === 'register');
    expect(result?.version).toMatch(/^Yosys 0\./);
    expect(result?.lut).toBeGreaterThan(0);
    expect(registers.length > 0).toBe(true);
    expect(result?.ff).toBeGreaterThan(0);
    expect(result?.dsp).toBe(0);
  }, 120_000);
});
