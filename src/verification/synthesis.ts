/**
 * Counts resources by synthesising an emitted folder with Yosys for UltraScale+ (`synthesis-script.ts`).
 *
 * A cross-check of our own model, not of Vivado: Yosys maps carries to CARRY4 (two of them fill a CARRY8) and packs
 * nothing. An adder bit whose carry select has no LUT of its own costs one all the same, and is counted.
 */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countDesignCells, readYosysJson } from '../verilog/index.ts';
import type { YosysDesign, YosysModule } from '../verilog/index.ts';
import type { OptionalRun } from './co-simulation.ts';
import { openEmittedFolder } from './emitted-folder.ts';
import { SOFT_PRODUCT_FILE, softProductMap, synthesisScript } from './synthesis-script.ts';
import { absentReason, findYosys, runToolOrThrow, toolVersion, withTemporaryFolder } from './tools.ts';
import type { RunOptions } from './tools.ts';

export interface SynthesisResult {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  /** Block RAMs in units of 36 Kb; an 18 Kb one is a half. */
  readonly bram: number;
  /** CARRY4 cells. */
  readonly carry: number;
  /** Cells by type, over the hierarchy. */
  readonly cells: Readonly<Record<string, number>>;
  readonly version: string;
  readonly seconds: number;
}

export interface SynthesisOptions extends RunOptions {
  /**
   * Dissolve the hierarchy first, so that logic is optimised across layers.
   * @defaultValue true
   */
  readonly flatten?: boolean;
}

/**
 * Synthesise the sources of an emitted folder with the system's Yosys, else with the npm package `@yowasp/yosys`.
 *
 * @throws ToolError if Yosys fails or runs past its limit
 */
export async function synthesizeWithYosys(
  directory: string,
  options: SynthesisOptions = {},
): Promise<OptionalRun<SynthesisResult>> {
  const tool = await findYosys();
  if (!tool) return { result: null, reason: absentReason('yowasp-yosys') };
  const { directory: folder, top, sources } = await openEmittedFolder(directory);
  return withTemporaryFolder(async (temporary) => {
    // The npm build sees only the folder it runs in: sources in, netlist out.
    await cp(join(folder, 'src'), join(temporary, 'src'), { recursive: true });
    const flatten = options.flatten ?? true;
    await writeFile(join(temporary, SOFT_PRODUCT_FILE), softProductMap());
    await writeFile(join(temporary, 'synth.ys'), synthesisScript({ sources, top, flatten, netlist: 'netlist.json' }));
    const run = await runToolOrThrow(tool, ['-q', '-s', 'synth.ys'], temporary, options);
    const text = await readFile(join(temporary, 'netlist.json'), 'utf8');
    const counts = countResources(readYosysJson(text), top);
    return { result: { ...counts, version: await toolVersion(tool), seconds: run.seconds }, reason: null };
  });
}

/** Count the resources of a design that `synth_xilinx` has mapped. */
export function countResources(design: YosysDesign, top: string): Omit<SynthesisResult, 'version' | 'seconds'> {
  // Newer versions keep notes on dissolved scopes as cells.
  const { $scopeinfo: _, ...cells } = countDesignCells(design, top);
  const sum = (pattern: RegExp): number =>
    Object.entries(cells).reduce((total, [type, count]) => (pattern.test(type) ? total + count : total), 0);
  const bare = Object.fromEntries(
    Object.entries(design.modules).map(([name, module]) => [name, bareCarryBits(module)]),
  );
  const instances = countInstances(design, top);
  const carryLuts = Object.entries(instances).reduce((total, [name, count]) => total + count * (bare[name] ?? 0), 0);
  return {
    lut: sum(/^LUT[1-6]$/) + sum(/^SRL/) + carryLuts,
    ff: sum(/^FD[RSCP]E/),
    dsp: sum(/^DSP48/),
    bram: sum(/^RAMB36/) + sum(/^RAMB18/) / 2,
    carry: sum(/^CARRY4$/),
    cells,
  };
}

/** Carry bits whose select input is driven by no LUT of the module. */
function bareCarryBits(module: YosysModule): number {
  const driven = new Set<number>();
  for (const { type, connections } of Object.values(module.cells))
    if (/^LUT[1-6]$/.test(type)) for (const bit of connections['O'] ?? []) if (typeof bit === 'number') driven.add(bit);
  let bare = 0;
  for (const { type, connections } of Object.values(module.cells))
    if (type === 'CARRY4')
      for (const bit of connections['S'] ?? []) if (typeof bit === 'number' && !driven.has(bit)) bare += 1;
  return bare;
}

/** How often each module stands below `top`, itself included. */
function countInstances(design: YosysDesign, top: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  const walk = (name: string, times: number): void => {
    counts[name] = (counts[name] ?? 0) + times;
    for (const { type } of Object.values(design.modules[name]!.cells)) {
      const callee = design.modules[type];
      if (callee && callee.attributes['blackbox'] === undefined) walk(type, times);
    }
  };
  walk(top, 1);
  return counts;
}
