/** Netlists as Verilog-2001 text, test benches and project folders; Yosys JSON read back. */
export { describeAll, memoryText, printMemories, printModule, printNetlist } from './print.ts';
export type { TextFile } from './print.ts';
export { generator } from './generator.ts';
export { gapPattern, pipelineVectors, testBench, testBenchOutputs } from './test-bench.ts';
export type { TestVectors } from './test-bench.ts';
