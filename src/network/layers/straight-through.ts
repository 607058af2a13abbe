/**
 * The straight-through estimator for functions that are constant but for steps: backward passes the gradient unchanged
 * where |x| ≤ 1 and stops it elsewhere (Hubara et al., arXiv:1609.07061, section 1.3).
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { abs, lessEqual, where } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';

/** Make a variable of a step function's value at x. */
export const straightThrough = (x: Variable, value: Tensor): Variable =>
  ag.customGradient(value, [x], (cotangent) => [where(lessEqual(abs(x.value), 1), cotangent, 0)]);
