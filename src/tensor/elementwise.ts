/**
 * Elementwise operations with NumPy's broadcasting. Results are contiguous f32; i32 operands are converted first.
 *
 * Comparisons give 1 and 0, so that they multiply as masks. Functions are computed in double precision and rounded once.
 */
import { ValueError } from '../errors.ts';
import { toFloats } from './access.ts';
import * as binary from './backends/js/binary.ts';
import { forEachOuter, planLoop } from './backends/js/loops.ts';
import * as unary from './backends/js/unary.ts';
import { scalar, wrap } from './create.ts';
import * as elementary from './elementary/index.ts';
import { broadcastShapes, broadcastStrides, contiguousStrides, sizeOfShape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { traced } from './trace.ts';
import { broadcastTo } from './views.ts';

/** A tensor, or a number that stands for a scalar tensor. */
export type TensorLike = Tensor | number;

interface Floats {
  readonly data: Float32Array;
  readonly offset: number;
  readonly strides: readonly number[];
  readonly shape: readonly number[];
}

function floatsOf(value: TensorLike): Floats {
  if (typeof value === 'number') return { data: Float32Array.of(value), offset: 0, strides: [], shape: [] };
  if (value.data instanceof Float32Array) return value as Floats;
  return { data: toFloats(value), offset: 0, strides: contiguousStrides(value.shape), shape: value.shape };
}

const shapeOf = (value: TensorLike): readonly number[] => (typeof value === 'number' ? [] : value.shape);

/** Record an elementwise operation if an operand is symbolic; numbers become scalar constants. */
function trace(
  operation: string,
  operands: readonly TensorLike[],
  shape: readonly number[],
  attributes: Readonly<Record<string, unknown>> = {},
): Tensor | null {
  const tensors = operands.map((value) => (typeof value === 'number' ? scalar(value) : value));
  return traced(operation, tensors, attributes, shape);
}

function runBinary(kernel: binary.BinaryKernel, a: TensorLike, b: TensorLike, operation: string): Tensor {
  const shape = broadcastShapes(shapeOf(a), shapeOf(b), operation);
  const symbolic = trace(operation, [a, b], shape);
  if (symbolic !== null) return symbolic;
  const left = floatsOf(a);
  const right = floatsOf(b);
  const out = new Float32Array(sizeOfShape(shape));
  const plan = planLoop(shape, [
    contiguousStrides(shape),
    broadcastStrides(left.shape, left.strides, shape),
    broadcastStrides(right.shape, right.strides, shape),
  ]);
  const [, first, second] = plan.operands;
  forEachOuter(plan, [0, left.offset, right.offset], (offsets) => {
    kernel(
      out,
      offsets[0]!,
      { data: left.data, offset: offsets[1]!, row: first!.row, column: first!.column },
      { data: right.data, offset: offsets[2]!, row: second!.row, column: second!.column },
      plan.rows,
      plan.columns,
    );
  });
  return wrap(out, shape);
}

function runUnary(
  kernel: unary.UnaryKernel,
  x: TensorLike,
  operation: string,
  attributes?: Readonly<Record<string, unknown>>,
): Tensor {
  const symbolic = trace(operation, [x], shapeOf(x), attributes);
  if (symbolic !== null) return symbolic;
  const { data, offset, strides, shape } = floatsOf(x);
  const out = new Float32Array(sizeOfShape(shape));
  const plan = planLoop(shape, [contiguousStrides(shape), strides]);
  const step = plan.operands[1]!;
  forEachOuter(plan, [0, offset], (offsets) => {
    kernel(
      out,
      offsets[0]!,
      { data, offset: offsets[1]!, row: step.row, column: step.column },
      plan.rows,
      plan.columns,
    );
  });
  return wrap(out, shape);
}

/** Compute a + b. */
export function add(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(binary.addKernel, a, b, 'add');
}

/** Compute a − b. */
export function subtract(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(binary.subtractKernel, a, b, 'subtract');
}

/** Compute a · b. */
export function multiply(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(binary.multiplyKernel, a, b, 'multiply');
}

/** Compute a / b; division by 0 gives ±∞ or NaN. */
export function divide(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(binary.divideKernel, a, b, 'divide');
}

/** Compute the greater of a and b, NaN if either is. */
export function maximum(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(binary.maximumKernel, a, b, 'maximum');
}

/** Compute the smaller of a and b, NaN if either is. */
export function minimum(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(binary.minimumKernel, a, b, 'minimum');
}

/** Give `gradient` where x > 0, else 0: the backward pass of relu in one sweep. */
export function reluGradient(gradient: TensorLike, x: TensorLike): Tensor {
  return runBinary(binary.gateKernel, gradient, x, 'reluGradient');
}

/** Compute gradient · (1 − y²): the backward pass of y = tanh x in one sweep. */
export function tanhGradient(gradient: TensorLike, y: TensorLike): Tensor {
  return runBinary(binary.tanhGateKernel, gradient, y, 'tanhGradient');
}

/** Compute gradient · y·(1 − y): the backward pass of y = sigmoid x in one sweep. */
export function sigmoidGradient(gradient: TensorLike, y: TensorLike): Tensor {
  return runBinary(binary.sigmoidGateKernel, gradient, y, 'sigmoidGradient');
}

const equalKernel = binary.zipKernel((a, b) => (a === b ? 1 : 0));

/** Tell where a = b, as 1 and 0. */
export function equal(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(equalKernel, a, b, 'equal');
}

const notEqualKernel = binary.zipKernel((a, b) => (a !== b ? 1 : 0));

/** Tell where a ≠ b, as 1 and 0. */
export function notEqual(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(notEqualKernel, a, b, 'notEqual');
}

const lessKernel = binary.zipKernel((a, b) => (a < b ? 1 : 0));

/** Tell where a < b, as 1 and 0. */
export function less(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(lessKernel, a, b, 'less');
}

const lessEqualKernel = binary.zipKernel((a, b) => (a <= b ? 1 : 0));

/** Tell where a ≤ b, as 1 and 0. */
export function lessEqual(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(lessEqualKernel, a, b, 'lessEqual');
}

const greaterKernel = binary.zipKernel((a, b) => (a > b ? 1 : 0));

/** Tell where a > b, as 1 and 0. */
export function greater(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(greaterKernel, a, b, 'greater');
}

const greaterEqualKernel = binary.zipKernel((a, b) => (a >= b ? 1 : 0));

/** Tell where a ≥ b, as 1 and 0. */
export function greaterEqual(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(greaterEqualKernel, a, b, 'greaterEqual');
}

const powKernel = binary.zipKernel(elementary.powScalar2);

/** Compute a^b; NaN for a negative base with a broken exponent. */
export function pow(a: TensorLike, b: TensorLike): Tensor {
  return runBinary(powKernel, a, b, 'pow');
}

const atan2Kernel = binary.zipKernel(elementary.atan2Scalar);

/** Compute the angle of the point (x, y), in (−π, π]. */
export function atan2(y: TensorLike, x: TensorLike): Tensor {
  return runBinary(atan2Kernel, y, x, 'atan2');
}

/** Compute −x. */
export function negate(x: TensorLike): Tensor {
  return runUnary(unary.negateKernel, x, 'negate');
}

/** Compute |x|. */
export function abs(x: TensorLike): Tensor {
  return runUnary(unary.absKernel, x, 'abs');
}

/** Compute √x; NaN below 0. */
export function sqrt(x: TensorLike): Tensor {
  return runUnary(unary.sqrtKernel, x, 'sqrt');
}

/** Compute x². */
export function square(x: TensorLike): Tensor {
  return runUnary(unary.squareKernel, x, 'square');
}

/** Compute x above 0, else 0. */
export function relu(x: TensorLike): Tensor {
  return runUnary(unary.reluKernel, x, 'relu');
}

const expKernel = unary.mapKernel(elementary.expScalar);

/** Compute e^x. */
export function exp(x: TensorLike): Tensor {
  return runUnary(expKernel, x, 'exp');
}

const expm1Kernel = unary.mapKernel(elementary.expm1Scalar);

/** Compute e^x − 1. */
export function expm1(x: TensorLike): Tensor {
  return runUnary(expm1Kernel, x, 'expm1');
}

const logKernel = unary.mapKernel(elementary.logScalar);

/** Compute the natural logarithm; −∞ at 0, NaN below. */
export function log(x: TensorLike): Tensor {
  return runUnary(logKernel, x, 'log');
}

const log1pKernel = unary.mapKernel(elementary.log1pScalar);

/** Compute log(1 + x). */
export function log1p(x: TensorLike): Tensor {
  return runUnary(log1pKernel, x, 'log1p');
}

const log2Kernel = unary.mapKernel(elementary.log2Scalar);

/** Compute the logarithm to base 2. */
export function log2(x: TensorLike): Tensor {
  return runUnary(log2Kernel, x, 'log2');
}

const tanhKernel = unary.mapKernel(elementary.tanhScalar);

/** Compute the hyperbolic tangent. */
export function tanh(x: TensorLike): Tensor {
  return runUnary(tanhKernel, x, 'tanh');
}

const sinhKernel = unary.mapKernel(elementary.sinhScalar);

/** Compute the hyperbolic sine. */
export function sinh(x: TensorLike): Tensor {
  return runUnary(sinhKernel, x, 'sinh');
}

const coshKernel = unary.mapKernel(elementary.coshScalar);

/** Compute the hyperbolic cosine. */
export function cosh(x: TensorLike): Tensor {
  return runUnary(coshKernel, x, 'cosh');
}

const asinhKernel = unary.mapKernel(elementary.asinhScalar);

/** Compute the inverse of sinh. */
export function asinh(x: TensorLike): Tensor {
  return runUnary(asinhKernel, x, 'asinh');
}

const sigmoidKernel = unary.mapKernel(elementary.sigmoidScalar);

/** Compute 1 / (1 + e^−x). */
export function sigmoid(x: TensorLike): Tensor {
  return runUnary(sigmoidKernel, x, 'sigmoid');
}

const softplusKernel = unary.mapKernel(elementary.softplusScalar);

/** Compute log(1 + e^x), finite for every finite x. */
export function softplus(x: TensorLike): Tensor {
  return runUnary(softplusKernel, x, 'softplus');
}

const sinKernel = unary.mapKernel(elementary.sinScalar);

/** Compute the sine of x in radians. */
export function sin(x: TensorLike): Tensor {
  return runUnary(sinKernel, x, 'sin');
}

const cosKernel = unary.mapKernel(elementary.cosScalar);

/** Compute the cosine of x in radians. */
export function cos(x: TensorLike): Tensor {
  return runUnary(cosKernel, x, 'cos');
}

const atanKernel = unary.mapKernel(elementary.atanScalar);

/** Compute the arctangent. */
export function atan(x: TensorLike): Tensor {
  return runUnary(atanKernel, x, 'atan');
}

const erfKernel = unary.mapKernel(elementary.erfScalar);

/** Compute the error function. */
export function erf(x: TensorLike): Tensor {
  return runUnary(erfKernel, x, 'erf');
}

const floorKernel = unary.mapKernel(Math.floor);

/** Round down. */
export function floor(x: TensorLike): Tensor {
  return runUnary(floorKernel, x, 'floor');
}

/** Round to the nearest integer, ties to even. */
export function roundScalar(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
}

const roundKernel = unary.mapKernel(roundScalar);

/** Round to the nearest integer, ties to even. */
export function round(x: TensorLike): Tensor {
  return runUnary(roundKernel, x, 'round');
}

const signKernel = unary.mapKernel(Math.sign);

/** Give −1, 0 or 1. */
export function sign(x: TensorLike): Tensor {
  return runUnary(signKernel, x, 'sign');
}

/** Compute x above 0, slope · x below. @param slope @defaultValue 0.01 */
export function leakyRelu(x: TensorLike, slope = 0.01): Tensor {
  const factor = Math.fround(slope);
  return runUnary(
    unary.mapKernel((u) => (u > 0 ? u : factor * u)),
    x,
    'leakyRelu',
    { slope: factor },
  );
}

/** Compute x^exponent for one exponent; squares, roots and reciprocals are exact to the last bit. */
export function powScalar(x: TensorLike, exponent: number): Tensor {
  return runUnary(
    unary.mapKernel((u) => elementary.powScalar2(u, exponent)),
    x,
    'powScalar',
    { exponent },
  );
}

/**
 * Limit to [lo, hi].
 *
 * @throws ValueError if lo > hi.
 */
export function clip(x: TensorLike, lo: number, hi: number): Tensor {
  if (!(lo <= hi)) throw new ValueError(`clip needs lo <= hi, but got lo = ${lo}, hi = ${hi}.`);
  return runUnary(
    unary.mapKernel((u) => (u < lo ? lo : u > hi ? hi : u)),
    x,
    'clip',
    { lo, hi },
  );
}

/** Take a where the condition is not 0, else b; NaN or ∞ in what is not taken does no harm. */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  const shape = broadcastShapes(broadcastShapes(shapeOf(condition), shapeOf(a), 'where'), shapeOf(b), 'where');
  const symbolic = trace('where', [condition, a, b], shape);
  if (symbolic !== null) return symbolic;
  const flat = (value: TensorLike): Float32Array =>
    typeof value === 'number' ? new Float32Array(sizeOfShape(shape)).fill(value) : toFloats(broadcastTo(value, shape));
  const test = flat(condition);
  const yes = flat(a);
  const no = flat(b);
  const out = new Float32Array(test.length);
  for (let i = 0; i < out.length; i += 1) out[i] = test[i] !== 0 ? yes[i]! : no[i]!;
  return wrap(out, shape);
}
