/** The backward pass: reverse-mode accumulation over the recorded calls. First derivatives only. */
import { ShapeError } from '../errors.ts';
import { add, contiguous, ones, sameShape, shapeText, sizeOfShape, zeros, type Tensor } from '../tensor/index.ts';
import { ruleOf } from './rules/index.ts';
import type { Variable } from './variable.ts';

/**
 * Compute the gradients of an output with respect to variables.
 *
 * @param output A scalar (one element), or any shape if a cotangent is given.
 * @param wrt The variables; one that the output does not depend on gets zeros.
 * @param cotangent dL/d(output), shaped as the output. @defaultValue ones for a scalar
 * @returns One f32 tensor per variable, shaped as it.
 * @throws ShapeError if the output has several elements and no cotangent, or the cotangent another shape.
 */
export function gradients(output: Variable, wrt: readonly Variable[], cotangent?: Tensor): Tensor[] {
  const { shape } = output.value;
  if (cotangent === undefined && sizeOfShape(shape) !== 1) {
    throw new ShapeError(
      `gradients needs a scalar output or a cotangent, but the output has the shape ${shapeText(shape)}.`,
    );
  }
  if (cotangent !== undefined && !sameShape(cotangent.shape, shape)) {
    throw new ShapeError(
      `gradients needs a cotangent of the output's shape ${shapeText(shape)}, but got ${shapeText(cotangent.shape)}.`,
    );
  }
  const needed = new Set(wrt);
  const found = new Map<Variable, Tensor>();
  if (output.tracked) found.set(output, cotangent ?? ones(shape));
  for (const node of backwardOrder(output)) {
    const gradient = found.get(node);
    if (gradient === undefined || node.record === null) continue;
    if (!needed.has(node)) found.delete(node);
    const { primitive, inputs, attributes } = node.record;
    const parts = ruleOf(primitive)(gradient, {
      inputs: inputs.map((input) => input.value),
      output: node.value,
      attributes,
      wants: inputs.map((input) => input.tracked),
    });
    inputs.forEach((input, i) => {
      const part = parts[i];
      if (!input.tracked || part === undefined || part === null) return;
      const sum = found.get(input);
      found.set(input, sum === undefined ? part : add(sum, part));
    });
  }
  return wrt.map((variable) => contiguous(found.get(variable) ?? zeros(variable.value.shape)));
}

/** The tracked variables that an output depends on, each after all that depend on it. */
function backwardOrder(output: Variable): Variable[] {
  const order: Variable[] = [];
  const seen = new Set<Variable>();
  // A stack of its own: networks can be deeper than the call stack.
  const stack: { variable: Variable; next: number }[] = [];
  const enter = (variable: Variable): void => {
    if (!variable.tracked || seen.has(variable)) return;
    seen.add(variable);
    stack.push({ variable, next: 0 });
  };
  enter(output);
  while (stack.length > 0) {
    const frame = stack.at(-1)!;
    const inputs = frame.variable.record?.inputs ?? [];
    if (frame.next < inputs.length) {
      frame.next += 1;
      enter(inputs[frame.next - 1]!);
    } else {
      order.push(frame.variable);
      stack.pop();
    }
  }
  return order.toReversed();
}
