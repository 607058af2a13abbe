/**
 * The vector code of every elementwise operation of a plan: from operands in locals to the result on the stack.
 *
 * Each gives, lane by lane, the bits of the tensor function of its name. Constants are rounded to f32 first, as the
 * tensor functions do.
 */
import { f32, f32x4, v128, type Code, type FunctionReference, type Instruction, type Local } from '../../wasm/index.ts';

/** What an emitter gets. */
export interface ElementwiseCall {
  readonly code: Code;
  /** v128 locals. */
  readonly operands: readonly Local[];
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Functions of vectors by name, see backends/wasm/elementary.ts. */
  readonly elementary: (name: string) => FunctionReference;
  /** The function of an operation with attributes of its own. */
  readonly special: () => FunctionReference;
}

type Emitter = (call: ElementwiseCall) => void;

function splat(code: Code, value: number): void {
  f32.const(code, value);
  f32x4.splat(code);
}

const binary =
  (instruction: Instruction): Emitter =>
  ({ code, operands: [a, b] }) => {
    code.get(a!);
    code.get(b!);
    instruction(code);
  };

const unary =
  (instruction: Instruction): Emitter =>
  ({ code, operands: [x] }) => {
    code.get(x!);
    instruction(code);
  };

/** 1 where the comparison holds, else 0. */
const comparison =
  (instruction: Instruction): Emitter =>
  (call) => {
    binary(instruction)(call);
    splat(call.code, 1);
    v128.and(call.code);
  };

/** Push the first vector where it beats the second or is NaN, else the second. */
export function emitExtremum(code: Code, a: Local, b: Local, beats: Instruction): void {
  code.get(a);
  code.get(b);
  code.get(a);
  code.get(b);
  beats(code);
  code.get(a);
  code.get(a);
  f32x4.ne(code);
  v128.or(code);
  v128.bitselect(code);
}

const extremum =
  (beats: Instruction): Emitter =>
  ({ code, operands: [a, b] }) =>
    emitExtremum(code, a!, b!, beats);

/** A function of vectors. */
const called =
  (name: string): Emitter =>
  ({ code, operands, elementary }) => {
    for (const operand of operands) code.get(operand);
    code.call(elementary(name));
  };

/** Operations whose code is a call, so that computing one again is dear. */
const functions: readonly string[] =
  'exp expm1 log log1p log2 sigmoid tanh softplus sinh cosh asinh sin cos atan erf pow atan2'.split(' ');

/** Operations whose attributes make a function of their own. */
const specials: readonly string[] = ['quantize', 'insideGrid', 'powScalar'];

const special: Emitter = ({ code, operands: [x], special: target }) => {
  code.get(x!);
  code.call(target());
};

const emitters: Readonly<Record<string, Emitter>> = {
  add: binary(f32x4.add),
  subtract: binary(f32x4.sub),
  multiply: binary(f32x4.mul),
  divide: binary(f32x4.div),
  maximum: extremum(f32x4.gt),
  minimum: extremum(f32x4.lt),
  equal: comparison(f32x4.eq),
  notEqual: comparison(f32x4.ne),
  less: comparison(f32x4.lt),
  lessEqual: comparison(f32x4.le),
  greater: comparison(f32x4.gt),
  greaterEqual: comparison(f32x4.ge),
  negate: unary(f32x4.neg),
  abs: unary(f32x4.abs),
  sqrt: unary(f32x4.sqrt),
  floor: unary(f32x4.floor),
  // Ties to even; what rounds to 0 gives +0, and −0 itself stays.
  round: ({ code, operands: [x] }) => {
    code.get(x!);
    code.get(x!);
    f32x4.nearest(code);
    splat(code, 0);
    f32x4.add(code);
    code.get(x!);
    splat(code, 0);
    f32x4.eq(code);
    v128.bitselect(code);
  },
  copy: ({ code, operands: [x] }) => code.get(x!),
  // Of integers; all other operations take floats.
  float: unary(f32x4.convertI32x4S),
  // Sums start from 0, which turns −0 into 0.
  addZero: ({ code, operands: [x] }) => {
    code.get(x!);
    splat(code, 0);
    f32x4.add(code);
  },
  square: ({ code, operands: [x] }) => {
    code.get(x!);
    code.get(x!);
    f32x4.mul(code);
  },
  relu: ({ code, operands: [x] }) => {
    code.get(x!);
    code.get(x!);
    splat(code, 0);
    f32x4.gt(code);
    code.get(x!);
    code.get(x!);
    f32x4.ne(code);
    v128.or(code);
    v128.and(code);
  },
  reluGradient: ({ code, operands: [gradient, x] }) => {
    code.get(gradient!);
    code.get(x!);
    splat(code, 0);
    f32x4.gt(code);
    v128.and(code);
  },
  tanhGradient: ({ code, operands: [gradient, y] }) => {
    code.get(gradient!);
    splat(code, 1);
    code.get(y!);
    code.get(y!);
    f32x4.mul(code);
    f32x4.sub(code);
    f32x4.mul(code);
  },
  sigmoidGradient: ({ code, operands: [gradient, y] }) => {
    code.get(gradient!);
    code.get(y!);
    splat(code, 1);
    code.get(y!);
    f32x4.sub(code);
    f32x4.mul(code);
    f32x4.mul(code);
  },
  where: ({ code, operands: [condition, a, b] }) => {
    code.get(a!);
    code.get(b!);
    code.get(condition!);
    splat(code, 0);
    f32x4.ne(code);
    v128.bitselect(code);
  },
  leakyRelu: ({ code, operands: [x], attributes }) => {
    code.get(x!);
    code.get(x!);
    splat(code, attributes['slope'] as number);
    f32x4.mul(code);
    code.get(x!);
    splat(code, 0);
    f32x4.gt(code);
    v128.bitselect(code);
  },
  clip: ({ code, operands: [x], attributes }) => {
    const lo = attributes['lo'] as number;
    const hi = attributes['hi'] as number;
    splat(code, lo);
    splat(code, hi);
    code.get(x!);
    code.get(x!);
    splat(code, hi);
    f32x4.gt(code);
    v128.bitselect(code);
    code.get(x!);
    splat(code, lo);
    f32x4.lt(code);
    v128.bitselect(code);
  },
  sign: ({ code, operands: [x] }) => {
    // −1 or 1 beside zero; zeros (with their sign) and NaN stay.
    splat(code, 1);
    splat(code, -1);
    code.get(x!);
    code.get(x!);
    splat(code, 0);
    f32x4.lt(code);
    v128.bitselect(code);
    code.get(x!);
    splat(code, 0);
    f32x4.gt(code);
    v128.bitselect(code);
  },
  ...Object.fromEntries(specials.map((name) => [name, special])),
  ...Object.fromEntries(functions.map((name) => [name, called(name)])),
};

/** Tell whether an operation maps elements of one index to one element of the same index, after broadcasting. */
export function isElementwise(operation: string): boolean {
  return Object.hasOwn(emitters, operation);
}

/** Tell whether computing an elementwise operation twice costs no more than a load or two. */
export function isCheap(operation: string): boolean {
  return Object.hasOwn(emitters, operation) && !functions.includes(operation) && !specials.includes(operation);
}

/** Write the code of an elementwise operation; the result is on the stack. */
export function emitElementwise(operation: string, call: ElementwiseCall): void {
  emitters[operation]!(call);
}
