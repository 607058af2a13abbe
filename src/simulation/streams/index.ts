/** Stream designs with stalls on both sides: data, rules of the handshake, latency, occupancy of FIFOs, deadlock. */
export { simulateStreams } from './simulate-streams.ts';
export type { FifoUse, StreamOptions, StreamRun } from './simulate-streams.ts';
export { isStalled } from './stall-patterns.ts';
export type { StallPattern } from './stall-patterns.ts';
export type { SampleTimes, Spread, StreamMeasures } from './measures.ts';
export { streamSpeed } from './speed.ts';
export type { SimulationSpeed } from './speed.ts';
export type { Handshake, StreamTrace } from './trace.ts';
