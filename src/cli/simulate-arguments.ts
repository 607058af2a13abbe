/** What the verb `simulate` is given, and the vectors that it runs. */
import type { LayerGraph } from '../circuit/index.ts';
import { stream } from '../random/index.ts';
import { randomStimuli, type ScenarioName, type Stimulus } from '../systems/index.ts';
import { readSamples, sampleStimuli } from './samples.ts';

export interface SimulateArguments {
  readonly inputs?: string;
  readonly vectors?: number;
  readonly seed: string;
  readonly scenario?: ScenarioName;
  readonly vcd?: string;
  readonly json?: true;
}

/** Given samples, or random codes; `count` of them where the options name no number. */
export function chooseSimulated(
  inputs: LayerGraph['inputs'],
  { inputs: file, vectors, seed }: SimulateArguments,
  count: number,
): Stimulus[] {
  const wanted = vectors ?? count;
  if (file === undefined) return randomStimuli(inputs, wanted, stream(seed, 'simulate', 'stimuli'));
  return sampleStimuli(readSamples(file, inputs), inputs).slice(0, wanted);
}
