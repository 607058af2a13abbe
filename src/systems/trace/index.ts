/** The trace of auditors: float model, fixed-point model and simulated RTL side by side, with every loss counted. */
export { type CastRole, type CastSite, castSites } from './cast-sites.ts';
export { type CastEvent, type CastStatistics, type Occurrences, type RoundingErrors } from './cast-statistics.ts';
export { type FloatInputs, floatValues, networkNames } from './float-values.ts';
export { type Flag, type FlagKind, flagsOf } from './flags.ts';
export type { Differences, LayerTrace, RtlDifference, Trace } from './layer-trace.ts';
export { traceNetwork, type TraceOptions } from './trace.ts';
