/**
 * Training steps that are measured: forward pass, loss, backward pass and Adam on one synthetic batch.
 *
 * A workload is a problem as data, which any engine can read, and our own way to train on it. The same batch is used in
 * every step: reading and shuffling data is not measured. Batch normalisation uses batch statistics and keeps running
 * ones, dropout is left out, and every engine computes the same in the order it likes best.
 */
import type { Variable } from '../src/autograd/index.ts';
import { buildNetwork, forward, parameterAt, trainableParameters } from '../src/network/index.ts';
import type { LayerSpec, Network, ParameterVariables } from '../src/network/index.ts';
import { stream } from '../src/random/index.ts';
import type { RandomStream } from '../src/random/index.ts';
import { buildStudent } from '../src/systems/distillnet/student/student.ts';
import { tensor } from '../src/tensor/index.ts';
import type { Tensor } from '../src/tensor/index.ts';
import { binaryCrossEntropyWithLogits, meanAbsoluteError, meanSquaredError } from '../src/training/index.ts';
import type { Optimizer } from '../src/training/index.ts';
import { muonNetwork } from './muon-networks.ts';
import { graphEvent, graphLogits, graphParameters } from './graph-teacher.ts';
import { plannedSession } from './planned-session.ts';

/** Which network a workload trains: peers have one program for each. */
export type TrainedModel = 'distillnet' | 'deep' | 'cnn' | 'cnn-student' | 'graph';

/** Least ratio of our rate to a peer's: PyTorch's on as many threads as ours, TensorFlow.js's on its only one. */
export interface Goals {
  readonly pytorch: { readonly threads1?: number; readonly threads2?: number };
  readonly tfjs: number;
}

/** Initial parameters ("layer.role") and data of a workload, in our layouts. */
export interface Problem {
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** x, y, and what else the loss or the network needs. */
  readonly data: Readonly<Record<string, Tensor>>;
}

/** Training under way. */
export interface TrainingSession {
  /** Take one step; returns the loss before it. */
  step(): number;
  close(): Promise<void>;
}

/** How TensorFlow.js trains a workload; several where its faster backend cannot without help (peers/tfjs.ts). */
export interface TfjsTraining {
  readonly backend: 'wasm' | 'cpu';
  /** The same with fewer samples, where a step takes seconds; on `wasm` the rate was not seen to rise with them. */
  readonly instead?: TrainingWorkload;
}

export interface TrainingWorkload {
  readonly name: string;
  readonly title: string;
  readonly model: TrainedModel;
  /** Samples per step; particles for the graph. */
  readonly batch: number;
  readonly goals: Goals;
  /** How TensorFlow.js trains it. @defaultValue on `wasm`, the whole batch */
  readonly tfjs?: readonly TfjsTraining[];
  /** Make the problem; the same bits every time. */
  readonly problem: () => Problem;
  /** Start training on a number of threads. */
  readonly open: (threads: number) => Promise<TrainingSession>;
}

/** Adam's rate in every workload; β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
export const learningRate = 1.5e-3;
const adam: Optimizer = { kind: 'adam', epsilon: 1e-8 };

/** The loss of a problem as a function of its parameters. */
type Loss = (parameters: Readonly<Record<string, Variable>>, data: Problem['data']) => Variable;

/** Our training step. */
function openSession({ parameters, data }: Problem, loss: Loss, threads: number): Promise<TrainingSession> {
  return plannedSession(parameters, data, loss, adam, learningRate, threads);
}

function normals(shape: readonly number[], random: RandomStream): Tensor {
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );
}

/** Parameters of a network by "layer.role". */
export function networkParameters(network: Network): Record<string, Tensor> {
  return Object.fromEntries(
    trainableParameters(network).map((site) => [`${site.layer}.${site.role}`, parameterAt(network, site)]),
  );
}

/** Run a network in training mode with parameters by "layer.role". */
function trained(network: Network, parameters: Readonly<Record<string, Variable>>, x: Tensor): Variable {
  const nested: Record<string, Record<string, Variable>> = {};
  for (const { layer, role } of trainableParameters(network)) {
    (nested[layer] ??= {})[role] = parameters[`${layer}.${role}`]!;
  }
  return forward(network, x, { training: true, parameters: nested satisfies ParameterVariables });
}

function workload(
  description: Omit<TrainingWorkload, 'problem' | 'open'>,
  problem: (random: RandomStream) => Problem,
  loss: Loss,
): TrainingWorkload {
  const make = (): Problem => problem(stream('bench training', description.name));
  return { ...description, problem: make, open: (threads) => openSession(make(), loss, threads) };
}

/** DistillNet's student: weighted mean absolute error, weight 3 for labels of at least 0.95. */
function distillnet(name: string, batch: number, pytorch: Goals['pytorch']): TrainingWorkload {
  const network = withoutDropout(buildStudent(stream('bench training', 'distillnet')));
  return workload(
    {
      name,
      title: `DistillNet 16-128-64-1, batch ${batch}`,
      model: 'distillnet',
      batch,
      goals: { pytorch, tfjs: 25 },
    },
    (random) => {
      const labels = Float32Array.from({ length: batch }, () => Math.min(1, random.uniform(0, 1.4)));
      return {
        parameters: networkParameters(network),
        data: {
          x: normals([batch, 16], random),
          y: tensor(labels, [batch, 1]),
          weights: tensor(
            labels.map((label) => (label >= 0.95 ? 3 : 1)),
            [batch, 1],
          ),
        },
      };
    },
    (parameters, { x, y, weights }) => meanAbsoluteError(trained(network, parameters, x!), y!, { weights: weights! }),
  );
}

function withoutDropout(network: Network): Network {
  const dropped = new Map(
    network.layers.filter((layer) => layer.kind === 'dropout').map((layer) => [layer.name, layer.inputs[0]!]),
  );
  return {
    ...network,
    layers: network.layers
      .filter((layer) => !dropped.has(layer.name))
      .map((layer) => ({ ...layer, inputs: layer.inputs.map((input) => dropped.get(input) ?? input) })),
  };
}

/** The anomaly student 57-64-16-16-16-64-8-1: mean squared error to the teacher's score. */
function deep(name: string, batch: number): TrainingWorkload {
  const widths = [64, 16, 16, 16, 64, 8, 1];
  const layers = widths.flatMap((units, k): LayerSpec[] => [
    { kind: 'dense', attributes: { units } },
    ...(k < widths.length - 1 ? [{ kind: 'relu' } as const] : []),
  ]);
  const network = buildNetwork('deep', [{ name: 'x', shape: [57] }], layers, stream('bench training', 'deep'));
  return workload(
    {
      name,
      title: `57-64-16-16-16-64-8-1, batch ${batch}`,
      model: 'deep',
      batch,
      goals: { pytorch: { threads1: 0.7, threads2: 0.7 }, tfjs: 25 },
    },
    (random) => ({
      parameters: networkParameters(network),
      data: { x: normals([batch, 57], random), y: normals([batch, 1], random) },
    }),
    (parameters, { x, y }) => meanSquaredError(trained(network, parameters, x!), y!),
  );
}

const muonGoals: Goals = { pytorch: { threads1: 0.7, threads2: 0.7 }, tfjs: 25 };

/** A network of the RPC muon trigger on images of 9 layers: mean squared error to [pT, η]. */
function muon(
  description: Pick<TrainingWorkload, 'name' | 'title' | 'batch'> & { readonly model: 'cnn' | 'cnn-student' },
  columns: number,
): TrainingWorkload {
  const { model, batch } = description;
  const network = muonNetwork(model, columns, stream('bench training', model));
  return workload(
    { ...description, goals: muonGoals },
    (random) => ({
      parameters: networkParameters(network),
      data: { x: normals([batch, 9, columns, 1], random), y: normals([batch, 2], random) },
    }),
    (parameters, { x, y }) => meanSquaredError(trained(network, parameters, x!), y!),
  );
}

/** The teacher. */
const cnn = (name: string, columns: number, batch: number): TrainingWorkload =>
  muon({ name, title: `RPC teacher CNN 9×${columns}, batch ${batch}`, model: 'cnn', batch }, columns);

/** The student. */
const cnnStudent = (name: string, batch: number): TrainingWorkload =>
  muon({ name, title: `RPC student CNN 9×16, batch ${batch}`, model: 'cnn-student', batch }, 16);

/** The graph teacher on one event: binary cross-entropy of the sigmoid, computed from the logits. */
function graph(name: string, particles: number): TrainingWorkload {
  return workload(
    {
      name,
      title: `Graph teacher, k = 20, ${particles} particles`,
      model: 'graph',
      batch: particles,
      goals: { pytorch: { threads1: 0.7, threads2: 0.7 }, tfjs: 25 },
    },
    (random) => ({
      parameters: graphParameters(stream('bench training', 'graph')),
      data: {
        ...graphEvent(particles, random),
        y: tensor(
          Float32Array.from({ length: particles }, () => (random.uniform() < 0.3 ? 1 : 0)),
          [particles, 1],
        ),
      },
    }),
    (parameters, { x, y, neighbours }) => binaryCrossEntropyWithLogits(graphLogits(parameters, x!, neighbours!), y!),
  );
}

/** List the workloads; small ones run through the same code in seconds. */
export function trainingWorkloads(small: boolean): TrainingWorkload[] {
  const size = (batch: number, least: number): number => (small ? least : batch);
  return [
    distillnet('distillnet-256', size(256, 64), { threads1: 1, threads2: 1 }),
    distillnet('distillnet-1024', size(1024, 128), { threads1: 0.55, threads2: 1.3 }),
    distillnet('distillnet-8192', size(8192, 256), { threads1: 0.45 }),
    deep('deep-1024', size(1024, 128)),
    {
      ...cnn('cnn-9x16', 16, size(256, 4)),
      tfjs: [
        { backend: 'wasm', instead: cnn('cnn-9x16', 16, size(64, 4)) },
        { backend: 'cpu', instead: cnn('cnn-9x16', 16, 4) },
      ],
    },
    {
      ...cnnStudent('student-9x16', size(256, 4)),
      tfjs: [
        { backend: 'wasm', instead: cnnStudent('student-9x16', size(64, 4)) },
        { backend: 'cpu', instead: cnnStudent('student-9x16', 4) },
      ],
    },
    {
      ...cnn('cnn-9x384', 384, size(128, 4)),
      tfjs: [
        { backend: 'wasm', instead: cnn('cnn-9x384', 384, 4) },
        { backend: 'cpu', instead: cnn('cnn-9x384', 384, 2) },
      ],
    },
    ...[500, 2000].map((particles) => ({
      ...graph(`graph-${particles}`, size(particles, particles / 20)),
      tfjs: [{ backend: 'wasm' }, { backend: 'cpu', instead: graph(`graph-${particles}`, 100) }] as const,
    })),
  ];
}
