/**
 * One training step as a traced computation: forward pass, loss, gradients, clipping, optimiser.
 *
 * Parameters, running statistics and optimiser buffers are states: inputs that a result replaces. What changes from
 * step to step (rates, keys of dropout) is an input too. Pruning masks and other constants of a transform are not, so
 * another transform means another trace.
 */
import { constant, gradients, variable } from '../autograd/index.ts';
import type { Variable } from '../autograd/index.ts';
import { forward } from '../network/index.ts';
import type { Network, ParameterSite, Transform } from '../network/index.ts';
import { symbolicInput } from '../tensor/index.ts';
import type { Dtype, InputSpec, ResultSpec, SymbolicTensor, Tensor } from '../tensor/index.ts';
import type { TensorSpec } from './batch-source.ts';
import type { FitOptions } from './fit-options.ts';
import { clipTensorsByNorm, stepScalars, updateParameter } from './optimizers/index.ts';
import type { Optimizer, OptimizerState } from './optimizers/index.ts';

/** What a step is made of. */
export interface StepDescription {
  readonly network: Network;
  readonly sites: readonly ParameterSite[];
  readonly optimizer: Optimizer;
  /** Names and lengths of the buffers. */
  readonly slots: OptimizerState['slots'];
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  readonly targets: TensorSpec;
  readonly extras: Readonly<Record<string, TensorSpec>>;
  readonly loss: FitOptions['loss'];
  readonly clipNorm: number | undefined;
  readonly transform: Transform;
  /** Samples of a batch. */
  readonly batch: number;
}

/** Names of the inputs and results of a traced step. */
export const stepNames = {
  loss: 'loss',
  targets: 'targets',
  input: (name: string): string => `input ${name}`,
  extra: (name: string): string => `extra ${name}`,
  parameter: (layer: string, role: string): string => `parameter ${layer}/${role}`,
  slot: (site: number, name: string): string => `slot ${site}/${name}`,
  rate: (name: string): string => `rate ${name}`,
  key: (layer: string): string => `key ${layer}`,
} as const;

/** A traced step: what a plan takes. */
export interface TracedStep {
  readonly inputs: readonly InputSpec[];
  readonly results: readonly ResultSpec[];
}

/** Trace a step. @throws TraceError if something in it looks at values */
export const traceStep = (step: StepDescription): TracedStep => {
  const { network, sites, optimizer, batch } = step;
  const inputs: InputSpec[] = [];
  const results: ResultSpec[] = [];
  const input = (name: string, shape: readonly number[], kind: InputSpec['kind'], dtype?: Dtype): SymbolicTensor => {
    const tensor = symbolicInput(name, shape, dtype);
    inputs.push({ tensor, name, kind });
    return tensor;
  };
  const rows = (name: string, { shape, dtype }: TensorSpec): SymbolicTensor =>
    input(name, [batch, ...shape], 'rows', dtype);
  const rowsByName = (
    specs: Readonly<Record<string, TensorSpec>>,
    nameOf: (name: string) => string,
  ): Readonly<Record<string, Tensor>> =>
    Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, rows(nameOf(name), spec)]));

  // States: everything that the network holds; only the sites are differentiated.
  const states = new Map<string, SymbolicTensor>();
  const isSite = (layer: string, role: string): boolean =>
    sites.some((site) => site.layer === layer && site.role === role);
  const parameters: Record<string, Record<string, Variable>> = {};
  for (const layer of network.layers) {
    for (const [role, value] of Object.entries(layer.parameters)) {
      const name = stepNames.parameter(layer.name, role);
      const state = input(name, value.shape, 'whole');
      states.set(name, state);
      (parameters[layer.name] ??= {})[role] = isSite(layer.name, role) ? variable(state) : constant(state);
    }
  }
  const randomKeys = Object.fromEntries(
    network.layers.map(({ name }) => [name, input(stepNames.key(name), [2], 'whole', 'i32')]),
  );
  const replace = (name: string, tensor: Tensor, state: SymbolicTensor): void => {
    results.push({ name, tensor, replaces: state });
  };

  const prediction = forward(network, rowsByName(step.inputs, stepNames.input), {
    training: true,
    randomKeys,
    transform: step.transform,
    parameters,
    onStatistics: (layer, values) => {
      for (const [role, value] of Object.entries(values)) {
        const name = stepNames.parameter(layer, role);
        replace(name, value, states.get(name)!);
      }
    },
  });
  const targets = rows(stepNames.targets, step.targets);
  const loss = step.loss(prediction, targets, rowsByName(step.extras, stepNames.extra));
  results.push({ name: stepNames.loss, tensor: loss.value });

  const wrt = sites.map(({ layer, role }) => parameters[layer]![role]!);
  const raw = gradients(loss, wrt);
  const clipped = step.clipNorm === undefined ? raw : clipTensorsByNorm(raw, step.clipNorm).gradients;
  const rates = Object.fromEntries(
    Object.keys(stepScalars(optimizer, { learningRate: 1 }, 1)).map((name) => [
      name,
      input(stepNames.rate(name), [], 'whole'),
    ]),
  );
  sites.forEach(({ layer, role }, i) => {
    const parameter = wrt[i]!.value as SymbolicTensor;
    const slots = Object.fromEntries(
      Object.keys(step.slots[i]!).map((name) => [name, input(stepNames.slot(i, name), parameter.shape, 'whole')]),
    );
    const update = updateParameter(optimizer, slots, parameter, clipped[i]!, rates);
    replace(stepNames.parameter(layer, role), update.parameter, parameter);
    for (const [name, value] of Object.entries(update.slots)) replace(stepNames.slot(i, name), value, slots[name]!);
  });
  return { inputs, results };
};
