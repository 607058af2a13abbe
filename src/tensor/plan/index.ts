/** Plans: traced computations over batches of rows, compiled to WebAssembly and run by any number of workers. */
export { compilePlan, type CompiledPlan, type PlanOptions, type ResultSpec, type Slot } from './plan.ts';
export type { InputSpec } from './graph.ts';
export { openPlan, type PlanRunner } from './runner.ts';
export { planThreads, type PlanThreads } from './threads.ts';
