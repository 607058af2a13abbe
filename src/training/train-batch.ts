/** One optimiser step on a batch: forward, loss, gradients, update; from checkpoint to checkpoint. */
import { gradients } from '../autograd/index.ts';
import { ValueError } from '../errors.ts';
import { forward, parameterAt, parameterVariables, withParameters } from '../network/index.ts';
import type { Network, ParameterSite, ParameterUpdates, Transform } from '../network/index.ts';
import { item, tensor, toFloats } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import { datasetSize } from './dataset.ts';
import type { NamedDataset } from './dataset.ts';
import type { FitOptions } from './fit-options.ts';
import type { Plan } from './fit-plan.ts';
import { lossError } from './loss-error.ts';
import { clipByNorm, optimizerStep } from './optimizers/index.ts';
import type { StepRates } from './optimizers/index.ts';

/**
 * Train on the next batch of a state.
 *
 * @param batch its samples
 * @throws ValueError naming batch and epoch when loss or gradients are not finite
 */
export const trainBatch = (
  state: Checkpoint,
  plan: Plan,
  options: FitOptions,
  batch: NamedDataset,
  transform: Transform,
  rates: StepRates,
): { readonly state: Checkpoint; readonly loss: number } => {
  const parameters = parameterVariables(state.network, plan.sites);
  const statistics: Record<string, Readonly<Record<string, Tensor>>> = {};
  const prediction = forward(state.network, batch.inputs, {
    training: true,
    stream: plan.stream.split('dropout').split(String(state.optimizer.step)),
    transform,
    parameters,
    onStatistics: (layer, values) => {
      statistics[layer] = values;
    },
  });
  const lossValue = options.loss(prediction, batch.targets, batch.extras);
  const loss = item(lossValue.value);
  if (!Number.isFinite(loss)) throw lossError(loss, batch, state, rates.learningRate);
  const wrt = plan.sites.map((site) => parameters[site.layer]![site.role]!);
  const raw = gradients(lossValue, wrt).map(toFloats);
  const bad = raw.findIndex((gradient) => !gradient.every(Number.isFinite));
  if (bad >= 0) {
    const { layer, role } = plan.sites[bad]!;
    throw new ValueError(
      `The gradient of parameter "${role}" of layer "${layer}" is not finite in batch ${state.batch} of epoch ${state.epoch}; lower the learning rate ${rates.learningRate} or set clipNorm.`,
    );
  }
  const clipped = options.clipNorm === undefined ? raw : clipByNorm(raw, options.clipNorm).gradients;
  const old = plan.sites.map((site) => toFloats(parameterAt(state.network, site)));
  const step = optimizerStep(plan.optimizer, state.optimizer, old, clipped, rates);
  return {
    state: {
      ...state,
      network: withParameters(
        withParameters(state.network, siteUpdates(state.network, plan.sites, step.parameters)),
        statistics,
      ),
      optimizer: step.state,
      batch: state.batch + 1,
      lossSum: state.lossSum + loss * datasetSize(batch),
    },
    loss,
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
