/** From a layer graph to the program that the targets print, and the check that a target's words hold its values. */
import { alignType, type LayerGraph, type WireType } from '../../circuit/index.ts';
import { UnsupportedError } from '../../errors.ts';
import { type FixedFormat, formatText, rawRange } from '../../fixed/index.ts';
import { arrayStore } from './arrays.ts';
import { liveProgram } from './live.ts';
import type { ExportProgram, LayerCode, ProgramPort } from './program.ts';
import { rollCircuit } from './roll.ts';
import { type Range, unite } from './scalar.ts';

/** The largest word of a target: every value v that code computes has |v| ≤ `limit`. */
export interface WordLimit {
  readonly limit: bigint;
  /** As it stands in messages, e.g. "53 bits". */
  readonly text: string;
}

const INT32: Range = { lo: -(1n << 31n), hi: (1n << 31n) - 1n };

/**
 * Write a graph as loops over arrays.
 *
 * @throws UnsupportedError naming the layer whose values the target's words do not hold, or the input or output whose
 * raw codes are wider than 32 bits, the words in which they come and go
 */
export function buildProgram(graph: LayerGraph, word: WordLimit): ExportProgram {
  let layerName = graph.name;
  const store = arrayStore(() => layerName);
  const inputs = graph.inputs.map((input): ProgramPort => {
    checkPort(graph, 'input', input.name, input.formats);
    layerName = input.name;
    return { ...input, array: store.scratch('x', input.formats.length, spanOf(input.formats)) };
  });
  const arrays = new Map(inputs.map((port) => [port.name, port.array]));
  const elementTypes = new Map<string, readonly WireType[]>();
  const layers: LayerCode[] = [];
  for (const { name, kind, circuit, inputs: sources } of graph.layers) {
    layerName = name;
    const from = sources.map((source) => arrays.get(source)!);
    const output = circuit.outputs[0]!;
    const types = output.wires.map((wire) => circuit.types[wire]!);
    const fraction = graph.outputs.includes(name) ? undefined : commonFraction(types);
    const aligned = types.map((type) => alignType(type, fraction ?? type.fraction));
    const target = store.scratch('y', types.length, aligned.map((type): Range => type).reduce(unite));
    arrays.set(name, target);
    elementTypes.set(name, aligned);
    const { loops, scratch } = rollCircuit(circuit, store, from, [target], {
      inputTypes: sources.map((source) => elementTypes.get(source)),
      outputFractions: [fraction],
    });
    const layer = { name, kind, inputs: from, outputs: [target], scratch, loops };
    layers.push(layer);
    checkWords(graph, layer, word, (array) => store.arrays()[array]!.range);
  }
  const outputs = graph.outputs.map((name): ProgramPort => {
    const { formats } = graph.layers.find((layer) => layer.name === name)!.circuit.outputs[0]!;
    checkPort(graph, 'output', name, formats);
    return { name, formats, array: arrays.get(name)! };
  });
  return liveProgram({ name: graph.name, arrays: store.arrays(), inputs, layers, outputs });
}

/** One binary point for values between layers, so that their readers are alike; undefined if that makes them wide. */
function commonFraction(types: readonly WireType[]): number | undefined {
  const fraction = Math.max(...types.map((type) => type.fraction));
  return types.every((type) => within(alignType(type, fraction), INT32)) ? fraction : undefined;
}

function spanOf(formats: readonly FixedFormat[]): Range {
  return formats.map(rawRange).reduce(unite);
}

function checkPort(graph: LayerGraph, what: string, name: string, formats: readonly FixedFormat[]): void {
  const wide = formats.find((format) => !within(rawRange(format), INT32));
  if (wide === undefined) return;
  throw new UnsupportedError(
    `The ${what} "${name}" of "${graph.name}" has the format ${formatText(wide)}, but raw codes of an exported network come and go as signed integers of 32 bits; give it a format of at most 32 bits (31 if unsigned).`,
  );
}

function within({ lo, hi }: Range, limit: Range): boolean {
  return lo >= limit.lo && hi <= limit.hi;
}

function checkWords(graph: LayerGraph, layer: LayerCode, word: WordLimit, rangeOf: (array: number) => Range): void {
  const limit = { lo: -word.limit, hi: word.limit };
  const ranges = layer.loops.flatMap(({ body, reduction, target }) => [
    ...body.ranges,
    rangeOf(target),
    ...(reduction === undefined ? [] : [...reduction.term.ranges, ...reduction.step.ranges, reduction.range]),
  ]);
  const wide = ranges.find((range) => !within(range, limit));
  if (wide === undefined) return;
  throw new UnsupportedError(
    `Layer "${layer.name}" of "${graph.name}" computes values from ${wide.lo} to ${wide.hi}, but this target has words of ${word.text}; narrow its formats.`,
  );
}
