/** Verilog read by Yosys into its word-level cells, as the audit has it read; many modules in one run. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Netlist } from '../../../src/netlist/index.ts';
import { findYosys, runToolOrThrow, withTemporaryFolder } from '../../../src/verification/tools.ts';
import { readYosysJson } from '../../../src/verilog/index.ts';
import type { TextFile, YosysDesign } from '../../../src/verilog/index.ts';

/** Read files into one design. */
export function readVerilog(
  files: readonly TextFile[],
  passes = 'hierarchy -check; proc; opt_clean',
): Promise<YosysDesign> {
  return withTemporaryFolder(async (folder) => {
    for (const { path, text } of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const sources = files.map(({ path }) => path).filter((path) => path.endsWith('.v'));
    const script = `read_verilog ${sources.join(' ')}; ${passes}; write_json design.json`;
    await runToolOrThrow((await findYosys())!, ['-q', '-p', script], folder, {});
    return readYosysJson(await readFile(join(folder, 'design.json'), 'utf8'));
  });
}

/** A netlist whose modules have names of their own among others. */
export function prefixed(netlist: Netlist, prefix: string): Netlist {
  const rename = (name: string): string => `${prefix}_${name}`;
  return {
    name: rename(netlist.name),
    top: rename(netlist.top),
    modules: netlist.modules.map((module) => ({
      ...module,
      name: rename(module.name),
      instances: module.instances.map((instance) => ({ ...instance, module: rename(instance.module) })),
    })),
  };
}
