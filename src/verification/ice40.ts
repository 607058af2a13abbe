/**
 * Places and routes an emitted folder on a small Lattice iCE40 with Yosys and nextpnr: a clock that was measured after
 * routing, on a 40 nm part with tables of four inputs.
 *
 * A relative check, such as whether another clock target or precision makes a design faster; it says nothing about the
 * megahertz of a larger part. The design stands in a frame of shift registers (`ice40-frame.ts`).
 */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../errors.ts';
import type { OptionalRun } from './co-simulation.ts';
import { openEmittedFolder } from './emitted-folder.ts';
import { FRAME, ice40Frame } from './ice40-frame.ts';
import { ice40Script } from './ice40-script.ts';
import type { Ice40Part } from './ice40-script.ts';
import { runYosysScript } from './synthesis.ts';
import type { SynthesisOptions } from './synthesis.ts';
import { absentReason, absentYosys, findTool, findYosys, runToolOrThrow, toolVersion } from './tools.ts';
import { withTemporaryFolder } from './tools.ts';
import type { RunOptions, Tool } from './tools.ts';

/** Flags by which nextpnr knows the part; the package only limits pins, and the frame needs four. */
const parts: Readonly<Record<Ice40Part, readonly string[]>> = {
  hx8k: ['--hx8k', '--package', 'ct256'],
  up5k: ['--up5k', '--package', 'sg48'],
};

/** Names of the parts. */
export const ICE40_PARTS = Object.keys(parts) as readonly Ice40Part[];

export interface Ice40Result {
  readonly part: Ice40Part;
  /** Logic cells (a table of four inputs, a carry and a register) with the frame's. */
  readonly logicCells: number;
  /** Those of the frame. */
  readonly frameCells: number;
  /** Logic cells of the part. */
  readonly available: number;
  /** RAM blocks of 4 Kb, used and there. */
  readonly ram: readonly [used: number, available: number];
  /** Clock after routing, by nextpnr's timing analysis; null where the design does not fit. */
  readonly clockMHz: number | null;
  readonly version: string;
  readonly seconds: number;
}

export interface Ice40Options extends Pick<SynthesisOptions, 'yosys'>, RunOptions {
  /** @defaultValue 'hx8k' */
  readonly part?: Ice40Part;
  /**
   * Clock that placement and routing aim at, in MHz.
   * @defaultValue 100
   */
  readonly clockMHz?: number;
}

/**
 * Synthesise an emitted folder for an iCE40, place and route it.
 *
 * @throws ToolError if Yosys or nextpnr fails for another reason than the design's size, or runs past its limit;
 *   FileError if the folder is none of ours
 */
export async function placeOnIce40(directory: string, options: Ice40Options = {}): Promise<OptionalRun<Ice40Result>> {
  const { part = 'hx8k', clockMHz = 100, yosys } = options;
  const [synthesizer, placer] = [await findYosys(yosys), await findTool('nextpnr-ice40')];
  if (!synthesizer) return { result: null, reason: absentYosys(yosys) };
  if (!placer) return { result: null, reason: absentReason('nextpnr-ice40') };
  const { directory: folder, top, sources } = await openEmittedFolder(directory);
  return withTemporaryFolder(async (temporary) => {
    await cp(join(folder, 'src'), join(temporary, 'src'), { recursive: true });
    const read = [
      `read_verilog ${sources.join(' ')}`,
      `hierarchy -check -top ${top}`,
      'proc',
      'write_json netlist.json',
    ].join('\n');
    const { design, seconds: before } = await runYosysScript(synthesizer, read, temporary, options);
    const frame = ice40Frame(top, design.modules[top]!.ports);
    await writeFile(join(temporary, 'frame.v'), frame.text);
    const script = ice40Script({ sources: ['frame.v', ...sources], top: FRAME }, part);
    const { seconds } = await runYosysScript(synthesizer, script, temporary, options);
    const placed = await place(placer, [...parts[part], '--freq', String(clockMHz)], temporary, options);
    const number = /Version ([^)]*)/.exec(await toolVersion(placer))?.[1] ?? '';
    const version = `${await toolVersion(synthesizer)}, nextpnr-ice40 ${number}`;
    const result = {
      part,
      frameCells: frame.logicCells,
      ...placed,
      version,
      seconds: before + seconds + placed.seconds,
    };
    return { result, reason: null };
  });
}

type Placed = Pick<Ice40Result, 'logicCells' | 'available' | 'ram' | 'clockMHz' | 'seconds'>;

/** Pack, which tells the size, and only what fits is placed and routed. */
async function place(placer: Tool, target: readonly string[], folder: string, options: RunOptions): Promise<Placed> {
  const common = [...target, '--json', 'netlist.json', '--pcf-allow-unconstrained', '--seed', '1'];
  const packing = await runToolOrThrow(placer, [...common, '--pack-only'], folder, options);
  const log = `${packing.stdout}\n${packing.stderr}`;
  const [cells, ram] = [usedAndThere(log, 'ICESTORM_LC'), usedAndThere(log, 'ICESTORM_RAM')];
  const size = { logicCells: cells[0], available: cells[1], ram };
  if ([cells, ram].some(([used, there]) => used > there)) return { ...size, clockMHz: null, seconds: packing.seconds };
  const routing = [...common, '--timing-allow-fail', '--report', 'report.json'];
  const { seconds } = await runToolOrThrow(placer, routing, folder, options);
  const clockMHz = routedClock(await readFile(join(folder, 'report.json'), 'utf8'));
  return { ...size, clockMHz, seconds: packing.seconds + seconds };
}

/** Read a line of nextpnr's table of utilisation. */
function usedAndThere(log: string, kind: string): readonly [number, number] {
  const found = new RegExp(`${kind}: *(\\d+)/ *(\\d+)`).exec(log);
  if (found === null) throw new ToolError(`nextpnr-ice40 does not say how many ${kind} the design takes.`);
  return [Number(found[1]), Number(found[2])];
}

function routedClock(text: string): number {
  const { fmax } = JSON.parse(text) as { fmax?: Record<string, { achieved: number }> };
  const clocks = Object.values(fmax ?? {}).map(({ achieved }) => achieved);
  if (clocks.length === 0)
    throw new ToolError('nextpnr-ice40 reports no clock: the design has no path between registers.');
  return Math.min(...clocks);
}
