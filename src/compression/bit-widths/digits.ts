/**
 * How many adders a weight costs, as a smooth function of its size in units of its last bit.
 *
 * A multiplication by a constant takes one adder per non-zero digit of the constant in canonical signed digits. Over the
 * codes of n bits these are n/3 + 4/9 on average, but a training needs a derivative, and codes of few bits follow their
 * own law. With m = |w|·2^f the fit is
 *
 *     digits(m) = log2(1 + m)/3 + 0.95·m²/(m² + 0.4), and 0 where m rounds to 0,
 *
 * which is within 0.1 of the mean over each octave of codes up to 2^12. The second term is what the first digit costs:
 * it pulls small weights to zero, while the first pulls bits off large ones.
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { abs, add, divide, greater, log1p, multiply, sign, square } from '../../tensor/index.ts';
import { powerOfBits, summedTo } from './rounding.ts';

const PER_OCTAVE = 1 / 3;
const FIRST = 0.95;
const KNEE = 0.4;

/**
 * Give the expected number of non-zero signed digits of weights on their grids.
 *
 * @param bits whole fraction bits, of a shape that broadcasts to that of the weights
 */
export const expectedDigits = (weights: Variable, bits: Variable): Variable => {
  const scale = powerOfBits(bits.value);
  const units = multiply(abs(weights.value), scale);
  // Ties round to even, so a half becomes 0.
  const alive = greater(units, 0.5);
  const squares = square(units);
  const value = multiply(
    alive,
    add(multiply(log1p(units), PER_OCTAVE / Math.LN2), divide(multiply(squares, FIRST), add(squares, KNEE))),
  );
  return ag.customGradient(value, [weights, bits], (g) => {
    const slope = multiply(
      alive,
      add(
        divide(PER_OCTAVE / Math.LN2, add(units, 1)),
        divide(multiply(units, 2 * FIRST * KNEE), square(add(squares, KNEE))),
      ),
    );
    const byUnits = multiply(g, slope);
    return [
      multiply(byUnits, multiply(scale, sign(weights.value))),
      multiply(summedTo(multiply(byUnits, units), bits.value.shape), Math.LN2),
    ];
  });
};
