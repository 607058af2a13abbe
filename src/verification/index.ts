/** Co-simulation, lint and synthesis of emitted folders with the tools of the field. Needs Node. */
export { coSimulate, runIcarus, runVerilator } from './co-simulation.ts';
export type { BenchOptions, BenchRun, CoSimulation, OptionalRun } from './co-simulation.ts';
export { lintVerilog } from './lint.ts';
export type { LintResult } from './lint.ts';
export { ICE40_PARTS, placeOnIce40 } from './ice40.ts';
export type { Ice40Options, Ice40Result } from './ice40.ts';
export { logicDepth } from './logic-depth.ts';
export { countModuleResources, countResources } from './mapped-resources.ts';
export type { MappedResources } from './mapped-resources.ts';
export type { Ice40Part } from './ice40-script.ts';
export { synthesizeWithYosys } from './synthesis.ts';
export type { MappedInstance, MappedPart, SynthesisOptions, SynthesisResult } from './synthesis.ts';
export { SOFT_PRODUCT_FILE, softProductMap, synthesisScript } from './synthesis-script.ts';
export type { SynthesisScript } from './synthesis-script.ts';
export { absentReason, findTool, findYosys, toolVersion } from './tools.ts';
export type { RunOptions, Tool, ToolName, YosysChoice } from './tools.ts';
