/** Whether a stream graph gives the values of the unrolled graph. */
import { expect } from 'vitest';
import {
  type LayerGraph,
  type StreamGraph,
  streamType,
  validateCircuit,
  validateGraph,
  validateStreams,
} from '../../../src/circuit/index.ts';
import { emulateStreams, interpretGraph } from '../../../src/emulation/index.ts';
import { type FixedFormat, fractionBits, rawRange } from '../../../src/fixed/index.ts';
import { stream } from '../../../src/random/index.ts';

/** Check every invariant of a stream graph, those of its circuits included. */
export function validateAll(graph: StreamGraph): void {
  validateStreams(graph);
  for (const { circuit, fold, finish } of graph.stages) {
    validateGraph(circuit);
    if (fold !== undefined) validateCircuit(fold.circuit);
    if (finish !== undefined) validateGraph(finish);
  }
}

/** Formats of the places of a stream, row-major. */
export function placeFormats(graph: StreamGraph, name: string): readonly FixedFormat[] {
  const { formats, elements } = streamType(graph, name);
  const places: FixedFormat[] = [];
  for (const row of elements) row.forEach((place, k) => (places[place] = formats[k]!));
  return places;
}

/** Random codes in the formats of the unrolled graph's inputs, its extremes included; one list per input and sample. */
export function randomSamples(graph: LayerGraph, batch: number, seed: number): bigint[][][] {
  const draw = stream('stream-samples', String(seed));
  return Array.from({ length: batch }, () =>
    graph.inputs.map(({ formats }) =>
      formats.map((format) => {
        const { lo, hi } = rawRange(format);
        const choice = draw.integer(0, 8);
        if (choice === 0) return lo;
        return choice === 1 ? hi : lo + BigInt(draw.integer(0, Number(hi - lo) + 1));
      }),
    ),
  );
}

/** Run both graphs on samples and compare all outputs by value. */
export function expectSameValues(unrolled: LayerGraph, streams: StreamGraph, samples: readonly bigint[][][]): void {
  const inputs = streams.inputs.map(({ name }, k) => {
    const own = unrolled.inputs[k]!.formats;
    const places = placeFormats(streams, name);
    return samples.flatMap((sample) => sample[k]!.map((raw, at) => inFraction(raw, own[at]!, places[at]!)));
  });
  const found = emulateStreams(streams, samples.length, inputs);
  const expected = samples.map((sample) => interpretGraph(unrolled, sample));
  streams.outputs.forEach((name, k) => {
    const own = unrolled.layers.find((layer) => layer.name === name)!.circuit.outputs[0]!.formats;
    const places = placeFormats(streams, name);
    const values = expected.map((results) =>
      results.get(name)!.map((raw, at) => inFraction(raw, own[at]!, places[at]!)),
    );
    const codes = Array.from(found[k]! as Iterable<number | bigint>, BigInt);
    expect(samples.map((_, n) => codes.slice(n * own.length, (n + 1) * own.length))).toEqual(values);
  });
}

/** The code of the same value in a format with at least as many fraction bits. */
function inFraction(raw: bigint, from: FixedFormat, to: FixedFormat): bigint {
  return raw << BigInt(fractionBits(to) - fractionBits(from));
}
