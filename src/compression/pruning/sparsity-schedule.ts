/**
 * Sparsity over time (Zhu & Gupta, arXiv:1710.01878, eq. 1): fast while there is much to lose, slow at the end.
 *
 *     s_t = s_f + (s_i − s_f)·(1 − (t − t₀) / (n·Δt))³
 */
import { ValueError } from '../../errors.ts';

/** A polynomial sparsity schedule, in optimiser steps. */
export interface SparsitySchedule {
  /** s_f, share of zeros at the end, in [0, 1). */
  readonly target: number;
  /** s_i, share of zeros at the beginning, in [0, target]. @defaultValue 0 */
  readonly initial?: number;
  /** t₀, step of the first pruning. @defaultValue 0 */
  readonly begin?: number;
  /** t₀ + n·Δt, step from which on the target holds; greater than `begin`. */
  readonly end: number;
  /** Δt, steps between two prunings, at least 1. @defaultValue 100 */
  readonly every?: number;
}

/**
 * Check a schedule.
 *
 * @throws ValueError naming the first option out of range
 */
export const checkSparsitySchedule = (schedule: SparsitySchedule): void => {
  const { target, initial = 0, begin = 0, end, every = 100 } = schedule;
  const complain = (option: string, value: number, wanted: string): never => {
    throw new ValueError(`Option "${option}" of pruning is ${value}; it must be ${wanted}.`);
  };
  if (!(target >= 0 && target < 1)) complain('target', target, 'in [0, 1)');
  if (!(initial >= 0 && initial <= target)) complain('initial', initial, `in [0, ${target}], the target`);
  if (!(Number.isSafeInteger(begin) && begin >= 0)) complain('begin', begin, 'an integer of at least 0');
  if (!(Number.isSafeInteger(end) && end > begin)) complain('end', end, `an integer greater than ${begin}, the begin`);
  if (!(Number.isSafeInteger(every) && every >= 1)) complain('every', every, 'an integer of at least 1');
};

/** Give the sparsity of a step; 0 before `begin`, the target from `end` on. */
export const sparsityAt = (schedule: SparsitySchedule, step: number): number => {
  const { target, initial = 0, begin = 0, end } = schedule;
  if (step < begin) return 0;
  if (step >= end) return target;
  const left = 1 - (step - begin) / (end - begin);
  return target + (initial - target) * left * left * left;
};

/** Tell whether masks are to be computed anew at a step. */
export const isPruningStep = (schedule: SparsitySchedule, step: number): boolean => {
  const { begin = 0, end, every = 100 } = schedule;
  return step === end || (step >= begin && step < end && (step - begin) % every === 0);
};
