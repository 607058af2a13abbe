/** Clock-accurate simulation of netlists, measurement of latency and initiation interval, waveforms. */
export { createSimulator } from './simulator.ts';
export type { Signal, Simulator, SimulatorOptions } from './simulator.ts';
export { simulateBatch, simulateGraph } from './batch.ts';
export type { BatchOptions, BatchResult, GraphBatchResult } from './batch.ts';
export { recordVcd } from './vcd.ts';
export type { VcdOptions, VcdRecorder } from './vcd.ts';
export * from './streams/index.ts';
