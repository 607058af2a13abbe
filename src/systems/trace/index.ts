/** The trace of auditors: float model, fixed-point model and simulated RTL side by side, with every loss counted. */
export { type CastRole, type CastSite, castSites } from './cast-sites.ts';
export { type CastEvent, type CastStatistics, type Occurrences, type RoundingErrors } from './cast-statistics.ts';
export { type FloatInputs, floatValues, networkNames } from './float-values.ts';
export { type Flag, type FlagKind, flagsOf } from './flags.ts';
export { openEmittedRtl } from './emitted-rtl.ts';
export { type Differences, type LayerTrace, LOST, type RtlDifference, type Trace } from './layer-trace.ts';
export { castTable, layersCsv, layerTable, traceRecord } from './summary.ts';
export { type ReportFacts, traceReport } from './trace-report.ts';
export { type ValueRow, valueRows, valuesCsv, valueTable } from './value-rows.ts';
export { traceNetwork, type TraceOptions } from './trace.ts';
