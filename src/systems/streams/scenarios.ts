/** The ways in which a stream design is driven: at full rate, which measures it, and with stalls on both sides. */
import type { StreamNetlist } from '../../netlist/index.ts';
import { createSimulator, simulateStreams, type StallPattern, type StreamRun } from '../../simulation/index.ts';
import type { Stimulus } from '../stimuli.ts';

/** A run under one pattern of stalls. */
export interface StreamScenarioRun {
  readonly name: string;
  readonly run: StreamRun;
}

interface Scenario {
  readonly name: string;
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
 * Run samples in every scenario; those with stalls get as many of the first samples as `stalled` says.
 *
 * @throws MismatchError or DeadlockError where the design breaks a rule of streams
 */
export function runScenarios(
  design: StreamNetlist,
  samples: readonly Stimulus[],
  stalled: number,
): readonly StreamScenarioRun[] {
  const simulator = createSimulator(design.netlist);
  return scenarios.map(({ name, input, output }, k) => {
    const stalls = Object.fromEntries([
      ...design.inputs.map((port) => [port.name, input] as const),
      ...design.outputs.map((port) => [port.name, output] as const),
    ]);
    return { name, run: simulateStreams(design, k === 0 ? samples : samples.slice(0, stalled), { stalls, simulator }) };
  });
}
