/** Which adder graphs a user asks for: the options of the compiler as an optimiser. */
import { type AdderOptimizer, optimizeAdders } from '../circuit/index.ts';
import { ValueError } from '../errors.ts';
import { type CompileOptions, DEFAULT_ADDER_DEPTH, DEFAULT_ADDER_EFFORT } from './options.ts';

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
