/** Pruning: magnitude masks on a polynomial sparsity schedule. */
export { applyMasks, magnitudePruning, pruningMasks, pruningTransform } from './magnitude-pruning.ts';
export type { PruningOptions, PruningState } from './magnitude-pruning.ts';
export { sparsityAt } from './sparsity-schedule.ts';
export type { SparsitySchedule } from './sparsity-schedule.ts';
export { kernelSparsities, sparsityOf } from './sparsity.ts';
export type { KernelSparsity } from './sparsity.ts';
