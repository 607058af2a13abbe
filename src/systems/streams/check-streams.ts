/**
 * Compares what computes a stream graph: the unrolled network, the interpreter, emulation, and the clocked design under
 * stalls. Each comparison counts samples, and tells the first difference in a sentence.
 */
import { type StreamGraph, streamType } from '../../circuit/index.ts';
import { compileNetwork, type CompileOptions } from '../../compile/index.ts';
import { type Codes, interpretGraph, streamEmulator } from '../../emulation/index.ts';
import { type FixedFormat, fractionBits, sameCodes } from '../../fixed/index.ts';
import { multiplyAccumulates, type Network } from '../../network/index.ts';
import type { Comparison } from '../checks.ts';
import type { Stimulus } from '../stimuli.ts';
import { formatsByPlace, sampleInputs } from './stream-pipeline.ts';

/** Multiplications of a sample up to which the network is also compared fully unrolled. */
const UNROLLED_LIMIT = 100_000;

/** A comparison, and its first difference. */
export interface Compared {
  readonly comparison: Comparison;
  readonly firstMismatch: string | null;
}

/** outputs[sample][output]: raw codes by place. */
export type StreamOutputs = readonly (readonly (readonly bigint[])[])[];

/** Emulate samples. */
export function emulatedOutputs(
  graph: StreamGraph,
  stimuli: readonly Stimulus[],
  options: { readonly engine?: 'webassembly' | 'interpreter' } = {},
): StreamOutputs {
  const flat = graph.inputs.map((_, port) => stimuli.flatMap((stimulus) => stimulus[port]!));
  const results = streamEmulator(graph, options).run(stimuli.length, flat);
  return stimuli.map((_, sample) =>
    graph.outputs.map((name) => {
      const { formats, elements } = streamType(graph, name);
      const width = formats.length * elements.length;
      return plainCodes(results.get(name)!, sample * width, width);
    }),
  );
}

const plainCodes = (codes: Codes, from: number, count: number): bigint[] =>
  Array.from({ length: count }, (_, k) => BigInt(codes[from + k]!));

/** Compare two lists of outputs code by code; the shorter says how many samples. */
export function compareOutputs(what: string, outputs: StreamOutputs, expected: StreamOutputs): Compared {
  const count = Math.min(outputs.length, expected.length);
  return compared(count, what, (sample) =>
    outputs[sample]!.every((codes, k) => codes.every((code, place) => code === expected[sample]![k]![place])),
  );
}

/**
 * Compare emulated streams with the unrolled network, by value: where no format is asked for, the streams' may be wider.
 *
 * @returns the comparison, or in a sentence why none was made
 */
export function compareUnrolled(
  graph: StreamGraph,
  network: Network,
  options: CompileOptions,
  stimuli: readonly Stimulus[],
  emulated: StreamOutputs,
): Compared | string {
  const work = multiplyAccumulates(network);
  if (work > UNROLLED_LIMIT) {
    return `The network was not compared unrolled: ${work} multiplications per sample are more than ${UNROLLED_LIMIT}.`;
  }
  const unrolled = compileNetwork(network, options);
  const takesSameCodes = sampleInputs(graph).every(({ formats }, k) =>
    formats.every((format, place) => sameCodes(format, unrolled.inputs[k]!.formats[place]!)),
  );
  if (!takesSameCodes) {
    return 'The network was not compared unrolled: its inputs have formats by element, which streams join to one.';
  }
  const types = graph.outputs.map((name) => formatsByPlace(streamType(graph, name)));
  const formats = unrolled.outputs.map(
    (name) => unrolled.layers.find((layer) => layer.name === name)!.circuit.outputs[0]!.formats,
  );
  return compared(stimuli.length, 'Emulation of the streams differs from the unrolled network', (sample) => {
    const results = interpretGraph(unrolled, stimuli[sample]!);
    return unrolled.outputs.every((name, k) =>
      results
        .get(name)!
        .every((code, place) => sameValue(code, formats[k]![place]!, emulated[sample]![k]![place]!, types[k]![place]!)),
    );
  });
}

function sameValue(a: bigint, formatA: FixedFormat, b: bigint, formatB: FixedFormat): boolean {
  const shift = fractionBits(formatA) - fractionBits(formatB);
  return shift >= 0 ? a === b << BigInt(shift) : a << BigInt(-shift) === b;
}

function compared(samples: number, what: string, agrees: (sample: number) => boolean): Compared {
  let mismatches = 0;
  let firstMismatch: string | null = null;
  for (let sample = 0; sample < samples; sample += 1) {
    if (agrees(sample)) continue;
    mismatches += 1;
    firstMismatch ??= `${what} at sample ${sample}.`;
  }
  return { comparison: { vectors: samples, mismatches }, firstMismatch };
}
