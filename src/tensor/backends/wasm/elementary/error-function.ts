/** The error function of two doubles: the series of `tensor/elementary/error-function.ts`, until both have converged. */
import { f64x2, v128 } from '../../../../wasm/index.ts';
import type { Arithmetic, Value } from '../vector-formula.ts';
import { exp } from './exponential.ts';

const TWO_OVER_SQRT_PI = 1.1283791670955126;
const SPLITTER = 134217729;

/**
 * Σ 2^n x^(2n+1) / (2n+1)!! with doubled = 2x². A lane that has converged may take more terms: they shrink, and are too
 * small to change its sum.
 */
function series(d: Arithmetic, x: Value, doubled: Value): Value {
  const { formula } = d;
  const { code } = formula;
  const operands = [x, doubled, d.constant(3), d.constant(2), d.constant(1e-17)];
  const [sum] = formula.block(operands, 1, ([first, factor, three, two, tiny], [total]) => {
    const term = code.local('v128');
    const n = code.local('v128');
    code.get(first!);
    code.tee(term);
    code.set(total!);
    code.get(three!);
    code.set(n);
    code.loop(() => {
      code.get(term);
      f64x2.abs(code);
      code.get(tiny!);
      code.get(total!);
      f64x2.abs(code);
      f64x2.mul(code);
      f64x2.gt(code);
      v128.anyTrue(code);
      code.if(() => {
        code.get(term);
        code.get(factor!);
        code.get(n);
        f64x2.div(code);
        f64x2.mul(code);
        code.tee(term);
        code.get(total!);
        f64x2.add(code);
        code.set(total!);
        code.get(n);
        code.get(two!);
        f64x2.add(code);
        code.set(n);
        code.branch(1);
      });
    });
  });
  return sum!;
}

/** erf x for x of (−6, 6). */
export function erf(d: Arithmetic, x: Value): Value {
  const square = d.mul(x, x);
  const sum = series(d, x, d.mul(d.mul(2, x), x));
  const spread = d.mul(SPLITTER, x);
  const top = d.sub(spread, d.sub(spread, x));
  const rest = d.sub(x, top);
  const missing = d.sub(d.sub(square, d.mul(top, top)), d.mul(d.mul(2, top), rest));
  const low = d.sub(d.mul(rest, rest), missing);
  const gauss = exp(d, d.neg(square));
  return d.mul(d.mul(TWO_OVER_SQRT_PI, sum), d.sub(gauss, d.mul(gauss, low)));
}
