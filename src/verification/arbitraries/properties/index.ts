/** The properties that the package is tested with, for use on any circuit, graph, network or cast. */
export {
  type Cast,
  castEqualsReference,
  castIsIdempotent,
  castIsMonotone,
  castRoundsToNeighbour,
  castStaysInFormat,
  textKeepsFormat,
} from './cast-properties.ts';
export {
  circuitsAgree,
  deadCodeKeepsMeaning,
  emulationEqualsInterpreter,
  intervalsHoldValues,
  type Outputs,
  outputsEqualInterpreter,
  simplificationKeepsMeaning,
  textFormKeepsCircuit,
} from './circuit-properties.ts';
export {
  flatteningKeepsMeaning,
  graphEmulationEqualsInterpreter,
  pipelineEqualsCircuit,
  type PipelineOptions,
} from './graph-properties.ts';
export { hardwareEqualsCircuit } from './network-properties.ts';
