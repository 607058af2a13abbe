/**
 * Reverse-mode differentiation of tensor operations.
 *
 * Functions are named as in `tensor` and take variables, tensors or numbers; `gradients` runs backward over what was
 * recorded. First derivatives only.
 */
export {
  asVariable,
  constant,
  customGradient,
  isVariable,
  stopGradient,
  variable,
  type CallRecord,
  type Operand,
  type Variable,
} from './variable.ts';
export { gradients } from './gradients.ts';
export { checkGradient, type GradientCheck, type GradientCheckOptions } from './check-gradient.ts';
export { ruleOf, rules, type Primitive, type PrimitiveAttributes } from './rules/index.ts';
export type { Call, Rule, RuleTable } from './rules/rule.ts';
export { convolve, convolveTransposed, type SpatialPads } from './operations/convolution.ts';
export * from './operations/elementwise.ts';
export * from './operations/linear.ts';
export * from './operations/piecewise-constant.ts';
export * from './operations/pooling.ts';
export { quantize } from './operations/quantize.ts';
export * from './operations/reduce.ts';
export { variance as var } from './operations/reduce.ts';
export * from './operations/shape.ts';
