/** Stages that compute nothing: changes of layout, and copies of inputs that several stages read. */
import { circuitBuilder, type LayerGraph, type Steps, type StreamStage, type StreamType } from '../../circuit/index.ts';
import type { FixedFormat } from '../../fixed/index.ts';
import type { Edge } from './edge.ts';
import { type Beats, regrouping } from './layouts.ts';
import { beatPatches } from './windows.ts';

/**
 * The stages that carry a stream's elements in other beats: one that gathers beats and one that splits them, as far as
 * both are needed.
 *
 * Elements that come from one place of a joined beat in different beats of the result must have one format already.
 *
 * @param nameOf a name for a stage that gathers, orders or splits
 */
export function changeLayout(
  edge: Edge,
  to: Beats,
  nameOf: (suffix: 'gather' | 'order' | 'split') => string,
): { readonly stages: readonly StreamStage[]; readonly edge: Edge } {
  const { taken, given, order } = regrouping(edge.beats, to);
  const stages: StreamStage[] = [];
  let current = edge;
  const add = (
    name: string,
    beats: Beats,
    parts: Pick<StreamStage, 'steps' | 'gather'>,
    formats: readonly FixedFormat[],
  ): void => {
    const output: StreamType = { formats, elements: beats };
    stages.push(passingStage(name, current, parts, output));
    current = { ...current, stream: name, beats, formats };
  };
  if (taken > 1 || given === 1) {
    const joined = Array.from({ length: edge.beats.length / taken }, (_, group) =>
      edge.beats.slice(group * taken, (group + 1) * taken).flat(),
    );
    const formats = Array.from({ length: taken }, () => edge.formats).flat();
    const gather = given === 1 ? { results: taken, order } : { results: taken };
    add(
      nameOf(taken > 1 ? 'gather' : 'order'),
      given === 1 ? to : joined,
      { steps: { count: 1 }, gather },
      given === 1 ? order.map((k) => formats[k]!) : formats,
    );
  }
  if (given > 1) {
    const size = order.length / given;
    const selections = Array.from({ length: given }, (_, part) => order.slice(part * size, (part + 1) * size));
    const formats = selections[0]!.map((k) => current.formats[k]!);
    add(nameOf('split'), to, { steps: { count: given, selections }, gather: { results: 1 } }, formats);
  }
  return { stages, edge: current };
}

/** A stage that hands an input of the graph on to several readers. */
export function copyStage(name: string, source: Pick<Edge, 'stream' | 'beats' | 'formats'>): StreamStage {
  const output = { formats: source.formats, elements: source.beats };
  return passingStage(name, source, { steps: { count: 1 }, gather: { results: 1 } }, output);
}

function passingStage(
  name: string,
  { stream, beats, formats }: Pick<Edge, 'stream' | 'beats' | 'formats'>,
  { steps, gather }: { readonly steps: Steps; readonly gather: StreamStage['gather'] },
  output: StreamType,
): StreamStage {
  const selected = steps.selections?.[0]!.map((k) => formats[k]!) ?? formats;
  return {
    name,
    kind: 'layout',
    layers: [],
    inputs: [stream],
    taps: beatPatches(beats.length, []).taps,
    steps,
    circuit: passingCircuit(name, selected),
    gather,
    output,
  };
}

function passingCircuit(name: string, formats: readonly FixedFormat[]): LayerGraph {
  const builder = circuitBuilder(name);
  builder.output('y', builder.input('x', formats), formats);
  const layer = { name: `${name}_wires`, kind: 'layout', circuit: builder.build(), inputs: ['x'] };
  return { name, inputs: [{ name: 'x', formats }], layers: [layer], outputs: [layer.name] };
}
