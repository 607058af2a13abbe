/** Test particles on the gates: features as port codes, and the circuit's own weights for all of them. */
import type { LayerGraph } from '../../../circuit/index.ts';
import { emulate } from '../../../emulation/index.ts';
import { fractionBits, fromDouble, toDouble } from '../../../fixed/index.ts';
import type { Stimulus } from '../../stimuli.ts';
import { featureCount } from '../data/data.ts';

/**
 * Features as raw codes of the ports, row-major; ports saturate, which is all the clipping there is.
 *
 * @param features - row-major [particles, 16], as the first layer of the graph takes them
 */
export function inputCodes({ inputs }: LayerGraph, features: Float32Array): BigInt64Array {
  const { formats } = inputs[0]!;
  return BigInt64Array.from(features, (value, k) => fromDouble(value, formats[k % featureCount]!));
}

/** Particles spread evenly over a sample, as stimuli of a circuit; `features` as in `inputCodes`. */
export function particleStimuli(graph: LayerGraph, features: Float32Array, count: number): Stimulus[] {
  const rows = features.length / featureCount;
  const taken = Math.min(count, rows);
  return Array.from({ length: taken }, (_, k) => {
    const row = Math.floor((k * rows) / taken);
    return [Array.from(inputCodes(graph, features.subarray(row * featureCount, (row + 1) * featureCount)))];
  });
}

/** The circuit's weight of every particle, emulated to the bit. */
export function circuitWeights(graph: LayerGraph, codes: BigInt64Array): Float32Array {
  const { outputs } = emulate(graph, codes.length / featureCount, [codes]);
  const format = graph.layers.find((layer) => layer.name === graph.outputs[0])!.circuit.outputs[0]!.formats[0]!;
  return Float32Array.from({ length: outputs[0]!.length }, (_, k) =>
    toDouble(BigInt(outputs[0]![k]!), fractionBits(format)),
  );
}
