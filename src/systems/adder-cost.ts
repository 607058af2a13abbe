/**
 * What a dense layer costs as adders after sharing: the hardware's answer to training that minimises it.
 *
 * The layer is built as the compiler builds it, and the bits of its adders are counted. Bits of an addition below the
 * coarser operand pass through without an adder.
 */
import {
  type Circuit,
  circuitBuilder,
  linearCombination,
  type MultiplicationStrategy,
  widthOf,
  widthOfRange,
} from '../circuit/index.ts';
import type { AdderCost, ElementInterval, LayerCodes } from '../compression/index.ts';
import { fixed, type FixedFormat, ufixed } from '../fixed/index.ts';

/**
 * Count the adder bits of layers by a strategy of the compiler.
 *
 * @param strategy @defaultValue 'shift-add'
 */
export const layerAdderBits =
  (strategy: MultiplicationStrategy = 'shift-add'): AdderCost =>
  (layer) =>
    adderBits(layerCircuit(layer, strategy));

/** Build the sums of a dense layer. */
function layerCircuit(layer: LayerCodes, strategy: MultiplicationStrategy): Circuit {
  const builder = circuitBuilder(layer.layer);
  const formats = layer.intervals.map(intervalFormat);
  const wires = builder.input('x', formats);
  const sums = Array.from({ length: layer.outputs }, (_, j) => {
    const column = wires.map((_wire, i) => BigInt(layer.codes[i * layer.outputs + j]!));
    const code = layer.biases[j] ?? 0;
    const bias = code === 0 ? undefined : builder.constant(BigInt(code), layer.biasFraction);
    return linearCombination(builder, wires, column, layer.fraction, bias, strategy);
  });
  builder.output(
    'y',
    sums,
    sums.map((sum) => {
      const { lo, hi, fraction } = builder.typeOf(sum);
      return intervalFormat({ lo: Number(lo), hi: Number(hi), fraction });
    }),
  );
  return builder.build();
}

/** Count the adder bits of a circuit. */
export function adderBits({ ops, types }: Circuit): number {
  let bits = 0;
  ops.forEach((op, wire) => {
    if (op.kind === 'negate') bits += widthOf(types[wire]!);
    if (op.kind !== 'add') return;
    const fine = types[op.a]!.fraction;
    const coarse = types[op.b]!.fraction - op.shift;
    // The low bits of the finer operand pass through, unless they are subtracted.
    const through = fine > coarse ? fine - coarse : op.subtract ? 0 : coarse - fine;
    bits += Math.max(0, widthOf(types[wire]!) - through);
  });
  return bits;
}

function intervalFormat({ lo, hi, fraction }: ElementInterval): FixedFormat {
  const width = Math.max(1, widthOfRange(BigInt(lo), BigInt(hi)));
  return (lo < 0 ? fixed : ufixed)(width, width - fraction);
}
