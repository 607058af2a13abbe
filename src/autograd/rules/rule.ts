/** The shape of a gradient rule, and the sums that undo broadcasting. */
import { reshape, sameShape, sum, type Tensor } from '../../tensor/index.ts';

/** One application of a primitive, as its rule sees it in the backward pass. */
export interface Call<A> {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly attributes: A;
  /** Per input, whether its gradient is asked for; a rule may skip the others. */
  readonly wants: readonly boolean[];
}

/** From dL/d(output) to dL/d(input) for each input; null where not asked for or zero everywhere. */
export type Rule<A> = (gradient: Tensor, call: Call<A>) => readonly (Tensor | null)[];

/** The rules of a family of primitives, by name, typed by the primitives' attributes. */
export type RuleTable<Attributes> = { readonly [P in keyof Attributes]: Rule<Attributes[P]> };

/** Sum a gradient over the axes along which an operand of that shape was broadcast. */
export function unbroadcast(gradient: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient;
  const missing = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((extent, axis) =>
    axis < missing || (shape[axis - missing] === 1 && extent !== 1) ? [axis] : [],
  );
  return reshape(sum(gradient, axes, true), shape);
}
