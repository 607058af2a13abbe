/** From a stream graph to the clocked design that is built of it for a part and a clock. */
import { type StreamGraph, streamType, type StreamType } from '../../circuit/index.ts';
import { device, ultrascalePlusDelay } from '../../estimation/index.ts';
import type { FixedFormat } from '../../fixed/index.ts';
import {
  equalFifos,
  type FifoSizes,
  type ScheduledStage,
  scheduleStage,
  sizeFifos,
  type StreamNetlist,
  streamNetlist,
} from '../../netlist/index.ts';
import type { HardwareTarget } from '../pipeline.ts';

export interface BuiltStreams {
  readonly stages: readonly ScheduledStage[];
  readonly fifos: FifoSizes;
  readonly design: StreamNetlist;
}

/**
 * Build the clocked design of a stream graph: graph, part, clock and depth give the same Verilog to the byte.
 *
 * @param fifoDepth - places of every FIFO, at least 1; too few make samples late, or lock the design up
 * @defaultValue fifoDepth the fewest for each with which no sample comes later
 * @throws TargetError if the clock cannot be met; UnsupportedError for an unknown part
 */
export function buildStreams(graph: StreamGraph, { part, clockMHz }: HardwareTarget, fifoDepth?: number): BuiltStreams {
  const target = { periodNs: 1000 / clockMHz, delay: ultrascalePlusDelay(device(part)) };
  const stages = graph.stages.map((stage) => scheduleStage(stage, target));
  const fifos = fifoDepth === undefined ? sizeFifos(graph, stages) : equalFifos(graph, stages, fifoDepth);
  return { stages, fifos, design: streamNetlist(graph, stages, fifos.depths) };
}

/** Formats of a sample's elements by place, flat and row-major. */
export function formatsByPlace({ formats, elements }: StreamType): readonly FixedFormat[] {
  const placed = new Array<FixedFormat>(formats.length * elements.length);
  for (const row of elements) row.forEach((place, k) => (placed[place] = formats[k]!));
  return placed;
}

/** Inputs of a stream graph as those of a layer graph: what samples are made for. */
export function sampleInputs(graph: StreamGraph): readonly { name: string; formats: readonly FixedFormat[] }[] {
  return graph.inputs.map(({ name, type }) => ({ name, formats: formatsByPlace(type) }));
}

/** Formats of an output's elements by place. */
export function outputFormats(graph: StreamGraph, name: string): readonly FixedFormat[] {
  return formatsByPlace(streamType(graph, name));
}
