/**
 * Claim "circuit = model": two graphs of circuits compute the same at every layer.
 *
 * The specification is the model in its plainest circuits; the other graph may use whatever multiplies constants cheaply.
 * Layers are compared in their order, and what is proven equal is replaced, so that a layer is compared for what can
 * really reach it.
 */
import type { Circuit, LayerGraph } from '../../circuit/index.ts';
import { rawRange } from '../../fixed/index.ts';
import { circuitForms } from './circuit-forms.ts';
import { compareForms } from './compare-forms.ts';
import type { Comparison } from './compare-forms.ts';
import { greatest, least, signPlace } from './forms/index.ts';
import type { Form } from './forms/index.ts';
import { inputForms } from './proof-context.ts';
import type { ProofContext } from './proof-context.ts';

/** Raw codes by graph input and layer. */
export type LayerForms = ReadonlyMap<string, readonly Form[]>;

/** An equality that is not proven. */
export interface Unproven {
  readonly element: number;
  readonly found: Form;
  readonly expected: Form;
  readonly comparison: Exclude<Comparison, { result: 'equal' }>;
}

export interface LayerProof {
  readonly layer: string;
  readonly outputs: number;
  readonly methods: Readonly<Record<string, number>>;
  readonly unproven: readonly Unproven[];
}

/**
 * Write every layer of a graph as forms; every wire becomes a value that designs may contain.
 *
 * @param inputs raw codes by graph input
 * @defaultValue inputs: an atom per element
 */
export function graphForms(context: ProofContext, graph: LayerGraph, inputs?: LayerForms): LayerForms {
  const forms = new Map<string, readonly Form[]>(inputs ?? inputsOf(context, graph));
  for (const layer of graph.layers) {
    forms.set(
      layer.name,
      layerOutputs(
        context,
        layer.circuit,
        layer.inputs.map((name) => forms.get(name)!),
      ),
    );
  }
  return forms;
}

function inputsOf(context: ProofContext, graph: LayerGraph): [string, readonly Form[]][] {
  return graph.inputs.map(({ name, formats }) => [name, inputForms(context, name, formats.map(rawRange))]);
}

function layerOutputs(context: ProofContext, circuit: Circuit, inputs: readonly (readonly Form[])[]): readonly Form[] {
  const wires = circuitForms(context.store, circuit, inputs);
  const outputs = circuit.outputs[0]!.wires.map((wire) => wires[wire]!);
  // Sums inside a layer need no search: they have one spelling, unless a design cuts them in pieces.
  for (const wire of wires) if (hasOperation(wire)) context.references.add(wire);
  for (const output of outputs) context.references.add(output);
  return outputs;
}

/** Tell whether a form is more than a sum of inputs. */
function hasOperation({ linear }: Form): boolean {
  return linear.atoms.some(({ meaning }) => meaning.kind !== 'input');
}

/**
 * Prove that a graph computes what a specification does.
 *
 * @returns the forms that stand for its layers from here on, and the proof of each layer
 */
export function proveGraph(
  context: ProofContext,
  specification: LayerForms,
  graph: LayerGraph,
): { readonly forms: LayerForms; readonly layers: readonly LayerProof[] } {
  context.references.close();
  const forms = new Map<string, readonly Form[]>(inputsOf(context, graph));
  const layers = graph.layers.map((layer): LayerProof => {
    const found = layerOutputs(
      context,
      layer.circuit,
      layer.inputs.map((name) => forms.get(name)!),
    );
    const expected = specification.get(layer.name)!;
    const methods: Record<string, number> = {};
    const unproven: Unproven[] = [];
    forms.set(
      layer.name,
      found.map((form, element) => {
        const target = expected[element]!;
        const comparison = compareForms(context, form, target, bitsOf(form, target));
        if (comparison.result === 'equal') {
          methods[comparison.method] = (methods[comparison.method] ?? 0) + 1;
          return target;
        }
        unproven.push({ element, found: form, expected: target, comparison });
        return form;
      }),
    );
    return { layer: layer.name, outputs: found.length, methods, unproven };
  });
  context.references.close();
  return { forms, layers };
}

/** Bits that hold both values, sign included. */
function bitsOf(a: Form, b: Form): number {
  return 1 + Math.max(...[a, b].map((form) => signPlace(least(form), greatest(form))));
}
