/**
 * Counts resources by synthesising an emitted folder with Yosys for UltraScale+ (`synthesis-script.ts`).
 *
 * A cross-check of our own model, not of Vivado. Flattened, logic is optimised across layers and the figures are those
 * of the design; with the hierarchy kept, every module has figures of its own. Three small
 * designs took 0.2, 6 and 16 % more look-up tables that way (Yosys 0.23).
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../errors.ts';
import { readYosysJson } from '../verilog/index.ts';
import type { YosysDesign } from '../verilog/index.ts';
import type { OptionalRun } from './co-simulation.ts';
import { openEmittedFolder } from './emitted-folder.ts';
import { logicDepth } from './logic-depth.ts';
import { countModuleResources, countResources, isModule } from './mapped-resources.ts';
import type { MappedResources } from './mapped-resources.ts';
import { SOFT_PRODUCT_FILE, softProductMap, synthesisScript } from './synthesis-script.ts';
import { absentYosys, findYosys, runToolOrThrow, toolVersion, withTemporaryFolder } from './tools.ts';
import type { RunOptions, Tool, YosysChoice } from './tools.ts';

/** What every script writes. */
const NETLIST = 'netlist.json';

/** Resources and logic depth of a part of a design. */
export interface MappedPart extends MappedResources {
  /** Most levels of logic between two registers, or between one and a port. */
  readonly depth: number;
}

/** An instance in the top module, with all below it. */
export interface MappedInstance extends MappedPart {
  readonly instance: string;
  readonly module: string;
}

/** The figures of the whole design, and how they were made. */
export interface SynthesisResult extends MappedPart {
  readonly top: string;
  /** What stands in the top module, or in one copy of the pipeline; none where the hierarchy was dissolved. */
  readonly instances: readonly MappedInstance[];
  /** The own cells of the top module, or of one copy of the pipeline. */
  readonly own: MappedResources;
  readonly version: string;
  readonly seconds: number;
}

export interface SynthesisOptions extends RunOptions {
  /**
   * Dissolve the hierarchy first, so that logic is optimised across layers.
   * @defaultValue true
   */
  readonly flatten?: boolean;
  /**
   * Which Yosys runs.
   * @defaultValue the system's where there is one, else the npm package
   */
  readonly yosys?: YosysChoice;
  /**
   * Copies of one pipeline that the top module is made of; what is listed by instance is then the pipeline.
   * @defaultValue 1: the top module is the pipeline
   */
  readonly copies?: number;
}

/**
 * Synthesise the sources of an emitted folder with the system's Yosys or the npm package `@yowasp/yosys`.
 *
 * @throws ToolError if Yosys fails or runs past its limit; FileError if the folder is none of ours
 */
export async function synthesizeWithYosys(
  directory: string,
  options: SynthesisOptions = {},
): Promise<OptionalRun<SynthesisResult>> {
  const tool = await findYosys(options.yosys);
  if (!tool) return { result: null, reason: absentYosys(options.yosys) };
  const { directory: folder, top, sources } = await openEmittedFolder(directory);
  return withTemporaryFolder(async (temporary) => {
    // The npm build sees only the folder it runs in: sources in, netlist out.
    await cp(join(folder, 'src'), join(temporary, 'src'), { recursive: true });
    await writeFile(join(temporary, SOFT_PRODUCT_FILE), softProductMap());
    const script = synthesisScript({ sources, top, flatten: options.flatten ?? true, netlist: NETLIST });
    const { design, seconds } = await runYosysScript(tool, script, temporary, options);
    return {
      result: { ...measure(design, top, options.copies ?? 1), version: await toolVersion(tool), seconds },
      reason: null,
    };
  });
}

/**
 * Run a script that writes `netlist.json` in a folder, and read that.
 *
 * @throws ToolError if Yosys fails, runs past its limit or writes a netlist too large to be read
 */
export async function runYosysScript(
  tool: Tool,
  script: string,
  folder: string,
  options: RunOptions,
): Promise<{ readonly design: YosysDesign; readonly seconds: number }> {
  // The npm build keeps files that were there before it ran.
  await rm(join(folder, NETLIST), { force: true });
  await writeFile(join(folder, 'synth.ys'), script);
  const { seconds } = await runToolOrThrow(tool, ['-q', '-s', 'synth.ys'], folder, options);
  let text: string;
  try {
    text = await readFile(join(folder, NETLIST), 'utf8');
  } catch (error) {
    throw new ToolError(`The netlist that ${tool.name} wrote cannot be read: ${(error as Error).message}.`);
  }
  return { design: readYosysJson(text), seconds };
}

function measure(design: YosysDesign, top: string, copies: number): Omit<SynthesisResult, 'version' | 'seconds'> {
  const part = (module: string): MappedPart => ({
    ...countResources(design, module),
    depth: logicDepth(design, module),
  });
  const below = (module: string) =>
    Object.entries(design.modules[module]!.cells).filter(([, { type }]) => isModule(design, type));
  const pipeline = copies === 1 ? top : (below(top)[0]?.[1].type ?? top);
  return {
    ...part(top),
    top,
    instances: below(pipeline).map(([instance, { type: module }]) => ({ instance, module, ...part(module) })),
    own: countModuleResources(design, pipeline),
  };
}
