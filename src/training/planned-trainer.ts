/**
 * Training by a plan: the step is traced once per size of batch and transform, compiled to WebAssembly, and run by any
 * number of workers. Parameters and buffers stay in the memory of the plan between steps.
 */
import { randomKey } from '../network/index.ts';
import type { Network, ParameterUpdates, Transform } from '../network/index.ts';
import { withParameters } from '../network/index.ts';
import { compilePlan, openPlan, planThreads, tensor, toFlat, toFloats } from '../tensor/index.ts';
import type { PlanRunner, PlanThreads, Tensor } from '../tensor/index.ts';
import { datasetSize } from './dataset.ts';
import type { FitOptions } from './fit-options.ts';
import type { Plan } from './fit-plan.ts';
import { gradientError, lossError } from './loss-error.ts';
import { stepScalars } from './optimizers/index.ts';
import type { OptimizerState } from './optimizers/index.ts';
import { stepNames, traceStep } from './trace-step.ts';
import type { Trainer, TrainerState } from './trainer.ts';

/** A step that is ready to run. */
interface OpenStep {
  readonly runner: PlanRunner;
  readonly batch: number;
  readonly transform: Transform;
}

/** Steps kept open: the whole batch and the last one of an epoch. */
const OPEN_STEPS = 2;

/**
 * Start a trainer from a state.
 *
 * @param workers threads that share a step, the calling one included
 * @throws TraceError from `train`, before anything is changed, if the step cannot be planned
 */
export const plannedTrainer = (
  start: TrainerState,
  plan: Pick<Plan, 'sites' | 'optimizer' | 'stream' | 'training'>,
  options: Pick<FitOptions, 'loss' | 'clipNorm'>,
  workers: number,
): Trainer => {
  let threads: PlanThreads | undefined;
  let { network, optimizer } = start;
  let { step } = optimizer;
  /** The step that holds the newest state; null while `network` and `optimizer` do. */
  let newest: OpenStep | null = null;
  const open: OpenStep[] = [];
  const dropouts = network.layers.filter(({ kind }) => kind === 'dropout').map(({ name }) => name);

  const fetch = (): void => {
    if (newest === null) return;
    const { runner } = newest;
    network = fetchNetwork(network, runner);
    optimizer = fetchOptimizer(optimizer, runner, step);
    newest = null;
  };

  const stepFor = async (batch: number, transform: Transform): Promise<OpenStep> => {
    const found = open.find((item) => item.batch === batch && item.transform === transform);
    if (found !== undefined) return found;
    const { inputs, targets, extras } = plan.training;
    const { sites, optimizer: rule } = plan;
    const { loss, clipNorm } = options;
    const slots = optimizer.slots;
    const traced = traceStep({
      network,
      sites,
      optimizer: rule,
      slots,
      inputs,
      targets,
      extras,
      loss,
      clipNorm,
      transform,
      batch,
    });
    const compiled = compilePlan({ ...traced, batch, workers });
    threads ??= await planThreads(workers);
    const made = { runner: await openPlan(compiled, threads), batch, transform };
    fetch();
    open.unshift(made);
    open.length = Math.min(open.length, OPEN_STEPS);
    return made;
  };

  const load = (target: OpenStep): void => {
    if (newest === target) return;
    fetch();
    const { runner } = target;
    const write = (name: string, values: ArrayLike<number>): void => {
      if (runner.reads(name)) runner.write(name, values);
    };
    for (const layer of network.layers)
      for (const [role, value] of Object.entries(layer.parameters))
        write(stepNames.parameter(layer.name, role), toFloats(value));
    optimizer.slots.forEach((slots, i) => {
      for (const [name, values] of Object.entries(slots)) write(stepNames.slot(i, name), values);
    });
  };

  return {
    steps: () => step,
    network: () => {
      fetch();
      return network;
    },
    optimizer: () => {
      fetch();
      return optimizer;
    },
    train: async (batch, transform, rates, at) => {
      const target = await stepFor(datasetSize(batch), transform);
      load(target);
      const { runner } = target;
      const write = (name: string, value: Tensor): void => {
        if (runner.reads(name)) runner.write(name, toFlat(value));
      };
      for (const [name, value] of Object.entries(batch.inputs)) write(stepNames.input(name), value);
      for (const [name, value] of Object.entries(batch.extras)) write(stepNames.extra(name), value);
      write(stepNames.targets, batch.targets);
      const scalars = stepScalars(plan.optimizer, rates, step + 1);
      for (const [name, value] of Object.entries(scalars))
        if (runner.reads(stepNames.rate(name))) runner.input(stepNames.rate(name))[0] = value;
      if (dropouts.length > 0) {
        const stream = plan.stream.split('dropout').split(String(step));
        for (const layer of dropouts) write(stepNames.key(layer), randomKey(stream, layer));
      }
      newest = target;
      runner.run();
      step += 1;
      const loss = runner.result(stepNames.loss)[0]!;
      if (!Number.isFinite(loss)) throw lossError(loss, batch, at, rates.learningRate);
      const bad = plan.sites.find(({ layer, role }) => !runner.isFinite(stepNames.parameter(layer, role)));
      if (bad !== undefined) throw gradientError(bad, at, rates.learningRate);
      return loss;
    },
    close: async () => {
      fetch();
      await threads?.close();
    },
  };
};

const fetchNetwork = (network: Network, runner: PlanRunner): Network => {
  const updates: Record<string, Record<string, Tensor>> = {};
  for (const layer of network.layers)
    for (const [role, value] of Object.entries(layer.parameters)) {
      const name = stepNames.parameter(layer.name, role);
      if (runner.reads(name))
        (updates[layer.name] ??= {})[role] = tensor(Float32Array.from(runner.input(name)), value.shape);
    }
  return withParameters(network, updates satisfies ParameterUpdates);
};

const fetchOptimizer = (optimizer: OptimizerState, runner: PlanRunner, step: number): OptimizerState => ({
  step,
  slots: optimizer.slots.map((slots, i) =>
    Object.fromEntries(
      Object.entries(slots).map(([name, values]) => {
        const slot = stepNames.slot(i, name);
        return [name, runner.reads(slot) ? Float32Array.from(runner.input(slot)) : values];
      }),
    ),
  ),
});
