/** Our training step of any loss of named parameters: traced, compiled and run by a number of threads. */
import { compilePlan, openPlan, planThreads, toFlat } from '../src/tensor/index.ts';
import type { Tensor } from '../src/tensor/index.ts';
import { initialOptimizerState } from '../src/training/index.ts';
import type { NamedLoss, Optimizer } from '../src/training/index.ts';
import { stepNames, traceComputation, writeInput, writeRates, writeState } from '../src/training/planned-step.ts';

/** Training under way. */
export interface PlannedSession {
  /** Take one step on the data that it was opened with; returns the loss before it. */
  step(): number;
  close(): Promise<void>;
  /** One line per kernel of the plan. */
  readonly description: readonly string[];
}

/**
 * Compile a step and put parameters and data into its memory.
 *
 * @param data have the batch as their leading axis
 */
export async function plannedSession(
  parameters: Readonly<Record<string, Tensor>>,
  data: Readonly<Record<string, Tensor>>,
  loss: NamedLoss,
  optimizer: Optimizer,
  learningRate: number,
  threads: number,
): Promise<PlannedSession> {
  const sizes = Object.values(parameters).map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  const start = initialOptimizerState(optimizer, sizes);
  const batch = Object.values(data)[0]!.shape[0]!;
  const traced = traceComputation({
    values: parameters,
    slots: start.slots,
    trained: Object.keys(parameters),
    optimizer,
    batch,
    rows: Object.fromEntries(
      Object.entries(data).map(([name, { shape, dtype }]) => [name, { shape: shape.slice(1), dtype }]),
    ),
    loss,
  });
  const compiled = compilePlan({ ...traced, batch, workers: threads });
  const pool = await planThreads(threads);
  const runner = await openPlan(compiled, pool);
  writeState(runner, { values: parameters, optimizer: start });
  for (const [name, value] of Object.entries(data)) writeInput(runner, name, toFlat(value));
  let step = 0;
  return {
    step() {
      step += 1;
      writeRates(runner, optimizer, { learningRate }, step);
      runner.run();
      return runner.result(stepNames.loss)[0]!;
    },
    close: () => pool.close(),
    description: compiled.description,
  };
}
