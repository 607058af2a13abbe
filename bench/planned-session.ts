/** Our training step of any loss of named parameters: traced, compiled and run by a number of threads. */
import * as ag from '../src/autograd/index.ts';
import type { Variable } from '../src/autograd/index.ts';
import { compilePlan, openPlan, planThreads, symbolicInput, toFlat } from '../src/tensor/index.ts';
import type { InputSpec, ResultSpec, SymbolicTensor, Tensor } from '../src/tensor/index.ts';
import { initialOptimizerState, stepScalars, updateParameter } from '../src/training/index.ts';
import type { Optimizer } from '../src/training/index.ts';

/** The loss of named parameters and data, which have the batch as their leading axis. */
export type NamedLoss = (
  parameters: Readonly<Record<string, Variable>>,
  data: Readonly<Record<string, Tensor>>,
) => Variable;

/** Training under way. */
export interface PlannedSession {
  /** Take one step on the data that it was opened with; returns the loss before it. */
  step(): number;
  close(): Promise<void>;
  /** One line per kernel of the plan. */
  readonly description: readonly string[];
}

/** Compile a step and put parameters and data into its memory. */
export async function plannedSession(
  parameters: Readonly<Record<string, Tensor>>,
  data: Readonly<Record<string, Tensor>>,
  loss: NamedLoss,
  optimizer: Optimizer,
  learningRate: number,
  threads: number,
): Promise<PlannedSession> {
  const inputs: InputSpec[] = [];
  const results: ResultSpec[] = [];
  const input = (name: string, like: Pick<Tensor, 'shape' | 'dtype'>, kind: InputSpec['kind']): SymbolicTensor => {
    const tensor = symbolicInput(name, like.shape, like.dtype);
    inputs.push({ tensor, name, kind });
    return tensor;
  };
  const rows = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, input(name, value, 'rows')]));
  const states = Object.entries(parameters).map(([name, value]) => [name, input(name, value, 'whole')] as const);
  const variables = Object.fromEntries(states.map(([name, state]) => [name, ag.variable(state)]));
  const value = loss(variables, rows);
  results.push({ name: 'loss', tensor: value.value });
  const gradients = ag.gradients(
    value,
    states.map(([name]) => variables[name]!),
  );
  const scalarNames = Object.keys(stepScalars(optimizer, { learningRate }, 1));
  const scalar = { shape: [], dtype: 'f32' } as const;
  const rates = Object.fromEntries(scalarNames.map((name) => [name, input(`rate ${name}`, scalar, 'whole')]));
  const buffers = initialOptimizerState(
    optimizer,
    states.map(([, state]) => state.shape.reduce((a, b) => a * b, 1)),
  );
  states.forEach(([name, state], k) => {
    const slots = Object.fromEntries(
      Object.keys(buffers.slots[k]!).map((slot) => [slot, input(`${name} ${slot}`, state, 'whole')]),
    );
    const update = updateParameter(optimizer, slots, state, gradients[k]!, rates);
    results.push({ name, tensor: update.parameter, replaces: state });
    for (const [slot, next] of Object.entries(update.slots))
      results.push({ name: `${name} ${slot}`, tensor: next, replaces: slots[slot]! });
  });
  const batch = Object.values(data)[0]!.shape[0]!;
  const compiled = compilePlan({ inputs, results, batch, workers: threads });
  const pool = await planThreads(threads);
  const runner = await openPlan(compiled, pool);
  for (const [name, tensor] of [...Object.entries(parameters), ...Object.entries(data)])
    if (runner.reads(name)) runner.write(name, toFlat(tensor));
  let step = 0;
  return {
    step() {
      step += 1;
      for (const [name, number] of Object.entries(stepScalars(optimizer, { learningRate }, step)))
        if (runner.reads(`rate ${name}`)) runner.input(`rate ${name}`)[0] = number;
      runner.run();
      return runner.result('loss')[0]!;
    },
    close: () => pool.close(),
    description: compiled.description,
  };
}
