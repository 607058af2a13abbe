/**
 * What a dense layer costs as adders after sharing: the hardware's answer to training that minimises it.
 *
 * The layer is compiled by itself, and the bits of its adders are counted. Bits of an addition below the
 * coarser operand pass through without an adder.
 */
import { type Circuit, type MultiplicationStrategy, widthOf, widthOfRange } from '../circuit/index.ts';
import { compileNetwork } from '../compile/index.ts';
import type { AdderCost, ElementInterval, LayerCodes } from '../compression/index.ts';
import { fixed, type FixedFormat, formatText, powerOfTwo, ufixed } from '../fixed/index.ts';
import { adderWidth } from '../netlist/index.ts';
import type { Network } from '../network/index.ts';
import { tensor } from '../tensor/index.ts';

/**
 * Count the adder bits of layers by a strategy of the compiler.
 *
 * The adder graphs are those of one search without repetition: a calibration asks for every layer, every few epochs.
 *
 * @param strategy @defaultValue 'adder-graph', the compiler's own
 */
export const layerAdderBits =
  (strategy: MultiplicationStrategy = 'adder-graph'): AdderCost =>
  (layer) =>
    adderBits(layerCircuit(layer, strategy));

/** Compile a dense layer by itself. */
function layerCircuit(layer: LayerCodes, strategy: MultiplicationStrategy): Circuit {
  const { inputs, outputs, codes, fraction, biases, biasFraction, intervals } = layer;
  const valuesOf = (raw: Int32Array, bits: number): Float32Array =>
    Float32Array.from(raw, (code) => code * powerOfTwo(-bits));
  const hasBias = biases.length > 0;
  const network: Network = {
    name: layer.layer,
    inputs: [{ name: 'x', shape: [inputs] }],
    layers: [
      {
        name: 'sums',
        kind: 'dense',
        inputs: ['x'],
        attributes: { units: outputs, useBias: hasBias },
        parameters: {
          kernel: tensor(valuesOf(codes, fraction), [inputs, outputs]),
          ...(hasBias && { bias: tensor(valuesOf(biases, biasFraction)) }),
        },
      },
    ],
    outputs: ['sums'],
    precision: {
      x: { result: intervals.map((interval) => formatText(intervalFormat(interval))) },
      sums: { weight: codesFormat(codes, fraction), ...(hasBias && { bias: codesFormat(biases, biasFraction) }) },
    },
  };
  return compileNetwork(network, { strategy, adderEffort: 0 }).layers[0]!.circuit;
}

/** The narrowest signed format that holds all codes. */
function codesFormat(codes: Int32Array, fraction: number): string {
  let width = 1;
  for (const code of codes) width = Math.max(width, widthOfRange(BigInt(Math.min(code, -1)), BigInt(code)));
  return formatText(fixed(width, width - fraction));
}

/** Count the adder bits of a circuit. */
export function adderBits(circuit: Circuit): number {
  let bits = 0;
  circuit.ops.forEach((op, wire) => {
    if (op.kind === 'negate') bits += widthOf(circuit.types[wire]!);
    else if (op.kind === 'add') bits += adderWidth(circuit, op, wire);
  });
  return bits;
}

function intervalFormat({ lo, hi, fraction }: ElementInterval): FixedFormat {
  const width = Math.max(1, widthOfRange(BigInt(lo), BigInt(hi)));
  return (lo < 0 ? fixed : ufixed)(width, width - fraction);
}
