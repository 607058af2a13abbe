/**
 * Verilog text as Yosys' word-level cells: read, elaborated, processes turned into registers and choices, and nothing
 * optimised beyond what nobody reads.
 */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FormatError, ToolError } from '../errors.ts';
import type { TextFile, YosysDesign } from '../verilog/index.ts';
import { runYosysScript } from './synthesis.ts';
import { absentYosys, findYosys, toolVersion, withTemporaryFolder } from './tools.ts';
import type { RunOptions, YosysChoice } from './tools.ts';

export interface ReadVerilog {
  readonly design: YosysDesign;
  /** Version text of the Yosys that read it. */
  readonly version: string;
  /** Time of the run. */
  readonly seconds: number;
}

export interface ReadVerilogOptions extends RunOptions {
  /** @defaultValue the system's where there is one, else the npm package */
  readonly yosys?: YosysChoice;
}

/**
 * Read Verilog files and the memory files beside them.
 *
 * @param files `*.v` in the order in which they are read, and whatever they load, by paths relative to one root
 * @throws FormatError if Yosys refuses the text; ToolError if Yosys is absent or runs past its limit
 */
export async function readVerilog(
  files: readonly TextFile[],
  top: string,
  options: ReadVerilogOptions = {},
): Promise<ReadVerilog> {
  return withYosys(
    options,
    async (folder) => {
      for (const { path, text } of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      return files.map(({ path }) => path).filter((path) => path.endsWith('.v'));
    },
    top,
  );
}

/**
 * Read the sources of a folder, `src/` with its memory files.
 *
 * @param sources paths of the Verilog files within the folder
 * @throws see `readVerilog`
 */
export async function readVerilogFolder(
  directory: string,
  sources: readonly string[],
  top: string,
  options: ReadVerilogOptions = {},
): Promise<ReadVerilog> {
  return withYosys(
    options,
    async (folder) => {
      await cp(join(directory, 'src'), join(folder, 'src'), { recursive: true });
      return sources;
    },
    top,
  );
}

async function withYosys(
  options: ReadVerilogOptions,
  place: (folder: string) => Promise<readonly string[]>,
  top: string,
): Promise<ReadVerilog> {
  const tool = await findYosys(options.yosys);
  if (tool === undefined) throw new ToolError(absentYosys(options.yosys));
  return withTemporaryFolder(async (folder) => {
    const sources = await place(folder);
    const script = [
      ...sources.map((source) => `read_verilog "${source}"`),
      `hierarchy -check -top ${top}`,
      'proc',
      'opt_clean',
      'write_json netlist.json',
      '',
    ].join('\n');
    try {
      const { design, seconds } = await runYosysScript(tool, script, folder, options);
      return { design, seconds, version: await toolVersion(tool) };
    } catch (error) {
      if (!(error instanceof ToolError) || !/failed with exit code/.test(error.message)) throw error;
      const [, reason = error.message] = /ERROR: ([^|]*)/.exec(error.message) ?? [];
      throw new FormatError(`The Verilog cannot be read: Yosys says "${reason.trim().replace(/\.$/, '')}".`);
    }
  });
}
