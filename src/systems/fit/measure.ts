/** Builds a stream design, runs it, and reads off what the search has predicted. */
import type { StreamGraph } from '../../circuit/index.ts';
import {
  device,
  estimateResources,
  netlistTiming,
  type ResourceEstimate,
  type TimingStep,
} from '../../estimation/index.ts';
import { MismatchError } from '../../errors.ts';
import { type FifoSizes, samplesToFill, stageLatency, streamNetlist, type StreamNetlist } from '../../netlist/index.ts';
import { stream } from '../../random/index.ts';
import { simulateStreams } from '../../simulation/index.ts';
import type { HardwareTarget } from '../pipeline.ts';
import { randomStimuli } from '../stimuli.ts';
import { compareOutputs, emulatedOutputs } from '../streams/check-streams.ts';
import { sampleInputs } from '../streams/stream-pipeline.ts';
import type { StageCost } from './stage-cost.ts';

/** What was measured on the built design. */
export interface MeasuredDesign {
  readonly design: StreamNetlist;
  /** Largest distance of samples at full rate. */
  readonly initiationInterval: number;
  /** Of the first sample, which finds the design empty. */
  readonly latencyCycles: number;
  readonly samples: number;
  readonly resources: ResourceEstimate;
  /** The shortest period by the delay model, control logic and all, in nanoseconds, and the path that decides. */
  readonly criticalNs: number;
  readonly path: readonly TimingStep[];
}

/**
 * Build and run a design.
 *
 * @param stages the graph's stages, scheduled
 * @throws MismatchError if it does not compute what emulation does
 */
export function measureDesign(
  graph: StreamGraph,
  stages: readonly StageCost[],
  fifos: FifoSizes,
  { part: name }: HardwareTarget,
): MeasuredDesign {
  const part = device(name);
  const scheduled = stages.map((stage) => stage.scheduled);
  const design = streamNetlist(graph, scheduled, fifos.depths);
  const samples = samplesToFill(graph, scheduled.map(stageLatency));
  const stimuli = randomStimuli(sampleInputs(graph), samples, stream('fit', graph.name));
  const run = simulateStreams(design, stimuli);
  const { firstMismatch } = compareOutputs(
    'The simulated netlist differs from emulation',
    run.outputs,
    emulatedOutputs(graph, stimuli),
  );
  if (firstMismatch !== null) throw new MismatchError(firstMismatch);
  const [first] = run.times;
  const { criticalNs, path } = netlistTiming(design.netlist, part);
  return {
    design,
    initiationInterval: run.initiationInterval!.maximum,
    latencyCycles: first!.lastGiven - first!.firstTaken,
    samples,
    resources: estimateResources(design.netlist, part),
    criticalNs,
    path,
  };
}
