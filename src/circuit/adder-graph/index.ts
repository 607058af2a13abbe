/** Adder graphs: constant matrices as shared additions of shifted values. */
export type { Adder, AdderGraph, AdderGraphCost, AdderOutput, InputRange } from './adder-graph.ts';
export { checkAdderGraph, valueRanges } from './check.ts';
export { constantProducts } from './constant-products.ts';
export type { AdderOptimizer } from './constant-products.ts';
export { adderGraphCost, adderWidths } from './cost.ts';
export { optimizeAdders } from './optimize.ts';
export type { AdderOptions } from './optimize.ts';
export { realizeAdderGraph } from './realize.ts';
export type { Constant } from './output-plan.ts';
export { ternaryAdders } from './ternary.ts';
export type { TernaryAdders } from './ternary.ts';
export { countSignedDigits, signedDigits } from './signed-digits.ts';
export type { SignedDigit } from './signed-digits.ts';
