/**
 * What Yosys counts of the calibration designs: made by `npm run study:estimates -- --update`, read by the study and by
 * the tests.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ResourceCount } from '../src/estimation/index.ts';
import type { Netlist } from '../src/netlist/index.ts';
import { sha256 } from '../src/network/index.ts';
import { synthesisScript, synthesizeWithYosys } from '../src/verification/index.ts';
import type { SynthesisResult } from '../src/verification/index.ts';
import { printMemories, printNetlist } from '../src/verilog/index.ts';
import type { TextFile } from '../src/verilog/index.ts';

/** Counts of one design by Yosys, in the units of the estimate. */
export type YosysCounts = Omit<ResourceCount, 'carry8'>;

/** The counts of one design, and what they are of. */
export interface CountedDesign {
  /** SHA-256 of the emitted Verilog and memory files. */
  readonly verilog: string;
  readonly counts: YosysCounts;
}

/** The committed file. */
export interface CalibrationCounts {
  /** Version text of the Yosys that counted. */
  readonly yosys: string;
  readonly command: string;
  /** SHA-256 of the script for a design of one file, `src/top.v`. */
  readonly script: string;
  readonly designs: Readonly<Record<string, CountedDesign>>;
}

/** Where the counts stand, from the root of the repository. */
export const COUNTS_FILE = 'fixtures/estimation/yosys-counts.json';

/** What runs; the script is that of `src/verification/synthesis-script.ts`. */
export const COUNTS_COMMAND = 'yosys -q -s synth.ys';

export async function readCalibrationCounts(): Promise<CalibrationCounts> {
  return JSON.parse(await readFile(new URL(`../${COUNTS_FILE}`, import.meta.url), 'utf8')) as CalibrationCounts;
}

export async function writeCalibrationCounts(counts: CalibrationCounts): Promise<void> {
  const file = new URL(`../${COUNTS_FILE}`, import.meta.url);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, `${JSON.stringify(counts, null, 2)}\n`);
}

/** Hash of the synthesis script as it stands. */
export function scriptHash(): string {
  return sha256(synthesisScript({ sources: ['src/top.v'], top: 'top', flatten: true, netlist: 'netlist.json' }));
}

/** The files that Yosys reads. */
function emittedFiles(netlist: Netlist): readonly TextFile[] {
  return [...printNetlist(netlist), ...printMemories(netlist)];
}

/** Hash of the Verilog of a design, first line of each file (the version of this package) left out. */
export function verilogHash(netlist: Netlist): string {
  const body = ({ path, text }: TextFile): string => (path.endsWith('.v') ? text.slice(text.indexOf('\n')) : text);
  return sha256(
    emittedFiles(netlist)
      .map((file) => `${file.path}\n${body(file)}`)
      .join('\n'),
  );
}

/** Synthesise a netlist with Yosys in a folder of its own; null where Yosys is absent. */
export async function synthesizeNetlist(netlist: Netlist, timeoutSeconds: number): Promise<SynthesisResult | null> {
  const folder = await mkdtemp(join(tmpdir(), 'distill-rtl-estimates-'));
  try {
    // The test bench names the top module; synthesis does not read it.
    const bench = { path: `tb/${netlist.top}_tb.v`, text: '' };
    for (const { path, text } of [...emittedFiles(netlist), bench]) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    return (await synthesizeWithYosys(folder, { timeoutSeconds })).result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The counts of a synthesis in the units of the estimate. */
export function yosysCounts({ lut, lutram, ff, carry4, dsp, bram, cells }: SynthesisResult): YosysCounts {
  const srl = Object.entries(cells).reduce((sum, [type, count]) => (type.startsWith('SRL') ? sum + count : sum), 0);
  return { lut, srl, lutram, ff, carry4, dsp, bram, bram18: 2 * bram };
}
