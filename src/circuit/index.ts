/** The untimed exact circuit: types, builder, interval rules, passes and text form. */
export type { Circuit, Op, OpKind, Port, Relation, Table, Wire, WireType } from './circuit.ts';
export type { GraphInput, GraphLayer, LayerGraph } from './layer-graph.ts';
export {
  alignType,
  bitLength,
  fitsFormat,
  formatOfType,
  isSigned,
  sameType,
  typeOfFormat,
  typeText,
  widthOf,
  widthOfRange,
} from './wire-type.ts';
export { castKeepsValues, castType, roundedInterval } from './cast-interval.ts';
export {
  addType,
  decideComparison,
  mapOperands,
  multiplyType,
  operandsOf,
  resultType,
  squareType,
  tableType,
} from './interval.ts';
export type { DerivedOp } from './interval.ts';
export { circuitBuilder } from './builder.ts';
export type { CircuitBuilder } from './builder.ts';
export { eliminateDeadCode, liveWires } from './dead-code.ts';
export { flattenGraph, inlineCircuit } from './flatten.ts';
export { parseCircuit, parseGraph, serializeCircuit, serializeGraph } from './text-form.ts';
export { validateCircuit, validateGraph } from './validate.ts';
export { constantMultiple, linearCombination, sumTerms } from './constant-multiplication.ts';
export type { MultiplicationStrategy, Term } from './constant-multiplication.ts';
export * from './adder-graph/index.ts';
export { complementOf } from './complement.ts';
export { isLeaf, sumForms } from './sum-form.ts';
export type { SumForm } from './sum-form.ts';
export { withNarrowPorts } from './narrow-ports.ts';
export { readElements, withoutUnreadElements } from './unread-elements.ts';
export * from './streams/index.ts';
