/**
 * Compares gradients with central differences.
 *
 * In f32 a difference quotient is good to about 1e-7·|y|/step + step²·|y'''|/6, so steps near 2^-7 and tolerances near
 * 1e-3 suit functions of order one. Keep away from kinks by more than a step.
 */
import { stream } from '../random/index.ts';
import { size, tensor, toFloats, type Tensor } from '../tensor/index.ts';
import { gradients } from './gradients.ts';
import { constant, variable, type Variable } from './variable.ts';

/** Options of `checkGradient`. */
export interface GradientCheckOptions {
  /** Half the distance of the two points. @defaultValue 1/128 */
  readonly step?: number;
  /** Greatest allowed error, relative to max(1, |difference quotient|). @defaultValue 2e-3 */
  readonly tolerance?: number;
  /** Seed of the weights that make one number of the output. @defaultValue 0 */
  readonly seed?: number;
}

/** What a gradient check found at the element that fits worst. */
export interface GradientCheck {
  readonly passed: boolean;
  /** |gradient − difference quotient| / max(1, |difference quotient|). */
  readonly error: number;
  /** Which input and which of its elements, in row-major order. */
  readonly input: number;
  readonly element: number;
  readonly gradient: number;
  readonly difference: number;
}

/**
 * Check the gradients of a function of any output shape at every element of every input.
 *
 * @param fn The function; called with variables once and with constants twice per element.
 * @param inputs Where to check.
 */
export function checkGradient(
  fn: (...inputs: Variable[]) => Variable,
  inputs: readonly Tensor[],
  options: GradientCheckOptions = {},
): GradientCheck {
  const { step = 1 / 128, tolerance = 2e-3, seed = 0 } = options;
  const leaves = inputs.map((input) => variable(input));
  const output = fn(...leaves);
  const random = stream(seed, 'checkGradient');
  const weights = Float32Array.from({ length: size(output.value) }, () => random.uniform(-1, 1));
  const analytic = gradients(output, leaves, tensor(weights, output.value.shape)).map(toFloats);
  const weighted = (values: readonly Tensor[]): number => {
    const y = toFloats(fn(...values.map((value) => constant(value))).value);
    return y.reduce((sum, value, i) => sum + value * weights[i]!, 0);
  };
  let worst: GradientCheck = { passed: true, error: 0, input: 0, element: 0, gradient: 0, difference: 0 };
  inputs.forEach((input, which) => {
    const flat = toFloats(input);
    for (let element = 0; element < flat.length; element += 1) {
      const moved = [step, -step].map((by) => {
        const data = Float32Array.from(flat);
        data[element]! += by;
        return { at: data[element]!, value: weighted(inputs.with(which, tensor(data, input.shape))) };
      });
      const difference = (moved[0]!.value - moved[1]!.value) / (moved[0]!.at - moved[1]!.at);
      const gradient = analytic[which]![element]!;
      const error = Math.abs(gradient - difference) / Math.max(1, Math.abs(difference));
      if (!(error <= worst.error))
        worst = { passed: error <= tolerance, error, input: which, element, gradient, difference };
    }
  });
  return worst;
}
