/**
 * Random layer graphs with skip connections, alone or with stimuli: layers over inputs and earlier layers, each a
 * random circuit, some as they come and some through the builder, as compiled networks are.
 */
import * as fc from 'fast-check';
import type { GraphInput, GraphLayer, LayerGraph } from '../../circuit/index.ts';
import type { FixedFormat } from '../../fixed/index.ts';
import { assemble, narrowed, rebuilt, type Step, steps, withOutput } from './circuit-program.ts';
import { describeGraph, describeSamples } from './describe.ts';
import { type FormatChoice, formats } from './formats.ts';
import { type SampleCount, simplerStimuli, type Stimuli, stimuli } from './samples.ts';
import type { SimplerOptions } from './simpler-circuits.ts';
import { simplerGraphs } from './simpler-graphs.ts';
import { withShrinks } from './with-shrinks.ts';

/** Which layer graphs to generate. */
export interface GraphChoice {
  /** Most layers, at least 1. @defaultValue 5 */
  readonly maxLayers?: number;
  /** Most operations per layer, at least 1. @defaultValue 12 */
  readonly maxSteps?: number;
  /** Most inputs of the graph, at least 1. @defaultValue 2 */
  readonly maxInputs?: number;
  /** Largest width of any wire, in bits. @defaultValue 24 */
  readonly maxWidth?: number;
  /** Fewest fraction bits of any wire. @defaultValue 0 */
  readonly minFraction?: number;
  /** Largest width of an output element of a layer, in bits; wider ones saturate. @defaultValue 12 */
  readonly maxOutputWidth?: number;
  /** Formats of the elements of the graph's inputs. @defaultValue any of at most 9 bits */
  readonly inputFormats?: FormatChoice;
}

/** A graph with a sequence for it. */
export interface GraphCase extends Stimuli {
  readonly graph: LayerGraph;
}

interface LayerPlan {
  readonly sources: readonly number[];
  readonly program: readonly Step[];
  readonly outputs: readonly number[];
  readonly simplify: boolean;
}

function rawGraphs(choice: GraphChoice): fc.Arbitrary<LayerGraph> {
  const { maxLayers = 5, maxSteps = 12, maxInputs = 2, maxWidth = 24, maxOutputWidth = 12 } = choice;
  const { minFraction = 0 } = choice;
  const plan: fc.Arbitrary<LayerPlan> = fc.record({
    sources: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 2 }),
    program: steps(formats({ maxWidth: Math.min(12, maxWidth - 1), minFraction }), maxSteps),
    outputs: fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 4 }),
    simplify: fc.boolean(),
  });
  const vector = fc.array(formats({ maxWidth: 9, minFraction, ...choice.inputFormats }), {
    minLength: 1,
    maxLength: 4,
  });
  return fc
    .tuple(
      fc.array(vector, { minLength: 1, maxLength: maxInputs }),
      fc.array(plan, { minLength: 1, maxLength: maxLayers }),
      fc.boolean(),
    )
    .map(([vectors, plans, second]): LayerGraph => {
      const inputs: GraphInput[] = vectors.map((own, k) => ({ name: `in${k}`, formats: own }));
      const known = new Map<string, readonly FixedFormat[]>(inputs.map((input) => [input.name, input.formats]));
      const layers = plans.map(({ sources: picks, program, outputs, simplify }, k): GraphLayer => {
        // The newest source first, so that small numbers make chains.
        const names = [...known.keys()].toReversed();
        const sources = picks.map((pick) => names[pick % names.length]!);
        const ports = sources.map((source, port) => ({ name: `x${port}`, formats: known.get(source)! }));
        const whole = assemble(`layer${k}`, ports, program, maxWidth, minFraction);
        const wires = outputs.map((pick) => whole.ops.length - 1 - (pick % whole.ops.length));
        const small = narrowed(whole, wires, maxOutputWidth);
        const plain = withOutput(small.circuit, 'y', small.wires);
        const circuit = simplify ? rebuilt(plain) : plain;
        known.set(`layer${k}`, circuit.outputs[0]!.formats);
        return { name: `layer${k}`, kind: 'random', circuit, inputs: sources };
      });
      const last = layers.at(-1)!.name;
      const middle = layers[Math.floor(layers.length / 2)]!.name;
      return { name: 'random', inputs, layers, outputs: [...new Set(second ? [last, middle] : [last])] };
    });
}

function simplifying({ maxWidth = 24, minFraction = 0, inputFormats = {} }: GraphChoice): SimplerOptions {
  // An unsigned wire of maxWidth bits needs one more as a two's complement operand.
  return { maxWidth: maxWidth + 1, minFraction, inputFormats: { maxWidth: 9, minFraction, ...inputFormats } };
}

/** Generate valid layer graphs with inputs in0, in1, … and layers layer0, layer1, …. */
export function layerGraphs(choice: GraphChoice = {}): fc.Arbitrary<LayerGraph> {
  return withShrinks(
    rawGraphs(choice),
    function* simpler(graph) {
      for (const next of simplerGraphs(graph, simplifying(choice))) yield next.graph;
    },
    (graph) => `\n${describeGraph(graph)}\n`,
  );
}

/** Generate layer graphs with a sequence of samples and gaps; both shrink together. */
export function graphCases(choice: GraphChoice = {}, count: SampleCount = {}): fc.Arbitrary<GraphCase> {
  const source = rawGraphs(choice).chain((graph) =>
    stimuli(graph.inputs, count).map(({ samples, gaps }): GraphCase => ({ graph, samples, gaps })),
  );
  return withShrinks(
    source,
    (value) => simplerGraphCases(value, { ...simplifying(choice), minSamples: count.minSamples ?? 1 }),
    (value) => `\n${describeGraphCase(value)}\n`,
  );
}

/** List simpler cases: simpler graphs with their samples carried over, then shorter sequences and smaller samples. */
export function* simplerGraphCases(
  { graph, samples, gaps }: GraphCase,
  options: SimplerOptions & Pick<SampleCount, 'minSamples'> = {},
): Iterable<GraphCase> {
  for (const { graph: simpler, adapt } of simplerGraphs(graph, options)) {
    yield { graph: simpler, samples: samples.map(adapt), gaps };
  }
  for (const shorter of simplerStimuli(graph.inputs, { samples, gaps }, options.minSamples))
    yield { graph, ...shorter };
}

/** Describe a graph and its sequence; a single sample also shows the raw code of every wire. */
export function describeGraphCase({ graph, samples, gaps }: GraphCase): string {
  const text = describeGraph(graph, samples.length === 1 ? samples[0] : undefined);
  return `${text}\n${describeSamples(graph.inputs, samples, gaps)}`;
}
