/** Netlists as Verilog-2001 text, test benches and project folders; Yosys JSON read back. */
export { describeAll, memoryText, printMemories, printModule, printNetlist } from './print.ts';
export type { TextFile } from './print.ts';
export { generator } from './generator.ts';
export {
  benchGap,
  expectedOutputs,
  measuredVectors,
  readBenchOutputs,
  testBench,
  testBenchOutputs,
} from './test-bench.ts';
export type { BenchOutput, MeasuredBatch, TestVectors } from './test-bench.ts';
export { copiesBench } from './copies-bench.ts';
export { expectedCopyOutputs, measuredCopies } from './copies-vectors.ts';
export { streamBench } from './stream-bench.ts';
export { expectedStreamOutputs, measuredScenario } from './stream-vectors.ts';
export type { MeasuredStreams, StreamScenario, StreamTraffic, StreamVectors } from './stream-vectors.ts';
export { projectFiles, projectManifest } from './project.ts';
export { copiesProject, pipelineProject } from './pipeline-project.ts';
export { streamProject } from './stream-project.ts';
export type { ProjectDesign, ProjectFacts } from './project-design.ts';
export { netNames } from './net-names.ts';
export { topPorts } from './top-ports.ts';
export type { VerilogPort } from './top-ports.ts';
export { fileReason } from './file-reason.ts';
export { withOutputFolder } from './output-folder.ts';
export { writeProject } from './write-project.ts';
export type { Manifest } from './write-project.ts';
export { countCells, countDesignCells, readYosysJson } from './yosys-json.ts';
export type { YosysBit, YosysCell, YosysDesign, YosysModule, YosysNetName, YosysPort } from './yosys-json.ts';
