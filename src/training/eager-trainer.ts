/** Training with tensor functions, step by step: the reference, and the way for what a plan cannot compute. */
import { add, gradients, variable } from '../autograd/index.ts';
import { forward, parameterAt, parameterVariables, withParameters } from '../network/index.ts';
import type { Network, ParameterSite, ParameterUpdates } from '../network/index.ts';
import { item, tensor, toFloats } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { FitOptions } from './fit-options.ts';
import type { Plan } from './fit-plan.ts';
import { gradientError, lossError } from './loss-error.ts';
import { clipByNorm, optimizerStep } from './optimizers/index.ts';
import type { Trainer, TrainerState } from './trainer.ts';

/** Start a trainer from a state. */
export const eagerTrainer = (
  start: TrainerState,
  plan: Pick<Plan, 'sites' | 'optimizer' | 'stream'>,
  options: Pick<FitOptions, 'loss' | 'clipNorm'>,
): Trainer => {
  let { network, companions, optimizer } = start;
  const names = Object.keys(companions);
  return {
    steps: () => optimizer.step,
    network: () => network,
    companions: () => companions,
    optimizer: () => optimizer,
    train: async (batch, step, rates, at) => {
      const own = Object.fromEntries(names.map((name) => [name, variable(companions[name]!)]));
      const { transform, penalty } = step.pass.bind(own, step.settings);
      const parameters = parameterVariables(network, plan.sites);
      const statistics: Record<string, Readonly<Record<string, Tensor>>> = {};
      const prediction = forward(network, batch.inputs, {
        training: true,
        stream: plan.stream.split('dropout').split(String(optimizer.step)),
        transform,
        parameters,
        onStatistics: (layer, values) => {
          statistics[layer] = values;
        },
      });
      const taskLoss = options.loss(prediction, batch.targets, batch.extras);
      const lossValue = penalty === undefined ? taskLoss : add(taskLoss, penalty(parameters));
      const loss = item(lossValue.value);
      if (!Number.isFinite(loss)) throw lossError(loss, batch, at, rates.learningRate);
      const wrt = [
        ...plan.sites.map((site) => parameters[site.layer]![site.role]!),
        ...names.map((name) => own[name]!),
      ];
      const raw = gradients(lossValue, wrt).map(toFloats);
      const bad = raw.findIndex((gradient) => !gradient.every(Number.isFinite));
      if (bad >= 0) throw gradientError(plan.sites[bad] ?? names[bad - plan.sites.length]!, at, rates.learningRate);
      const clipped = options.clipNorm === undefined ? raw : clipByNorm(raw, options.clipNorm).gradients;
      const old = [
        ...plan.sites.map((site) => toFloats(parameterAt(network, site))),
        ...names.map((name) => toFloats(companions[name]!)),
      ];
      const next = optimizerStep(plan.optimizer, optimizer, old, clipped, rates);
      network = withParameters(withParameters(network, siteUpdates(network, plan.sites, next.parameters)), statistics);
      const trained = next.parameters.slice(plan.sites.length);
      companions = Object.fromEntries(names.map((name, i) => [name, tensor(trained[i]!, companions[name]!.shape)]));
      optimizer = next.state;
      return loss;
    },
    close: async () => undefined,
  };
};

const siteUpdates = (
  network: Network,
  sites: readonly ParameterSite[],
  values: readonly Float32Array[],
): ParameterUpdates => {
  const updates: Record<string, Record<string, Tensor>> = {};
  sites.forEach((site, i) => {
    (updates[site.layer] ??= {})[site.role] = tensor(values[i]!, parameterAt(network, site).shape);
  });
  return updates;
};
