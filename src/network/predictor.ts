/**
 * Predicting again and again: the forward pass is planned once, and every prediction is a run of that plan.
 *
 * Network and transform are taken as they are when a predictor is opened. What depends on parameters alone, such as
 * quantized kernels, is computed then and is a constant of the plan, unless parameters are to be exchanged. Predictions
 * have the bits of `predict`, whatever the batch and the number of workers. Where there is no plan (backend `js`, a
 * transform that looks at values or mixes samples, inputs of integers) `predict` computes them.
 */
import { ShapeError, ValueError } from '../errors.ts';
import { openPlan, planThreads, size, sizeOfShape, tensor, toFlat, toFloats } from '../tensor/index.ts';
import type { CompiledPlan, Tensor } from '../tensor/index.ts';
import { isTensor } from './forward.ts';
import type { NetworkInputs } from './forward.ts';
import type { Network } from './network.ts';
import { forwardNames, planForward } from './planned-forward.ts';
import { predict } from './predict.ts';
import type { Transform } from './transform.ts';

/** Options of `openPredictor`. */
export interface PredictorOptions {
  /** Samples computed at a time, at least 1; fewer take less time, more go block by block, and memory grows with it. */
  readonly batch: number;
  /** Threads that share a block, the calling one included; each has 64 samples or more. @defaultValue 1 */
  readonly workers?: number;
  /** @defaultValue none */
  readonly transform?: Transform;
  /** Whether `load` can exchange parameters; what depends on them is then computed in every prediction. @defaultValue false */
  readonly loads?: boolean;
  /** Receives the reason where predictions cannot be planned. */
  readonly onEager?: (reason: string) => void;
}

/** A network that is ready to predict. Stateful: it holds memory, and threads where it has several workers. */
export interface Predictor {
  /**
   * Predict the only output for any number of samples, as `predict` does and with its errors.
   *
   * @param x samples of shape [n, …sample], or one tensor per input name with equal n
   * @returns predictions of shape [n, …output sample]
   */
  readonly predict: (x: NetworkInputs<Tensor>) => Tensor;
  /**
   * Take the parameters of another state of the network.
   *
   * @throws ValueError if it was opened without `loads`; ShapeError if a parameter has another number of elements
   */
  readonly load: (network: Network) => void;
  /** End the threads; nothing can be predicted from then on. */
  readonly close: () => Promise<void>;
}

/**
 * Make a network ready to predict.
 *
 * @throws ValueError if `batch` or `workers` is no positive integer, the network has not exactly one output, or a block
 * needs more than 4 GiB; UnsupportedError if there are to be several workers on a page that may not share memory
 */
export const openPredictor = async (network: Network, options: PredictorOptions): Promise<Predictor> => {
  const { batch, workers = 1, transform, loads = false } = options;
  for (const [name, value] of Object.entries({ batch, workers })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new ValueError(`Option "${name}" of openPredictor is ${value}; it must be an integer of at least 1.`);
  }
  const plan = planForward(network, { batch, workers, transform, parameters: loads ? 'inputs' : 'constants' });
  if (typeof plan === 'string') options.onEager?.(plan);
  const planned = typeof plan === 'string' ? null : await openPlanned(network, plan, batch);
  const eager = transform === undefined ? {} : { transform };
  let current = network;
  let closed = false;
  if (loads) planned?.load(network);
  return {
    predict: (x) => {
      if (closed) throw new ValueError(`The predictor of network "${network.name}" is closed; open another one.`);
      return planned?.predict(x) ?? predict(current, x, eager);
    },
    load: (state) => {
      if (!loads) {
        throw new ValueError(
          `The parameters of the predictor of network "${network.name}" are built in; open it with option "loads".`,
        );
      }
      planned?.load(state);
      current = state;
    },
    close: async () => {
      closed = true;
      await planned?.close();
    },
  };
};

/** Predictions by a plan. Stateful. */
interface PlannedPredictions {
  /** Predict; null where `predict` has to, or has to say what is wrong. */
  readonly predict: (x: NetworkInputs<Tensor>) => Tensor | null;
  readonly load: (network: Network) => void;
  readonly close: () => Promise<void>;
}

const openPlanned = async (network: Network, plan: CompiledPlan, batch: number): Promise<PlannedPredictions> => {
  const threads = plan.driver.workers > 1 ? await planThreads(plan.driver.workers) : undefined;
  const runner = await openPlan(plan, threads).catch(async (error: unknown) => {
    await threads?.close();
    throw error;
  });
  const ports = network.inputs.map(({ name, shape }) => {
    const input = forwardNames.input(name);
    return {
      name,
      shape,
      elements: sizeOfShape(shape),
      target: runner.reads(input) ? runner.input(input) : null,
    };
  });
  const parameters = network.layers.flatMap((layer) =>
    Object.keys(layer.parameters).flatMap((role) => {
      const input = forwardNames.parameter(layer.name, role);
      return runner.reads(input) ? [{ name: layer.name, role, target: runner.input(input) }] : [];
    }),
  );
  const result = runner.result(forwardNames.output);
  const sample = plan.results[0]!.shape.slice(1);
  const width = result.length / batch;

  const given = (x: NetworkInputs<Tensor>, name: string): Tensor | undefined =>
    !isTensor(x) ? x[name] : ports.length === 1 ? x : undefined;

  /** Number of the samples, 0 if anything is other than the plan takes it. */
  const samplesOf = (x: NetworkInputs<Tensor>): number => {
    let samples: number | undefined;
    for (const { name, shape } of ports) {
      const value = given(x, name);
      if (value === undefined || value.dtype !== 'f32' || value.shape.length !== shape.length + 1) return 0;
      for (let axis = 0; axis < shape.length; axis += 1) if (value.shape[axis + 1] !== shape[axis]) return 0;
      samples ??= value.shape[0]!;
      if (value.shape[0] !== samples) return 0;
    }
    return samples ?? 0;
  };

  return {
    predict: (x) => {
      const samples = samplesOf(x);
      if (samples === 0) return null;
      const sources = ports.map(({ name }) => toFlat(given(x, name)!));
      const values = new Float32Array(samples * width);
      for (let start = 0; start < samples; start += batch) {
        const count = Math.min(batch, samples - start);
        for (let k = 0; k < ports.length; k += 1) {
          const { target, elements } = ports[k]!;
          if (target !== null) copy(target, 0, sources[k]!, start * elements, count * elements);
        }
        runner.run(count);
        copy(values, start * width, result, 0, count * width);
      }
      return tensor(values, [samples, ...sample]);
    },
    load: (state) => {
      const values = parameters.map(({ name, role, target }) => {
        const value = state.layers.find((layer) => layer.name === name)?.parameters[role];
        const elements = value === undefined ? 0 : size(value);
        if (elements === target.length) return toFloats(value!);
        throw new ShapeError(
          `Parameter "${role}" of layer "${name}" has ${elements} elements; the predictor of network "${network.name}" takes ${target.length}.`,
        );
      });
      parameters.forEach(({ target }, k) => target.set(values[k]!));
    },
    close: async () => threads?.close(),
  };
};

type Elements = Float32Array | Int32Array;

/** Up to so many elements a loop copies faster than `set` does. */
const SHORT = 64;

const copy = (target: Elements, at: number, source: Elements, from: number, count: number): void => {
  if (count > SHORT) target.set(source.subarray(from, from + count), at);
  else for (let i = 0; i < count; i += 1) target[at + i] = source[from + i]!;
};
