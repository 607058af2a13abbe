/** One operator case: inputs in, outputs and gradients compared. */
import * as ag from '../../src/autograd/index.ts';
import { tensor, toFlat, type Tensor } from '../../src/tensor/index.ts';

/** A tensor as the vector files write it. */
export interface VectorTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'f64' | 'i32' | 'bool';
  readonly data: readonly number[];
  readonly grad?: boolean;
}

/** An operator case of a vector file. */
export interface OperatorCase {
  readonly id: string;
  readonly op: string;
  readonly tags?: readonly string[];
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly inputs: readonly VectorTensor[];
  readonly outputs: readonly VectorTensor[];
  readonly cotangents?: readonly VectorTensor[];
  readonly grads?: readonly VectorTensor[];
  readonly torch_f32_err?: { readonly out: number; readonly grad: number };
}

/** Inputs by name: variables where a gradient is given, constants elsewhere. */
export type Inputs = Readonly<Record<string, ag.Variable>>;

/** An operator under test: one result, or several by output name. */
export type Operator = (
  inputs: Inputs,
  attributes: Readonly<Record<string, never>>,
) => ag.Variable | Readonly<Record<string, ag.Variable>>;

/** Make a tensor of a written one; truth values become f32. */
export function tensorOf(written: Omit<VectorTensor, 'name'>): Tensor {
  return tensor(written.data, written.shape, written.dtype === 'i32' ? 'i32' : 'f32');
}

/** Compare with a reference: null if the error is within the tolerance, else a sentence. */
export function mismatch(
  what: string,
  found: Tensor,
  expected: Omit<VectorTensor, 'name'>,
  tolerance: number,
): string | null {
  if (found.shape.join() !== expected.shape.join()) {
    return `${what} has the shape [${found.shape.join()}], expected [${expected.shape.join()}]`;
  }
  const values = toFlat(found);
  const scale = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const limit = expected.dtype === 'f64' ? tolerance * scale : 0;
  const at = expected.data.findIndex((value, i) => !(Math.abs(values[i]! - value) <= limit));
  return at < 0 ? null : `${what}[${at}] is ${values[at]}, expected ${expected.data[at]} within ${limit}`;
}

/**
 * Where we document another derivative than PyTorch in a case tagged `convention`, by operator and input value.
 * Its softplus is composed of max(x, 0) and log1p, which gives 1 at 0; ours is the derivative of log(1 + e^x), ½.
 */
const ownConvention: Readonly<Record<string, (x: number) => boolean>> = { softplus: (x) => x === 0 };

/** Take our own gradient where our convention differs, so that the rest is compared. */
function withOwnConventions(vector: OperatorCase, expected: VectorTensor, found: Tensor): VectorTensor {
  const differs = vector.tags?.includes('convention') === true ? ownConvention[vector.op] : undefined;
  if (differs === undefined) return expected;
  const input = vector.inputs.find(({ name }) => name === expected.name)!.data;
  const own = toFlat(found);
  return { ...expected, data: expected.data.map((value, i) => (differs(input[i]!) ? own[i]! : value)) };
}

/** Run an operator case: null if all agrees. */
export function operatorFailure(vector: OperatorCase, operator: Operator): string | null {
  const inputs = Object.fromEntries(
    vector.inputs.map((input) => [
      input.name,
      input.grad === true ? ag.variable(tensorOf(input)) : ag.constant(tensorOf(input)),
    ]),
  );
  const result = operator(inputs, vector.attrs as Readonly<Record<string, never>>);
  const outputs: Readonly<Record<string, ag.Variable>> = ag.isVariable(result as ag.Variable)
    ? { [vector.outputs[0]!.name]: result as ag.Variable }
    : (result as Readonly<Record<string, ag.Variable>>);
  const tolerance = (error: number | undefined): number => Math.max(1e-5, 8 * (error ?? 0));
  for (const expected of vector.outputs) {
    const found = outputs[expected.name];
    if (found === undefined) return `output ${expected.name} is missing`;
    const failure = mismatch(expected.name, found.value, expected, tolerance(vector.torch_f32_err?.out));
    if (failure !== null) return failure;
  }
  const cotangents = vector.cotangents ?? [];
  const parts = cotangents.map((c) => ag.sum(ag.multiply(outputs[c.name]!, tensorOf(c))));
  if (parts.length === 0) return null;
  const total = parts.reduce((sum, part) => ag.add(sum, part));
  const wanted = vector.grads ?? [];
  const found = ag.gradients(
    total,
    wanted.map((gradient) => inputs[gradient.name]!),
  );
  for (const [i, expected] of wanted.entries()) {
    const reference = withOwnConventions(vector, expected, found[i]!);
    const failure = mismatch(`d${expected.name}`, found[i]!, reference, tolerance(vector.torch_f32_err?.grad));
    if (failure !== null) return failure;
  }
  return null;
}
