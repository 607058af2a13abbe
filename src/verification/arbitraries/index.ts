/**
 * fast-check arbitraries of formats, values, circuits, layer graphs, networks and stimuli that shrink to small readable
 * counterexamples, and the properties that this package is tested with. Needs the optional package fast-check.
 */
export { type BuiltCase, builtCircuits } from './built-circuits.ts';
export {
  type CircuitCase,
  circuitCases,
  type CircuitChoice,
  circuits,
  describeCase,
  simplerCases,
} from './circuits.ts';
export { describeCircuit, describeGraph, describeSamples } from './describe.ts';
export { type FormatChoice, formats, formatSize, isChosen, simplerFormats } from './formats.ts';
export {
  describeGraphCase,
  type GraphCase,
  graphCases,
  type GraphChoice,
  layerGraphs,
  simplerGraphCases,
} from './layer-graphs.ts';
export { describeNetwork, type NetworkCase, networkCases, type NetworkChoice, networks } from './networks.ts';
export * as properties from './properties/index.ts';
export {
  batches,
  type SampleCount,
  type SampledPorts,
  samples,
  simplerBatches,
  simplerStimuli,
  type Stimuli,
  stimuli,
} from './samples.ts';
export {
  circuitSize,
  type Sample,
  type SimplerCircuit,
  simplerCircuits,
  type SimplerOptions,
} from './simpler-circuits.ts';
export { graphSize, type SimplerGraph, simplerGraphs } from './simpler-graphs.ts';
export { clampCode, codesWithin, doublesFor, type ExactValue, exactValues, rawCodes, values } from './values.ts';
export { described, minimize, type Simpler, withShrinks } from './with-shrinks.ts';
