/** Graph networks of the vector files: edge convolutions over nearest neighbours, and an interaction network. */
import * as ag from '../../src/autograd/index.ts';
import type { Variable } from '../../src/autograd/index.ts';
import * as t from '../../src/tensor/index.ts';
import type { Inputs, Operator } from './autograd-case.ts';

/** x · wᵀ + b; the files write w as [out, in]. */
const linear = (x: Variable, w: Variable, b: Variable): Variable => ag.dense(x, ag.transpose(w), b);

/** The layers w1, b1, w2, b2 … of a case (after a prefix), each followed by relu. */
function perceptron(x: Variable, inputs: Inputs, prefix = ''): Variable {
  let y = x;
  for (let i = 1; inputs[`w${prefix}${i}`] !== undefined; i += 1)
    y = ag.relu(linear(y, inputs[`w${prefix}${i}`]!, inputs[`b${prefix}${i}`]!));
  return y;
}

const aggregates: Readonly<Record<string, (x: Variable, axis: number) => Variable>> = {
  max: ag.max,
  mean: ag.mean,
  sum: ag.sum,
};

/** Neighbours by the coordinates if there are some, else by x itself; edges carry [x_i, x_j − x_i]. */
const edgeConvolution: Operator = (inputs, { k, aggregate, shortcut, exclude_self }) => {
  const x = inputs['x']!;
  const [nodes, width] = x.value.shape as [number, number];
  const points = (inputs['coords'] ?? x).value;
  const neighbours = t.nearestNeighbours(points, k, { excludeSelf: exclude_self ?? true });
  const own = ag.broadcastTo(ag.expandDims(x, 1), [nodes, k, width]);
  const edges = ag.concat([own, ag.subtract(ag.indexSelect(x, neighbours), own)], -1);
  const gathered = aggregates[aggregate]!(perceptron(edges, inputs), 1);
  const y = shortcut ? ag.relu(ag.add(gathered, linear(x, inputs['ws']!, inputs['bs']!))) : gathered;
  return { knn: ag.constant(neighbours), y };
};

/** Edges see [x_receiver, x_sender] and are summed at their receivers; the sum of the nodes gives the logits. */
const interactionNetwork: Operator = (inputs) => {
  const { x, senders, receivers, wo, bo, wc, bc } = inputs;
  const pairs = [receivers!, senders!].map((index) => ag.indexSelect(x!, index.value));
  const effects = perceptron(ag.concat(pairs, -1), inputs, 'r');
  const [edges, width] = effects.value.shape as [number, number];
  const target = t.broadcastTo(t.expandDims(receivers!.value, 1), [edges, width]);
  const sums = ag.scatterAdd(t.zeros([x!.value.shape[0]!, width]), target, effects, 0);
  const nodes = ag.relu(linear(ag.concat([x!, sums], -1), wo!, bo!));
  return { nodes, logits: linear(ag.sum(nodes, 0, true), wc!, bc!) };
};

/** Graph networks by name. */
export const graphOperators: Readonly<Record<string, Operator>> = {
  edge_conv: edgeConvolution,
  edge_conv_coords: edgeConvolution,
  interaction_network: interactionNetwork,
};
