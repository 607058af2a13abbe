/**
 * Quantization-aware training: the forward pass sees parameters and results on their fixed-point grids, the backward
 * pass sees through the rounding (straight-through estimator, arXiv:1308.3432), and the finished network is on the
 * grid.
 */
import { parameterAt, trainableParameters, withParameters } from '../../network/index.ts';
import type { Network, Transform } from '../../network/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { TrainingTransform } from '../../training/index.ts';
import { fakeQuantize, fakeQuantizeElements, quantizeTensor } from './fake-quantize.ts';
import { checkPlan, quantizersOf } from './precision-plan.ts';
import type { PrecisionPlan } from './precision-plan.ts';

/** Make the transform that imitates a plan. */
export const quantizationTransform = (plan: PrecisionPlan): Transform => {
  const find = quantizersOf(plan);
  return (value, site) => {
    const quantizer = find(site);
    if (quantizer === null) return value;
    if ('length' in quantizer) return fakeQuantizeElements(value, quantizer);
    return fakeQuantize(value, quantizer, site.role === 'result' || site.role === 'input' ? 'clipped' : 'identity');
  };
};

/**
 * Snap the parameters of a network onto the grids of a plan and write the plan into its `precision`.
 *
 * Roles of the plan replace those that the network has; others stay. Doing it twice changes nothing.
 *
 * @param plan @defaultValue the precision that the network has
 * @throws ValueError when the plan names something that is not in the network
 */
export const quantizeNetwork = (network: Network, plan: PrecisionPlan = network.precision ?? {}): Network => {
  checkPlan(network, plan);
  const find = quantizersOf(plan);
  const updates: Record<string, Record<string, Tensor>> = {};
  for (const site of trainableParameters(network)) {
    const quantizer = find(site);
    if (quantizer !== null && !('length' in quantizer))
      (updates[site.layer] ??= {})[site.role] = quantizeTensor(parameterAt(network, site), quantizer);
  }
  const old = network.precision ?? {};
  const merged = Object.entries(plan).map(([name, roles]) => [name, { ...old[name], ...roles }] as const);
  return { ...withParameters(network, updates), precision: { ...old, ...Object.fromEntries(merged) } };
};

/** Options of quantization-aware training. */
export interface QuantizationOptions {
  /** Optimiser step from which on the forward pass is quantized; before, training is in floats. @defaultValue 0 */
  readonly begin?: number;
}

/** State of quantization-aware training: whether it has begun. */
export interface QuantizationState {
  readonly active: boolean;
}

/**
 * Make quantization-aware training a participant of training; the finished network went through `quantizeNetwork`.
 *
 * Fold batch normalisation before (`foldBatchNormalization`): a scale that changes later would leave the grid.
 *
 * @throws FormatError or UnsupportedError for formats that cannot be imitated
 */
export const quantizationAware = (
  plan: PrecisionPlan,
  options: QuantizationOptions = {},
): TrainingTransform<QuantizationState> => {
  const transform = quantizationTransform(plan);
  const begin = options.begin ?? 0;
  return {
    name: 'quantization',
    initial: (network) => {
      checkPlan(network, plan);
      return { active: begin <= 0 };
    },
    update: (state, step) => (state.active || step < begin ? state : { active: true }),
    transform: (state) => (state.active ? transform : (value) => value),
    settled: (step) => begin <= 0 || step > begin,
    finish: (_state, network) => quantizeNetwork(network, plan),
  };
};
