/** Which adder graphs a user asks for: the options of the compiler as an optimiser. */
import { type AdderOptimizer, optimizeAdders } from '../circuit/index.ts';
import { ValueError } from '../errors.ts';
import type { CompileOptions } from './options.ts';

/** Adder levels beyond the least that da4ml and hls4ml allow, too: most of the sharing for few stages. */
export const DEFAULT_ADDER_DEPTH = 2;
export const DEFAULT_ADDER_EFFORT = 1;

/**
 * Make the optimiser of adder graphs.
 *
 * @throws ValueError for a depth or an effort that is none
 */
export function chosenOptimizer(options: CompileOptions): AdderOptimizer {
  const { adderDepth = DEFAULT_ADDER_DEPTH, adderEffort = DEFAULT_ADDER_EFFORT, adderOptimizer } = options;
  if (!(adderDepth === Infinity || (Number.isSafeInteger(adderDepth) && adderDepth >= 0))) {
    throw new ValueError(`adderDepth is ${adderDepth}, must be an integer of at least 0 or Infinity.`);
  }
  if (!(Number.isFinite(adderEffort) && adderEffort >= 0)) {
    throw new ValueError(`adderEffort is ${adderEffort}, must be a number of at least 0.`);
  }
  return (
    adderOptimizer ??
    ((kernel, inputs) => optimizeAdders(kernel, inputs, { extraDepth: adderDepth, effort: adderEffort }))
  );
}
