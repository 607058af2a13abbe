/** Runs the bench of an emitted folder in the simulators of others, and says which were not run and why. */
import { coSimulate } from '../verification/index.ts';
import type { BenchOutput } from '../verilog/index.ts';
import type { Comparison } from './checks.ts';
import type { StepRunner } from './steps.ts';

/** Simulators of others that read the emitted Verilog. */
export type SimulatorName = 'icarus' | 'verilator';

/** Which simulators run, and what stops them. */
export interface SimulatorChoice {
  /** Simulators to run the emitted text in, where they are installed. @defaultValue both */
  readonly simulators?: readonly SimulatorName[];
  readonly signal?: AbortSignal;
}

/** What the simulators said; null where one did not run. */
export interface SimulatorRuns extends Readonly<Record<SimulatorName, Comparison | null>> {
  readonly firstMismatch: string | null;
  /** Why one was not run; empty when both were. */
  readonly skipped: readonly string[];
  /** Versions of those that ran. */
  readonly tools: Readonly<Record<string, string>>;
}

/**
 * Run Icarus, then Verilator, each as a step of the job.
 *
 * @param expected what the bench must write
 * @param counted what its outputs are called
 * @param results number of them, several to an output where copies of a pipeline answer together
 * @defaultValue results: one each
 */
export async function runSimulators(
  step: StepRunner<SimulatorName>['run'],
  directory: string,
  expected: readonly BenchOutput[],
  counted: 'vectors' | 'beats',
  { simulators = ['icarus', 'verilator'], signal }: SimulatorChoice,
  results: number = expected.length,
): Promise<SimulatorRuns> {
  const skipped: string[] = [];
  const tools: Record<string, string> = {};
  let firstMismatch: string | null = null;
  const run = async (simulator: SimulatorName): Promise<Comparison | null> => {
    if (!simulators.includes(simulator)) {
      skipped.push(`${simulator} was not asked for.`);
      return null;
    }
    const { result, reason } = await step(
      simulator,
      () => coSimulate(simulator, directory, expected, { results, ...(signal && { signal }) }),
      (outcome) =>
        outcome.result === null
          ? `skipped: ${outcome.reason}`
          : `${outcome.result.vectors} ${counted}, ${outcome.result.mismatches} mismatches`,
    );
    if (result === null) {
      skipped.push(reason);
      return null;
    }
    tools[result.tool] = result.version;
    firstMismatch ??= result.firstMismatch === undefined ? null : `${simulator}: ${result.firstMismatch}`;
    return { vectors: result.vectors, mismatches: result.mismatches };
  };
  const icarus = await run('icarus');
  const verilator = await run('verilator');
  return { icarus, verilator, firstMismatch, skipped, tools };
}
