/** Equivalence proofs: circuits, netlists and Verilog as exact forms in one spelling. */
export { wordOf } from './bits.ts';
export type { Word } from './bits.ts';
export { circuitForms } from './circuit-forms.ts';
export { compareForms } from './compare-forms.ts';
export type { Comparison } from './compare-forms.ts';
export { bitInput, CLOCK_INPUT } from './design-trace.ts';
export type { DesignWatcher } from './design-trace.ts';
export { DEFAULT_BOUNDS } from './equality.ts';
export type { Bounds, EqualityMethod } from './equality.ts';
export { netlistForms } from './netlist-forms.ts';
export { inputForms, proofContext } from './proof-context.ts';
export type { ProofContext } from './proof-context.ts';
export { designWatcher, inputBus, proveOutputs, VALID_INPUT } from './prove-design.ts';
export type { BusElement, DesignProof, ExpectedDesign, ModuleProof } from './prove-design.ts';
export { graphForms, proveGraph } from './prove-graph.ts';
export type { LayerForms, LayerProof, Unproven } from './prove-graph.ts';
export { verilogForms } from './verilog-forms.ts';
export * from './forms/index.ts';
