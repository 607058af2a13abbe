/**
 * Predicting many samples with the dense layers on the gpu backend, chunk by chunk.
 *
 * Everything but dense layers runs through the ordinary forward passes, so every kind of layer works; a network whose
 * cost is in its dense layers gains. Results agree with `predict` as far as its sums do (`gpuTolerance` per dense
 * layer), not to the bit: predictions that are compared with hardware are made by `predict`.
 */
import * as ag from '../autograd/index.ts';
import type { Variable } from '../autograd/index.ts';
import { ValueError } from '../errors.ts';
import { concat, gpuDense, type Tensor } from '../tensor/index.ts';
import type { NetworkInputs } from './forward.ts';
import { definitionOf } from './layers/index.ts';
import type { Layer, Network } from './network.ts';
import { rows, sampleInputs, type PredictOptions } from './predict.ts';
import type { Transform } from './transform.ts';

/**
 * Predict the only output for many samples, with the products of dense layers on the gpu backend.
 *
 * @param x samples of shape [n, …sample], or one tensor per input name with equal n
 * @param options as those of `predict`; larger chunks suit a GPU
 * @returns predictions of shape [n, …output sample]
 * @throws ToolError if gpu.js is not installed; ShapeError or ValueError as `predict`
 */
export const predictOnGpu = async (
  network: Network,
  x: NetworkInputs<Tensor>,
  options: PredictOptions = {},
): Promise<Tensor> => {
  const { chunk = 4096, transform = (value) => value } = options;
  if (!Number.isSafeInteger(chunk) || chunk < 1) {
    throw new ValueError(`Option "chunk" of predictOnGpu is ${chunk}; it must be an integer of at least 1.`);
  }
  if (network.outputs.length !== 1) {
    throw new ValueError(
      `Network "${network.name}" has ${network.outputs.length} outputs (${network.outputs.join(', ')}); predictOnGpu takes networks with one.`,
    );
  }
  const { inputs, samples } = sampleInputs(network, x);
  const pieces: Tensor[] = [];
  for (let start = 0; start === 0 || start < samples; start += chunk) {
    const end = Math.min(start + chunk, samples);
    const part = new Map(inputs.map(([name, value]) => [name, rows(value, start, end)]));
    pieces.push(await output(network, part, transform));
  }
  return pieces.length === 1 ? pieces[0]! : concat(pieces, 0);
};

/** One pass at inference; a value is offered to the transform where `forwardLayers` offers it. */
const output = async (network: Network, inputs: ReadonlyMap<string, Tensor>, transform: Transform): Promise<Tensor> => {
  const values = new Map<string, Variable>();
  for (const [layer, value] of inputs) values.set(layer, transform(ag.constant(value), { layer, role: 'input' }));
  for (const layer of network.layers) {
    const given = layer.inputs.map((name) => values.get(name)!);
    const result = layer.kind === 'dense' ? await onGpu(layer, given[0]!, transform) : run(layer, given, transform);
    values.set(layer.name, transform(result, { layer: layer.name, role: 'result' }));
  }
  return values.get(network.outputs[0]!)!.value;
};

const onGpu = async (layer: Layer, x: Variable, transform: Transform): Promise<Variable> => {
  const parameter = (role: string): Tensor | null => {
    const value = layer.parameters[role];
    return value === undefined ? null : transform(ag.constant(value), { layer: layer.name, role }).value;
  };
  return ag.constant(await gpuDense(x.value, parameter('kernel')!, parameter('bias')));
};

const run = (layer: Layer, inputs: readonly Variable[], transform: Transform): Variable =>
  definitionOf(layer.kind, layer.name).forward(layer.attributes, inputs, {
    layer: layer.name,
    training: false,
    parameter: (role) => transform(ag.constant(layer.parameters[role]!), { layer: layer.name, role }),
    randomKey: () => {
      throw new ValueError(`Layer "${layer.name}" asks for random numbers, which there are only in training.`);
    },
    reportStatistics: () => undefined,
  });
