/**
 * One training step of a network as a computation on named states: forward pass and loss; planned-step.ts adds the rest.
 *
 * Parameters and running statistics are states, and only the sites are differentiated. Keys of dropout are inputs.
 * Pruning masks and other constants of a transform are not, so another transform means another trace; settings of its
 * participants are inputs.
 */
import { add } from '../autograd/index.ts';
import type { Variable } from '../autograd/index.ts';
import { forward } from '../network/index.ts';
import type { Network, ParameterSite } from '../network/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { TensorSpec } from './batch-source.ts';
import type { FitOptions } from './fit-options.ts';
import type { Optimizer, OptimizerState } from './optimizers/index.ts';
import type { StepComputation } from './planned-step.ts';
import type { BoundStep } from './step-pass.ts';
import type { CompanionValues } from './training-transform.ts';

/** What a step is made of. */
export interface StepDescription {
  readonly network: Network;
  /** Trained beside the sites. */
  readonly companions: CompanionValues;
  readonly sites: readonly ParameterSite[];
  readonly optimizer: Optimizer;
  /** Names and lengths of the buffers. */
  readonly slots: OptimizerState['slots'];
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  readonly targets: TensorSpec;
  readonly extras: Readonly<Record<string, TensorSpec>>;
  readonly loss: FitOptions['loss'];
  readonly clipNorm: number | undefined;
  readonly step: BoundStep;
  /** Samples of a batch. */
  readonly batch: number;
}

/** Names of the states and inputs of a network's step. */
export const networkNames = {
  targets: 'targets',
  input: (name: string): string => `input ${name}`,
  extra: (name: string): string => `extra ${name}`,
  parameter: (layer: string, role: string): string => `${layer}/${role}`,
  key: (layer: string): string => `key ${layer}`,
  companion: (name: string): string => `companion ${name}`,
  setting: (name: string): string => `setting ${name}`,
} as const;

/** Give everything that a network and its companions hold by the names of their states. */
export const networkValues = ({ layers }: Network, companions: CompanionValues): Readonly<Record<string, Tensor>> =>
  Object.fromEntries([
    ...layers.flatMap(({ name, parameters }) =>
      Object.entries(parameters).map(([role, value]) => [networkNames.parameter(name, role), value] as const),
    ),
    ...Object.entries(companions).map(([name, value]) => [networkNames.companion(name), value] as const),
  ]);

/** Describe a step on a network. */
export const networkStep = (step: StepDescription): StepComputation => {
  const { network, sites, optimizer, slots, clipNorm, batch } = step;
  const { input, extra, key, parameter, companion, setting, targets } = networkNames;
  const companionNames = Object.keys(step.companions);
  const { pass, settings } = step.step;
  const renamed = (specs: Readonly<Record<string, TensorSpec>>, nameOf: (name: string) => string) =>
    Object.fromEntries(Object.entries(specs).map(([name, spec]) => [nameOf(name), spec]));
  return {
    values: networkValues(network, step.companions),
    slots,
    trained: [...sites.map(({ layer, role }) => parameter(layer, role)), ...companionNames.map(companion)],
    optimizer,
    clipNorm,
    batch,
    rows: { ...renamed(step.inputs, input), [targets]: step.targets, ...renamed(step.extras, extra) },
    wholes: {
      ...Object.fromEntries(network.layers.map(({ name }) => [key(name), { shape: [2], dtype: 'i32' } as const])),
      ...renamed(settings, setting),
    },
    loss: (values, given, replace) => {
      const picked = (specs: Readonly<Record<string, TensorSpec>>, nameOf: (name: string) => string) =>
        Object.fromEntries(Object.keys(specs).map((name) => [name, given[nameOf(name)]!]));
      const parameters: Record<string, Record<string, Variable>> = {};
      for (const { name, parameters: own } of network.layers)
        for (const role of Object.keys(own)) (parameters[name] ??= {})[role] = values[parameter(name, role)]!;
      const participants = pass.bind(
        Object.fromEntries(companionNames.map((name) => [name, values[companion(name)]!])),
        picked(settings, setting),
      );
      const prediction = forward(network, picked(step.inputs, input), {
        training: true,
        randomKeys: Object.fromEntries(network.layers.map(({ name }) => [name, given[key(name)]!])),
        transform: participants.transform,
        parameters,
        onStatistics: (layer, next) => {
          for (const [role, value] of Object.entries(next)) replace(parameter(layer, role), value);
        },
      });
      const loss = step.loss(prediction, given[targets]!, picked(step.extras, extra));
      return participants.penalty === undefined ? loss : add(loss, participants.penalty(parameters));
    },
  };
};
