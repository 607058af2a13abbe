/**
 * Softmax in the exact profile: y_i = e^(x_i − m) / Σ_j e^(x_j − m) with m = max_j x_j.
 *
 * m − x_i is kept exactly and saturated where e^-d has fallen below half a unit of the table; entries are rounded to
 * nearest, with three guard bits beyond the result; the sum is exact and 1/s comes from a table over the sum rounded
 * to 10 bits.
 */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';
import { widthOf } from '../../circuit/index.ts';
import { type FixedFormat, fractionBits, ufixed } from '../../fixed/index.ts';
import { expScalar } from '../../tensor/index.ts';
import type { LoweringContext } from '../lowering.ts';
import { functionTable } from '../tables.ts';
import { maximumOf, treeReduce } from './tree-reduce.ts';

/** Lower one row of softmax for a result of format `result`. */
export function exactSoftmaxRow({ builder }: LoweringContext, wires: readonly Wire[], result: FixedFormat): Wire[] {
  const guarded = Math.max(0, fractionBits(result)) + 3;
  const maximum = maximumOf(builder, wires);
  const exponentials = wires.map((wire) => {
    const distance = nonNegative(builder, builder.subtract(maximum, wire));
    const reach = Math.ceil(Math.log2((guarded + 1) * Math.LN2));
    const address = builder.cast(distance, ufixed(10, reach, { quantization: 'AP_RND', overflow: 'AP_SAT' }));
    return functionTable(
      builder,
      address,
      'exp',
      (x) => expScalar(-x),
      ufixed(guarded + 1, 1, { quantization: 'AP_RND' }),
    );
  });
  const sum = treeReduce(exponentials, (a, b) => builder.add(a, b));
  const integerBits = Math.ceil(Math.log2(wires.length)) + 1;
  const address = builder.cast(sum, ufixed(10, integerBits, { quantization: 'AP_RND', overflow: 'AP_SAT' }));
  const inverse = functionTable(
    builder,
    address,
    'inv',
    // The sum is at least 1: entry 0 and the codes below 1 are never read.
    (x) => 1 / Math.max(x, 1),
    ufixed(guarded + 1, 1, { quantization: 'AP_RND' }),
  );
  return exponentials.map((e) => builder.cast(builder.multiply(e, inverse), result));
}

/** Drop the sign of a value that is non-negative by construction, which the interval alone does not show. */
function nonNegative(builder: CircuitBuilder, wire: Wire): Wire {
  const { hi, fraction } = builder.typeOf(wire);
  const width = widthOf({ lo: 0n, hi, fraction });
  return builder.cast(wire, ufixed(width, width - fraction));
}
