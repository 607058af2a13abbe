/**
 * fast-check arbitraries of formats, values, circuits, layer graphs, networks and stimuli that shrink to small readable
 * counterexamples, and the properties that this package is tested with. Needs the optional package fast-check.
 */
export {
  batches,
  type SampleCount,
  type SampledPorts,
  samples,
  simplerBatches,
  simplerStimuli,
  stimuli,
  type Stimuli,
} from './samples.ts';
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
  circuitSize,
  type Sample,
  simplerCircuits,
  type SimplerCircuit,
  type SimplerOptions,
} from './simpler-circuits.ts';
export { codesWithin, doublesFor, type ExactValue, exactValues, rawCodes, values } from './values.ts';
export { described, minimize, type Simpler, withShrinks } from './with-shrinks.ts';
