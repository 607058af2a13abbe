/** The frame around a design, and a design on an iCE40: its size, its clock, and what happens when it does not fit. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { placeOnIce40 } from '../../src/verification/index.ts';
import { ice40Frame } from '../../src/verification/ice40-frame.ts';
import { writeProject } from '../../src/verilog/index.ts';
import { randomProject } from './random-project.ts';
import { lacks } from './tools.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'distill-rtl-spec-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function emit(size: number): Promise<string> {
  const directory = join(root, `random_${size}`);
  await writeProject(directory, randomProject(14, size).files);
  return directory;
}

describe('ice40Frame', () => {
  it('joins every data bit to a register, least significant first', () => {
    const bits = (count: number) => Array.from({ length: count }, (_, k) => k + 2);
    const { text, logicCells } = ice40Frame('design', {
      clk: { direction: 'input', bits: [2] },
      valid_in: { direction: 'input', bits: [3] },
      x: { direction: 'input', bits: bits(7) },
      y: { direction: 'output', bits: bits(5) },
    });

    expect(text).toContain('design u_design (.clk(clk), .valid_in(x[0:0]), .x(x[7:1]), .y(y[4:0]));');
    expect(text).not.toContain('.rst(');
    expect(logicCells).toBe(1 + 7 + 5 + 2);
  });
});

describe.skipIf(lacks('yosys', 'iCE40') || lacks('nextpnr', 'iCE40'))('placeOnIce40', () => {
  it.each(['system', 'npm'] as const)(
    'measures a clock after routing what the Yosys of %s made',
    async (yosys) => {
      const { result, reason } = await placeOnIce40(await emit(12), { part: 'up5k', yosys, timeoutSeconds: 100 });
      if (result === null) return void expect(reason).toMatch(/^(yosys|yowasp-yosys) is not installed/);

      expect(result).toMatchObject({ part: 'up5k', available: 5280 });
      expect(result.logicCells).toBeGreaterThan(result.frameCells);
      expect(result.clockMHz).toBeGreaterThan(1);
      expect(result.version).toMatch(/^Yosys .*, nextpnr-ice40 \d/);
    },
    200_000,
  );

  it('counts the frame to the cell, and gives no clock where the design does not fit', async () => {
    const directory = join(root, 'wide');
    const source = `module wide (input wire clk, input wire [1799:0] x, output reg [1799:0] y);
  always @(posedge clk) y <= x;
endmodule\n`;
    await mkdir(join(directory, 'src'), { recursive: true });
    await mkdir(join(directory, 'tb'));
    await writeFile(join(directory, 'src/wide.v'), source);
    await writeFile(join(directory, 'tb/wide_tb.v'), '');

    const { result } = await placeOnIce40(directory, { part: 'up5k', timeoutSeconds: 100 });

    // Of a register each, nextpnr adds at most one cell for each constant level.
    const own = result!.logicCells - result!.frameCells;
    expect([1800, 1801, 1802]).toContain(own);
    expect(result).toMatchObject({ available: 5280, clockMHz: null });
  }, 120_000);

  it('says which tool is absent', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const outcome = await placeOnIce40(await emit(12));
    vi.unstubAllEnvs();

    expect(outcome.result).toBeNull();
    expect(outcome.reason).toMatch(/^nextpnr-ice40 is not installed; install it with "apt-get install nextpnr-ice40"/);
  });
});
