/** What the verb `compile` is given, and the vectors that it verifies with. */
import type { LayerGraph } from '../circuit/index.ts';
import { ValueError } from '../errors.ts';
import { stream } from '../random/index.ts';
import { randomStimuli, type Stimulus } from '../systems/index.ts';
import type { FitArguments } from './fit-options.ts';
import type { CompilerArguments } from './options.ts';
import { readSamples, sampleStimuli } from './samples.ts';
import type { ScheduleArguments } from './schedule-options.ts';

export interface CompileArguments extends CompilerArguments, ScheduleArguments, FitArguments {
  readonly part: string;
  readonly clock: number;
  readonly latency?: number;
  readonly copies?: number;
  readonly out?: string;
  readonly inputs?: string;
  readonly vectors?: number;
  readonly seed: string;
  readonly tools: boolean;
  readonly json?: true;
}

/** Given samples, or random codes; `count` of them where the options name no number. */
export function chooseStimuli(
  inputs: LayerGraph['inputs'],
  options: Pick<CompileArguments, 'inputs' | 'vectors' | 'seed'>,
  count: number,
): Stimulus[] {
  const { vectors = count } = options;
  if (options.inputs === undefined) return randomStimuli(inputs, vectors, stream(options.seed, 'compile', 'stimuli'));
  const stimuli = sampleStimuli(readSamples(options.inputs, inputs), inputs).slice(0, vectors);
  if (stimuli.length < 2) {
    throw new ValueError(
      `Samples file "${options.inputs}" holds 1 sample; at least 2 are needed, so that the initiation interval can be measured.`,
    );
  }
  return stimuli;
}
