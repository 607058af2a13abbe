/** Co-simulation, lint and synthesis of emitted folders with the tools of the field. Needs Node. */
export { coSimulate, runIcarus, runVerilator } from './co-simulation.ts';
export type { BenchRun, CoSimulation, OptionalRun } from './co-simulation.ts';
export { lintVerilog } from './lint.ts';
export type { LintResult } from './lint.ts';
export { SOFT_PRODUCT_FILE, softProductMap, synthesisScript } from './synthesis-script.ts';
export type { SynthesisScript } from './synthesis-script.ts';
export { countResources, synthesizeWithYosys } from './synthesis.ts';
export type { SynthesisOptions, SynthesisResult } from './synthesis.ts';
export { absentReason, findTool, findYosys, toolVersion } from './tools.ts';
export type { RunOptions, Tool, ToolName } from './tools.ts';
