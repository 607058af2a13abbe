/**
 * What stages and buffers take of a part and of time: built one by one, scheduled for the clock and estimated, each once.
 *
 * A stage is estimated as a design of its own, so what it could share with others counts in each of them. Buffers are
 * as deep as their writers need; beats that wait for a later reader come on top and are known of whole designs only.
 */
import type { StreamGraph, StreamStage } from '../../circuit/index.ts';
import { streamType } from '../../circuit/index.ts';
import { device, estimateResources, type PartCount, ultrascalePlusDelay } from '../../estimation/index.ts';
import { TargetError } from '../../errors.ts';
import {
  busWidth,
  fifoModule,
  leastDepth,
  type Module,
  type ScheduledStage,
  scheduleStage,
  stageLatency,
  stageModule,
} from '../../netlist/index.ts';
import type { HardwareTarget } from '../pipeline.ts';
import { type StageWork, stageWork } from './beat-times.ts';

/** A stage as it is built. */
export interface StageCost {
  readonly scheduled: ScheduledStage;
  readonly work: StageWork;
  /** Of the stage alone, with the credits of one buffer. */
  readonly resources: PartCount;
  /** Cycles from the last step of a beat to its buffer. */
  readonly latency: number;
  /** Places of a buffer behind it whose reader is never late, and bits of a beat. */
  readonly depth: number;
  readonly width: number;
}

/** Costs of stages and buffers for one part and clock. */
export interface CostBook {
  /** The cost of a stage; a sentence where the clock cannot be met. */
  stage(graph: StreamGraph, stage: StreamStage): StageCost | string;
  /** A buffer with its part of the top module. */
  buffer(width: number, depth: number): PartCount;
}

/** Nothing. */
export const NO_RESOURCES: PartCount = { lut: 0, ff: 0, dsp: 0, bram: 0 };

/** Sum of counts. */
export function together(...counts: readonly PartCount[]): PartCount {
  return counts.reduce(
    (a, b) => ({ lut: a.lut + b.lut, ff: a.ff + b.ff, dsp: a.dsp + b.dsp, bram: a.bram + b.bram }),
    NO_RESOURCES,
  );
}

/** Open the book for a part and a clock. */
export function costBook({ part, clockMHz }: HardwareTarget): CostBook {
  const target = device(part);
  const clock = { periodNs: 1000 / clockMHz, delay: ultrascalePlusDelay(target) };
  const stages = new WeakMap<StreamStage, StageCost | string>();
  const buffers = new Map<string, PartCount>();
  const estimate = (modules: readonly Module[]): PartCount => {
    const top = modules.at(-1)!.name;
    const { lut, ff, dsp, bram } = estimateResources({ name: top, top, modules }, target);
    return { lut, ff, dsp, bram };
  };
  const build = (graph: StreamGraph, stage: StreamStage): StageCost | string => {
    let scheduled: ScheduledStage;
    try {
      scheduled = scheduleStage(stage, clock);
    } catch (error) {
      if (error instanceof TargetError) return error.message;
      throw error;
    }
    const depth = leastDepth(graph, scheduled);
    return {
      scheduled,
      work: stageWork(graph, stage),
      resources: estimate(stageModule(graph, scheduled, 'stage', [depth]).modules),
      latency: stageLatency(scheduled),
      depth,
      width: busWidth(streamType(graph, stage.name).formats),
    };
  };
  return {
    stage: (graph, stage) => {
      let known = stages.get(stage);
      if (known === undefined) stages.set(stage, (known = build(graph, stage)));
      return known;
    },
    buffer: (width, depth) => {
      const key = `${width}x${depth}`;
      let known = buffers.get(key);
      if (known === undefined) {
        // The top module tells the writer, one cycle later, that a beat has left.
        known = together(estimate([fifoModule('buffer', width, depth)]), { ...NO_RESOURCES, lut: 1, ff: 1 });
        buffers.set(key, known);
      }
      return known;
    },
  };
}
