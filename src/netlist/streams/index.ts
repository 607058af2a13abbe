/** Stream graphs as clocked netlists with valid and ready. */
export { beatsToSample, sampleToBeats } from './beats.ts';
export { streamEdges, streamNetlist } from './build-streams.ts';
export type { StreamEdge } from './build-streams.ts';
export { leastDepth, leastDepths } from './depths.ts';
export { fifoModule } from './fifo.ts';
export { scheduleStage } from './schedule-stage.ts';
export type { ScheduledCircuit, ScheduledStage, StreamTarget } from './schedule-stage.ts';
export { ampleDepths, equalFifos, samplesToFill, sizeFifos } from './size-fifos.ts';
export type { FifoSizes } from './size-fifos.ts';
export { stageLatency } from './stage-latency.ts';
export { stageModule } from './stage-module.ts';
export type { StageModules } from './stage-module.ts';
export { streamTiming } from './stream-timing.ts';
export type { StreamTiming, TimingOptions } from './stream-timing.ts';
export { readyPort, validPort } from './stream-netlist.ts';
export type { StreamFifo, StreamNetlist, StreamPort, StreamStageModules } from './stream-netlist.ts';
export { validateStreamNetlist } from './validate-stream-netlist.ts';
