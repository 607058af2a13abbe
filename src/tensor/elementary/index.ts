/**
 * Elementary functions of one double, deterministic to the bit: + − × ÷ √ and exponent-field access only, because
 * ECMAScript leaves `Math.exp` and its kin to the engine. The compiler fills look-up tables with them.
 */
export { expm1Scalar, expScalar } from './exponential.ts';
export { log1pScalar, log2Scalar, logScalar, softplusScalar } from './logarithms.ts';
export { asinhScalar, coshScalar, sigmoidScalar, sinhScalar, tanhScalar } from './hyperbolic.ts';
export { atan2Scalar, atanScalar, cosScalar, sinScalar } from './trigonometric.ts';
export { powScalar2 } from './power.ts';
export { erfScalar } from './error-function.ts';
