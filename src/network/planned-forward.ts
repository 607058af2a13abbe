/** The forward pass at inference as a plan: which inputs it has, and when there is none. */
import * as ag from '../autograd/index.ts';
import { TraceError } from '../errors.ts';
import { compilePlan, computeBackend, isSymbolic, symbolicInput } from '../tensor/index.ts';
import type { CompiledPlan, InputSpec, SymbolicTensor } from '../tensor/index.ts';
import { forward } from './forward.ts';
import type { Network } from './network.ts';
import type { ParameterVariables } from './parameters.ts';
import type { Transform } from './transform.ts';

/** What a plan of a forward pass is made for. */
export interface ForwardPlanOptions {
  /** Samples of a block. */
  readonly batch: number;
  readonly workers: number;
  readonly transform?: Transform | undefined;
  /** Whether parameters are constants, or inputs that have to be written. */
  readonly parameters: 'constants' | 'inputs';
}

/** Names of the inputs and the result of a planned forward pass. */
export const forwardNames = {
  input: (name: string): string => `input ${name}`,
  parameter: (layer: string, role: string): string => `parameter ${layer}/${role}`,
  output: 'output',
} as const;

/**
 * Plan the forward pass of a block of samples, each by itself.
 *
 * @returns the reason as a text where it cannot be planned
 * @throws ValueError if there is not exactly one output, or the plan needs more than 4 GiB
 */
export const planForward = (network: Network, options: ForwardPlanOptions): CompiledPlan | string => {
  const { batch, workers, transform } = options;
  const inputs: InputSpec[] = [];
  const input = (name: string, shape: readonly number[], kind: InputSpec['kind']): SymbolicTensor => {
    const made = symbolicInput(name, shape);
    inputs.push({ tensor: made, name, kind });
    return made;
  };
  const x = Object.fromEntries(
    network.inputs.map(({ name, shape }) => [name, input(forwardNames.input(name), [batch, ...shape], 'rows')]),
  );
  const parameters = (): ParameterVariables =>
    Object.fromEntries(
      network.layers.map((layer) => [
        layer.name,
        Object.fromEntries(
          Object.entries(layer.parameters).map(([role, { shape }]) => [
            role,
            ag.constant(input(forwardNames.parameter(layer.name, role), shape, 'whole')),
          ]),
        ),
      ]),
    );
  try {
    const output = forward(network, x, {
      ...(transform !== undefined && { transform }),
      ...(options.parameters === 'inputs' && { parameters: parameters() }),
    }).value;
    if (computeBackend() === 'js') return 'The backend is "js".';
    if (!isSymbolic(output)) return 'The output does not depend on the inputs.';
    const results = [{ name: forwardNames.output, tensor: output }];
    const compiled = compilePlan({ inputs, results, batch, workers });
    if (!compiled.driver.rowWise || output.shape[0] !== batch) return 'The output of a sample depends on others.';
    return compiled;
  } catch (error) {
    if (error instanceof TraceError) return error.message;
    throw error;
  }
};
