/**
 * TensorFlow.js as a peer, in this process: the backends `wasm` (SIMD, one thread) and `cpu` of version 4.22.
 *
 * `wasm` lacks kernels of two backward passes, which are therefore written with those it has: convolutions are slices,
 * joined and multiplied by the kernel as a matrix, and the rows of neighbours are added up by scatterND. `cpu` uses its own
 * convolutions, and scatterND as well: the gradient that tf.gather brings along is quadratic, minutes for 500 particles.
 * Everything else is what a user would write, fused where TensorFlow.js can.
 */
import { createRequire } from 'node:module';
import type * as TfModule from '@tensorflow/tfjs-core';
import { toFloats } from '../../src/tensor/index.ts';
import type { Tensor } from '../../src/tensor/index.ts';

type Tf = typeof TfModule;
type TfTensor = TfModule.Tensor;
type Named = Readonly<Record<string, TfTensor>>;

export type TfjsBackend = 'wasm' | 'cpu';

/**
 * What has to be loaded besides.
 *
 * The entry of the package has no gradients. Their file is a module in a package of scripts, which tsx can load; gradients
 * are kept in one global table, so it does not matter that it sees another copy of the code.
 */
const sideEffects = [
  '@tensorflow/tfjs-core/dist/register_all_gradients',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
];

/** A case on one backend. */
export interface TfjsCase {
  /** Make its backend the current one; needed before calls after a case on another backend has run. */
  select(): Promise<void>;
  /** Train one step and return the loss before it, or predict once and return the first prediction. */
  call(): number;
  close(): void;
}

export interface TfjsPeer {
  readonly version: string;
  /** Put the tensors of a case into the memory of a backend. */
  open(
    backend: TfjsBackend,
    model: string,
    tensors: Readonly<Record<string, Tensor>>,
    train: { readonly learningRate: number } | null,
  ): Promise<TfjsCase>;
}

/**
 * Load TensorFlow.js.
 *
 * @returns the reason as a text where it is not installed
 */
export async function loadTfjs(): Promise<TfjsPeer | string> {
  const require = createRequire(import.meta.url);
  const before = new Set(process.listeners('uncaughtException'));
  let tf: Tf;
  try {
    tf = require('@tensorflow/tfjs-core') as Tf;
    for (const part of sideEffects) require(part);
    tf.enableProdMode();
    for (const backend of ['wasm', 'cpu']) {
      if (!(await tf.setBackend(backend))) return `backend ${backend} does not start`;
    }
  } catch (error) {
    return (error as Error).message.split('\n')[0]!;
  }
  // `wasm` throws every uncaught error of the program again, from the one long line that it consists of.
  for (const listener of process.listeners('uncaughtException')) {
    if (!before.has(listener)) process.removeListener('uncaughtException', listener);
  }
  return {
    version: tf.version_core,
    open: (backend, model, tensors, train) => openCase(tf, backend, model, tensors, train),
  };
}

async function openCase(
  tf: Tf,
  backend: TfjsBackend,
  model: string,
  tensors: Readonly<Record<string, Tensor>>,
  train: { readonly learningRate: number } | null,
): Promise<TfjsCase> {
  const select = async (): Promise<void> => {
    await tf.setBackend(backend);
  };
  await select();
  const own: TfTensor[] = [];
  const named: Record<string, TfTensor> = {};
  for (const [name, value] of Object.entries(tensors)) {
    const values = value.dtype === 'i32' ? (value.data as Int32Array) : toFloats(value);
    const given = tf.tensor(values, [...value.shape], value.dtype === 'i32' ? 'int32' : 'float32');
    // Parameters have a role after a dot; data do not.
    named[name] = train !== null && name.includes('.') ? tf.variable(given) : given;
    own.push(given, ...(named[name] === given ? [] : [named[name]]));
  }
  const network = networks(tf)[model];
  if (network === undefined) throw new Error(`TensorFlow.js has no program for the model "${model}".`);
  const moving = { mean: tf.variable(tf.zeros([64]), false), variance: tf.variable(tf.ones([64]), false) };
  own.push(moving.mean, moving.variance);
  const optimizer = train === null ? null : tf.train.adam(train.learningRate, 0.9, 0.999, 1e-8);
  const variables = Object.values(named).filter((value): value is TfModule.Variable => value instanceof tf.Variable);
  return {
    select,
    call: () =>
      tf.tidy(() => {
        if (optimizer === null) return network.predict(named, moving).dataSync()[0]!;
        const cost = optimizer.minimize(() => network.loss(named, moving), true, variables);
        return cost!.dataSync()[0]!;
      }),
    close() {
      optimizer?.dispose();
      tf.dispose(own);
    },
  };
}

interface TfNetwork {
  predict(values: Named, moving: Moving): TfTensor;
  loss(values: Named, moving: Moving): TfModule.Scalar;
}

/** Running statistics of the batch normalisation. */
interface Moving {
  readonly mean: TfModule.Variable;
  readonly variance: TfModule.Variable;
}

function networks(tf: Tf): Readonly<Record<string, TfNetwork>> {
  const dense = (x: TfTensor, v: Named, name: string, activation: 'relu' | 'linear' | 'sigmoid'): TfModule.Tensor2D =>
    tf.fused.matMul({
      a: x as TfModule.Tensor2D,
      b: v[`${name}.kernel`] as TfModule.Tensor2D,
      bias: v[`${name}.bias`]!,
      activation,
    }) as TfModule.Tensor2D;

  const meanSquaredError = (prediction: TfTensor, target: TfTensor): TfModule.Scalar =>
    tf.mean(tf.squaredDifference(prediction, target));

  const chain = (v: Named, last: 'linear' | 'sigmoid'): TfTensor => {
    const names = Object.keys(v).filter((name) => name.endsWith('.kernel'));
    return names.reduce(
      (x, name, k) => dense(x, v, name.replace('.kernel', ''), k === names.length - 1 ? last : 'relu'),
      v['x']!,
    );
  };

  const distillnet = (v: Named, moving: Moving): TfTensor => {
    const h = dense(dense(v['x']!, v, 'dense1', 'relu'), v, 'dense2', 'linear');
    const { mean, variance } = tf.moments(h, 0);
    for (const [kept, fresh] of [
      [moving.mean, mean],
      [moving.variance, variance],
    ] as const) {
      kept.assign(tf.add(tf.mul(kept, 0.99), tf.mul(fresh, 0.01)));
    }
    const normal = tf.batchNorm(
      h,
      mean as TfModule.Tensor1D,
      variance as TfModule.Tensor1D,
      v['normalization2.beta'] as TfModule.Tensor1D,
      v['normalization2.gamma'] as TfModule.Tensor1D,
      1e-3,
    );
    return dense(tf.relu(normal), v, 'dense3', 'sigmoid');
  };

  const convolution = (v: Named, x: TfModule.Tensor4D, name: string, pad: 'same' | 'valid'): TfModule.Tensor4D => {
    const [filter, bias] = [v[`${name}.kernel`] as TfModule.Tensor4D, v[`${name}.bias`]!];
    if (tf.getBackend() !== 'wasm') {
      return tf.fused.conv2d({ x, filter, strides: 1, pad, bias, activation: 'relu' });
    }
    const around: [number, number] = pad === 'same' ? [1, 1] : [0, 0];
    const padded = pad === 'same' ? tf.pad(x, [[0, 0], around, around, [0, 0]]) : x;
    const [batch, rows, columns, channels] = padded.shape;
    const [height, width] = [rows - 2, columns - 2];
    const corners = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => [i, j] as const));
    const cells = corners.map(([i, j]) => tf.slice(padded, [0, i, j, 0], [batch, height, width, channels]));
    const filters = filter.shape[3];
    const windows = tf.reshape(tf.concat(cells, 3), [batch * height * width, 9 * channels]);
    const kernel = tf.reshape(filter, [9 * channels, filters]);
    return tf.reshape(tf.relu(tf.add(tf.matMul(windows, kernel), bias)), [batch, height, width, filters]);
  };

  const head = (v: Named, x: TfModule.Tensor4D): TfTensor => {
    const flat = tf.reshape(x, [x.shape[0], -1]);
    return dense(dense(dense(flat, v, 'dense1', 'relu'), v, 'dense2', 'relu'), v, 'dense3', 'linear');
  };

  const cnn = (v: Named): TfTensor => {
    let x = v['x'] as TfModule.Tensor4D;
    for (const name of ['conv2d1', 'conv2d2']) x = convolution(v, x, name, 'same');
    x = tf.maxPool(x, [1, 2], [1, 2], 'valid');
    for (const name of ['conv2d3', 'conv2d4', 'conv2d5']) x = convolution(v, x, name, 'same');
    return head(v, tf.maxPool(x, [2, 2], [2, 2], 'valid'));
  };

  const cnnStudent = (v: Named): TfTensor => {
    const names = ['conv2d1', 'conv2d2', 'conv2d3', 'conv2d4'];
    const x = names.reduce((image, name) => convolution(v, image, name, 'valid'), v['x'] as TfModule.Tensor4D);
    return head(v, x);
  };

  const graph = (v: Named): TfTensor => {
    const neighbours = v['neighbours']!;
    const [n, k] = neighbours.shape as [number, number];
    const indices = tf.reshape(neighbours, [n * k]) as TfModule.Tensor1D;
    const column = tf.reshape(indices, [n * k, 1]) as TfModule.Tensor2D;
    const gather = tf.customGrad((rows: unknown) => ({
      value: tf.gather(rows as TfTensor, indices),
      gradFunc: (g: TfTensor) => tf.scatterND(column, g, (rows as TfTensor).shape),
    }));
    let h = v['x']!;
    for (const b of [1, 2, 3]) {
      const own = dense(h, v, `block${b}.own`, 'linear');
      const other = gather(tf.matMul(h as TfModule.Tensor2D, v[`block${b}.other.kernel`] as TfModule.Tensor2D));
      const first = tf.relu(tf.add(tf.reshape(own, [n, 1, 64]), tf.reshape(other, [n, k, 64])));
      const second = dense(tf.reshape(first, [n * k, 64]), v, `block${b}.edge`, 'relu');
      h = tf.mean(tf.reshape(second, [n, k, 64]), 1);
    }
    return dense(dense(h, v, 'dense1', 'relu'), v, 'dense2', 'linear');
  };

  return {
    distillnet: {
      predict: distillnet,
      loss: (v, moving) => tf.mean(tf.mul(tf.abs(tf.sub(distillnet(v, moving), v['y']!)), v['weights']!)),
    },
    deep: { predict: (v) => chain(v, 'linear'), loss: (v) => meanSquaredError(chain(v, 'linear'), v['y']!) },
    folded: { predict: (v) => chain(v, 'sigmoid'), loss: (v) => meanSquaredError(chain(v, 'sigmoid'), v['y']!) },
    cnn: { predict: cnn, loss: (v) => meanSquaredError(cnn(v), v['y']!) },
    'cnn-student': { predict: cnnStudent, loss: (v) => meanSquaredError(cnnStudent(v), v['y']!) },
    graph: { predict: graph, loss: (v) => tf.losses.sigmoidCrossEntropy(v['y']!, graph(v)) as TfModule.Scalar },
  };
}
