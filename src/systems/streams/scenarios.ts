/** The ways in which a stream design is driven: at full rate, which measures it, and with stalls on both sides. */
import type { StreamNetlist } from '../../netlist/index.ts';
import {
  createSimulator,
  type Simulator,
  simulateStreams,
  type StallPattern,
  type StreamRun,
} from '../../simulation/index.ts';
import type { Stimulus } from '../stimuli.ts';

/** Samples of a run under stalls: a third of those at full rate, from 2 to 8, since runs under stalls are slow. */
const stalledSamples = (samples: number): number => Math.min(8, Math.max(2, Math.ceil(samples / 3)));

/** A run under one pattern of stalls. */
export interface StreamScenarioRun {
  readonly name: ScenarioName;
  readonly run: StreamRun;
}

/** The patterns of stalls; at full rate nobody stalls. */
export const SCENARIO_NAMES = ['full rate', 'stalls on both sides', 'slow reader', 'slow writer'] as const;

export type ScenarioName = (typeof SCENARIO_NAMES)[number];

export interface ScenarioOptions {
  /** Run this scenario alone, with all samples. @defaultValue all, in their order */
  readonly only?: ScenarioName;
  /** Called in every cycle of every scenario with the settled simulator; for waveforms. */
  readonly observe?: (simulator: Simulator, scenario: ScenarioName) => void;
}

interface Scenario {
  readonly name: ScenarioName;
  readonly input: StallPattern;
  readonly output: StallPattern;
}

const never: StallPattern = { kind: 'never' };
const atRandom = (seed: number, probability: number): StallPattern => ({ kind: 'random', seed, probability });

/** The first is the one that latency and initiation interval are measured in. */
const scenarios: readonly Scenario[] = [
  { name: 'full rate', input: never, output: never },
  { name: 'stalls on both sides', input: atRandom(1, 0.3), output: atRandom(2, 0.3) },
  { name: 'slow reader', input: never, output: { kind: 'bursts', flowing: 2, stalled: 9 } },
  { name: 'slow writer', input: atRandom(3, 0.8), output: never },
];

/**
 * Run samples in every scenario; those with stalls get some of the first.
 *
 * @throws MismatchError or DeadlockError where the design breaks a rule of streams
 */
export function runScenarios(
  design: StreamNetlist,
  samples: readonly Stimulus[],
  { only, observe }: ScenarioOptions = {},
): readonly StreamScenarioRun[] {
  const simulator = createSimulator(design.netlist);
  const chosen = scenarios.filter(({ name }) => only === undefined || name === only);
  return chosen.map(({ name, input, output }, k) => {
    const stalls = Object.fromEntries([
      ...design.inputs.map((port) => [port.name, input] as const),
      ...design.outputs.map((port) => [port.name, output] as const),
    ]);
    const run = simulateStreams(design, k === 0 ? samples : samples.slice(0, stalledSamples(samples.length)), {
      stalls,
      simulator,
      ...(observe !== undefined && { observe: (settled) => observe(settled, name) }),
    });
    return { name, run };
  });
}

/** Latency of the first sample, which finds the design empty, and the largest distance of samples. */
export function measured({ times, initiationInterval }: StreamRun): {
  latencyCycles: number;
  initiationInterval: number;
} {
  const [first] = times;
  return {
    latencyCycles: first!.lastGiven - first!.firstTaken,
    initiationInterval: initiationInterval?.maximum ?? first!.lastGiven - first!.firstTaken,
  };
}
