/** Whole nets of the vector files, built of the package's layers and run with the files' parameters as variables. */
import * as ag from '../../src/autograd/index.ts';
import type { Variable } from '../../src/autograd/index.ts';
import { buildNetwork, forward, type LayerSpec } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import * as training from '../../src/training/index.ts';
import type { Inputs, Operator } from './autograd-case.ts';
import { channelsLast, kernelLast } from './autograd-windows.ts';

/** A layer and its parameters by role. */
type FilledLayer = readonly [LayerSpec, Readonly<Record<string, Variable>>?];

/** Run layers in training mode. */
function run(x: Variable, layers: readonly FilledLayer[]): Variable {
  const named = layers.map(([spec], i) => ({ ...spec, name: `layer${i}` }));
  const network = buildNetwork('net', [{ name: 'x', shape: x.value.shape.slice(1) }], named, stream(0));
  const parameters = Object.fromEntries(layers.map(([, own = {}], i) => [`layer${i}`, own]));
  return forward(network, x, { training: true, parameters });
}

/** Take the variables of one letter in the order of their numbers: w0, w1 … */
const numbered = (inputs: Inputs, letter: string): Variable[] =>
  Object.keys(inputs)
    .filter((name) => new RegExp(`^${letter}\\d+$`).test(name))
    .toSorted((a, b) => Number(a.slice(letter.length)) - Number(b.slice(letter.length)))
    .map((name) => inputs[name]!);

/** w [out, in]. */
const dense = (w: Variable, bias: Variable): FilledLayer => [
  { kind: 'dense', attributes: { units: w.value.shape[0]! } },
  { kernel: ag.transpose(w), bias },
];

const relu: FilledLayer = [{ kind: 'relu' }];
const sigmoid: FilledLayer = [{ kind: 'sigmoid' }];

const distillNet: Operator = ({ x, teacher, w1, b1, w2, b2, gamma, beta, w3, b3 }) => {
  const normalized: FilledLayer = [
    { kind: 'batchNormalization', attributes: { epsilon: 1e-3 } },
    { gamma: gamma!, beta: beta! },
  ];
  const layers = [dense(w1!, b1!), relu, dense(w2!, b2!), relu, normalized, dense(w3!, b3!), sigmoid];
  const pred = run(x!, layers);
  return { pred, loss: training.meanAbsoluteError(pred, teacher!) };
};

const anomalyNet: Operator = (inputs) => {
  const biases = numbered(inputs, 'b');
  const layers = numbered(inputs, 'w').flatMap((w, i) => [dense(w, biases[i]!), relu]);
  // The last layer stays linear.
  const score = run(inputs['x']!, layers.slice(0, -1));
  return { score, loss: training.meanSquaredError(score, inputs['teacher']!) };
};

const muonNet: Operator = (inputs) => {
  const image = channelsLast(inputs['x']!);
  const convolutions = numbered(inputs, 'cb').flatMap((bias, i): FilledLayer[] => {
    const kernel = kernelLast(inputs[`cw${i}`]!);
    const [rows, columns, , filters] = kernel.value.shape as [number, number, number, number];
    const attributes = { filters, size: [rows, columns], padding: 'same' } as const;
    return [
      [
        { kind: 'conv2d', attributes },
        { kernel, bias },
      ],
      relu,
    ];
  });
  const pooling = (size: readonly number[]): FilledLayer => [
    { kind: 'pooling2d', attributes: { operation: 'maximum', size } },
  ];
  const features = [...convolutions.slice(0, 4), pooling([1, 2]), ...convolutions.slice(4), pooling([2, 2])];
  const map = run(image, features);
  const [, rows, columns, channels] = map.value.shape as [number, number, number, number];
  const [w0, w1] = numbered(inputs, 'w') as [Variable, Variable];
  const [b0, b1] = numbered(inputs, 'b') as [Variable, Variable];
  // The files flatten with channels first, so the columns of w0 are put in our order.
  const turned = ag.transpose(ag.reshape(w0, [-1, channels, rows, columns]), [0, 2, 3, 1]);
  const head = dense(ag.reshape(turned, [w0.value.shape[0]!, -1]), b0);
  const logits = run(map, [[{ kind: 'flatten' }], head, relu, dense(w1, b1)]);
  return { logits, loss: training.crossEntropy(logits, inputs['target']!) };
};

/** Nets by name. */
export const netOperators: Readonly<Record<string, Operator>> = {
  distillnet_mini: distillNet,
  anomaly_mlp_mini: anomalyNet,
  rpc_cnn_mini: muonNet,
};
