/** Optimiser trajectories: 20 full-batch steps on a small network, every loss and every parameter compared. */
import * as ag from '../../src/autograd/index.ts';
import { item, tensor, toFloats, type Tensor } from '../../src/tensor/index.ts';
import {
  clipByNorm,
  initialOptimizerState,
  optimizerStep,
  ratesAt,
  type Optimizer,
  type StepRates,
} from '../../src/training/index.ts';
import { mismatch, tensorOf, type VectorTensor } from './autograd-case.ts';
import { scheduleOf, type ScheduleAttributes } from './autograd-schedules.ts';

/** A trajectory of a vector file. */
export interface OptimizerCase {
  readonly id: string;
  readonly op: string;
  readonly attrs: {
    readonly lr: number | null;
    readonly momentum?: number;
    readonly dampening?: number;
    readonly nesterov?: boolean;
    readonly weight_decay?: number;
    readonly betas?: readonly [number, number];
    readonly eps?: number;
    readonly amsgrad?: boolean;
    readonly alpha?: number;
    readonly centered?: boolean;
    readonly clip_grad_norm?: number;
    readonly scheduler?: ScheduleAttributes & { readonly name: string };
  };
  readonly problem: Readonly<Record<'x' | 't' | Name, Omit<VectorTensor, 'name'>>>;
  readonly steps: readonly {
    readonly lr: number;
    readonly loss: number;
    readonly params: Readonly<Record<Name, readonly number[]>>;
    readonly grads?: Readonly<Record<Name, readonly number[]>>;
  }[];
}

type Name = 'w1' | 'b1' | 'w2' | 'b2';
const names: readonly Name[] = ['w1', 'b1', 'w2', 'b2'];
const TOLERANCE = 1e-5;

function optimizerOf({ op, attrs }: OptimizerCase): Optimizer | null {
  const common = attrs.weight_decay === undefined ? {} : { weightDecay: attrs.weight_decay };
  const epsilon = attrs.eps === undefined ? {} : { epsilon: attrs.eps };
  switch (op) {
    case 'sgd':
      return {
        kind: 'sgd',
        momentum: attrs.momentum ?? 0,
        dampening: attrs.dampening ?? 0,
        nesterov: attrs.nesterov ?? false,
        ...common,
      };
    case 'adam':
    case 'adamw':
      return { kind: op, betas: attrs.betas ?? [0.9, 0.999], amsgrad: attrs.amsgrad ?? false, ...epsilon, ...common };
    case 'rmsprop':
      return {
        kind: op,
        alpha: attrs.alpha ?? 0.99,
        momentum: attrs.momentum ?? 0,
        centered: attrs.centered ?? false,
        ...epsilon,
        ...common,
      };
    case 'adagrad':
      return { kind: op, ...epsilon, ...common };
    default:
      return null;
  }
}

/** The rate of a step: from the schedule under test where the case names one, else constant. */
function ratesOf(attrs: OptimizerCase['attrs'], step: number): StepRates {
  if (attrs.scheduler === undefined) return { learningRate: attrs.lr! };
  const schedule = scheduleOf(attrs.scheduler.name, {
    ...attrs.scheduler,
    ...(attrs.lr === null ? {} : { lr: attrs.lr }),
  });
  if (schedule === null) throw new Error(`no schedule ${attrs.scheduler.name}`);
  return ratesAt(schedule, step);
}

/** Follow a trajectory: null if all of it agrees. */
export function optimizerFailure(vector: OptimizerCase): string | null {
  const optimizer = optimizerOf(vector);
  if (optimizer === null) return 'unsupported';
  const { problem, attrs } = vector;
  const x = tensorOf(problem.x);
  const target = tensorOf(problem.t);
  let parameters: readonly Float32Array[] = names.map((name) => toFloats(tensorOf(problem[name])));
  let state = initialOptimizerState(
    optimizer,
    parameters.map((p) => p.length),
  );
  for (const [i, step] of vector.steps.entries()) {
    const leaves = parameters.map((p, which) => ag.variable(tensor(p, problem[names[which]!].shape)));
    const [w1, b1, w2, b2] = leaves as [ag.Variable, ag.Variable, ag.Variable, ag.Variable];
    const hidden = ag.tanh(ag.dense(x, ag.transpose(w1), b1));
    const loss = ag.mean(ag.square(ag.subtract(ag.dense(hidden, ag.transpose(w2), b2), target)));
    const gradients = ag.gradients(loss, leaves);
    const rates = ratesOf(attrs, i);
    const flat = gradients.map((g) => toFloats(g));
    const clipped = attrs.clip_grad_norm === undefined ? flat : clipByNorm(flat, attrs.clip_grad_norm).gradients;
    ({ parameters, state } = optimizerStep(optimizer, state, parameters, clipped, rates));
    const failure =
      (Math.abs(rates.learningRate - step.lr) <= 1e-12 ? null : `rate ${rates.learningRate}, expected ${step.lr}`) ??
      (Math.abs(item(loss.value) - step.loss) <= TOLERANCE * Math.max(1, step.loss)
        ? null
        : `loss ${item(loss.value)}, expected ${step.loss}`) ??
      compare('gradient of ', step.grads, attrs.clip_grad_norm === undefined ? gradients : null) ??
      compare(
        '',
        step.params,
        parameters.map((p) => tensor(p)),
      );
    if (failure !== null) return `step ${i}: ${failure}`;
  }
  return null;
}

function compare(
  what: string,
  expected: Readonly<Record<Name, readonly number[]>> | undefined,
  found: readonly Tensor[] | null,
): string | null {
  if (expected === undefined || found === null) return null;
  for (const [i, name] of names.entries()) {
    const data = expected[name].flat();
    const failure = mismatch(
      `${what}${name}`,
      tensor(toFloats(found[i]!)),
      { shape: [data.length], dtype: 'f64', data },
      TOLERANCE,
    );
    if (failure !== null) return failure;
  }
  return null;
}
