/**
 * SGD: g += λp; buf = g at the first step, then m·buf + (1 − d)·g; with Nesterov g + m·buf replaces buf; p −= η·buf.
 */
import { add, multiply, subtract } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { SgdOptimizer, StepRates } from './optimizer.ts';
import { mixed, penalized } from './update.ts';
import type { ParameterUpdate, SlotTensors, StepScalars, UpdateRates } from './update.ts';

/** Give the numbers of a step of SGD; `step` counts from 1. */
export const sgdScalars = (optimizer: SgdOptimizer, rates: StepRates, step: number): StepScalars => {
  const momentum = rates.momentum ?? optimizer.momentum ?? 0;
  // Without momentum the buffer is the gradient, which nothing damps.
  const fresh = step === 1 || momentum === 0 ? 1 : 1 - (optimizer.dampening ?? 0);
  return { learningRate: rates.learningRate, momentum, fresh };
};

/** Update one parameter by SGD. */
export const sgdUpdate = (
  optimizer: SgdOptimizer,
  slots: SlotTensors,
  parameter: Tensor,
  gradient: Tensor,
  rates: UpdateRates,
): ParameterUpdate => {
  const { learningRate, momentum, fresh } = rates;
  const g = penalized(gradient, parameter, optimizer.weightDecay ?? 0);
  const buffer = mixed(slots['momentum']!, momentum, g, fresh);
  const direction = optimizer.nesterov === true ? add(g, multiply(buffer, momentum)) : buffer;
  return {
    parameter: subtract(parameter, multiply(direction, learningRate)),
    slots: { momentum: buffer },
  };
};
