/** Reads an emitted folder's sources with three tools at their strictest and collects every warning. */
import { ToolError } from '../errors.ts';
import { openEmittedFolder } from './emitted-folder.ts';
import { absentReason, findTool, findYosys, runTool } from './tools.ts';
import type { RunOptions } from './tools.ts';

export interface LintResult {
  readonly tool: 'iverilog' | 'verilator' | 'yosys';
  /** What the tool printed of warnings and errors, one entry each; null where the tool is absent. */
  readonly warnings: readonly string[] | null;
  /** Why `warnings` is null. */
  readonly reason: string | null;
}

/**
 * Lint the sources of an emitted folder with Icarus (-Wall), Verilator (--lint-only -Wall) and Yosys (hierarchy,
 * process conversion and its netlist check).
 *
 * @throws ToolError if a tool fails without saying why, or runs out of time
 */
export async function lintVerilog(directory: string, options: RunOptions = {}): Promise<readonly LintResult[]> {
  const { directory: cwd, top, sources } = await openEmittedFolder(directory);
  const checks = `read_verilog ${sources.join(' ')}; hierarchy -check -top ${top}; proc; check -assert`;
  const readers = [
    { name: 'iverilog', args: ['-g2005', '-Wall', '-t', 'null', '-s', top, ...sources], warning: /\S/ },
    {
      name: 'verilator',
      args: ['--lint-only', '-Wall', '--top-module', top, ...sources],
      warning: /^%(Warning|Error)/,
    },
    { name: 'yosys', args: ['-q', '-p', checks], warning: /warning|error/i },
  ] as const;
  const results: LintResult[] = [];
  for (const { name, args, warning } of readers) {
    const tool = name === 'yosys' ? await findYosys() : await findTool(name);
    if (!tool) {
      results.push({ tool: name, warnings: null, reason: absentReason(name) });
      continue;
    }
    const run = await runTool(tool, args, cwd, options);
    const warnings = `${run.stdout}\n${run.stderr}`.split('\n').filter((line) => warning.test(line));
    if (run.code !== 0 && warnings.length === 0)
      throw new ToolError(`${tool.name} failed with exit code ${run.code} and no message it marks as an error.`);
    results.push({ tool: name, warnings, reason: null });
  }
  return results;
}
