/** What all systems share on the way from a quantized network to a verified project; each system is a folder beside. */
export { adderBits, layerAdderBits } from './adder-cost.ts';
export {
  buildHardware,
  checkTarget,
  compileFor,
  type HardwareOptions,
  type HardwareResult,
  type HardwareStep,
} from './hardware.ts';
export { type Checks, type Comparison, hasMismatch, type StreamChecks } from './checks.ts';
export type { SimulatorName } from './simulators.ts';
export { randomStimuli, type Stimulus } from './stimuli.ts';
export {
  layersThatCanWrap,
  type ParameterFit,
  parameterFits,
  type WrappedLayer,
  wrappedLayers,
} from './precision-fit.ts';
export * from './trace/index.ts';
export { type BuiltPipeline, buildPipeline, type HardwareTarget } from './pipeline.ts';
export {
  checkVerilog,
  emittedPipeline,
  type EmittedProject,
  isStreamFolder,
  type ManifestFacts,
  readEmittedNetwork,
  readEmittedProject,
  readManifest,
} from './emitted-project.ts';
export {
  type BuiltAs,
  type Excess,
  excessOf,
  excessText,
  fittingReuse,
  mostUsed,
  RESOURCE_KINDS,
  smallestPart,
} from './part-fit.ts';
export * from './synthesis/index.ts';
export * from './audit/index.ts';
export {
  type AuditSummary,
  type ClaimSummary,
  type ProjectVerification,
  type VerificationOptions,
  type VerificationStep,
  verifyProject,
} from './verify-project.ts';
export { compareOutputs, emulatedOutputs, type StreamOutputs } from './streams/check-streams.ts';
export { type ReuseRequest, type ReuseSchedules, withReuse } from './streams/reuse-schedules.ts';
export { type EmittedStreams, emittedStreams, readEmittedStreams } from './streams/emitted-streams.ts';
export {
  measured,
  runScenarios,
  SCENARIO_NAMES,
  type ScenarioName,
  type StreamScenarioRun,
} from './streams/scenarios.ts';
export {
  buildStreamHardware,
  compileStreamsFor,
  type StreamHardwareOptions,
  type StreamHardwareResult,
} from './streams/stream-hardware.ts';
export {
  type BuiltStreams,
  buildStreams,
  formatsByPlace,
  outputFormats,
  sampleInputs,
} from './streams/stream-pipeline.ts';
export { sampleCount } from './streams/sample-count.ts';
export * from './fit/index.ts';
