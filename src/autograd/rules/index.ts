/**
 * The gradient rules of all primitives in one table, keyed by name. A spec enumerates the table and demands a gradient
 * check of every entry.
 */
import { UnsupportedError } from '../../errors.ts';
import type { Tensor } from '../../tensor/index.ts';
import { convolutionRules, type ConvolutionAttributes } from './convolution.ts';
import { elementwiseRules, type ElementwiseAttributes } from './elementwise.ts';
import { linearRules, type LinearAttributes } from './linear.ts';
import { poolingRules, type PoolingAttributes } from './pooling.ts';
import { quantizeRules, type QuantizeAttributes } from './quantize.ts';
import { reduceRules, type ReduceAttributes } from './reduce.ts';
import type { Rule, RuleTable } from './rule.ts';
import { shapeRules, type ShapeAttributes } from './shape.ts';

interface CustomAttributes {
  custom: { readonly backward: (cotangent: Tensor) => readonly (Tensor | null)[] };
}

/** Attributes of every primitive, by name. */
export interface PrimitiveAttributes
  extends
    ConvolutionAttributes,
    ElementwiseAttributes,
    LinearAttributes,
    PoolingAttributes,
    QuantizeAttributes,
    ReduceAttributes,
    ShapeAttributes,
    CustomAttributes {}

/** The name of a primitive. */
export type Primitive = keyof PrimitiveAttributes;

/** The table. */
export const rules: RuleTable<PrimitiveAttributes> = {
  ...elementwiseRules,
  ...convolutionRules,
  ...linearRules,
  ...poolingRules,
  ...quantizeRules,
  ...reduceRules,
  ...shapeRules,
  custom: (g, { attributes }) => attributes.backward(g),
};

/**
 * Look up a rule.
 *
 * @throws UnsupportedError naming the primitive if there is none.
 */
export function ruleOf(primitive: string): Rule<PrimitiveAttributes[Primitive]> {
  if (!Object.hasOwn(rules, primitive)) {
    throw new UnsupportedError(
      `There is no gradient rule for "${primitive}"; there are rules for ${Object.keys(rules).join(', ')}.`,
    );
  }
  // The attributes of a record were typed by its primitive when it was made.
  return rules[primitive as Primitive] as Rule<PrimitiveAttributes[Primitive]>;
}
