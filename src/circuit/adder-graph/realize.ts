/**
 * An adder graph as operations of a circuit: y_j = Σ_i x_i · kernel[i][j] + constant_j.
 *
 * How constants and signs become part of the adders is decided by output-plan.ts; here it is written down.
 */
import type { CircuitBuilder } from '../builder.ts';
import type { Wire } from '../circuit.ts';
import type { AdderGraph } from './adder-graph.ts';
import { type Constant, planOutput } from './output-plan.ts';
import { signsOf } from './private-terms.ts';

/**
 * Build the graph.
 *
 * @param inputs one wire per input; input i of the graph is the wire's value times 2^fraction[i]
 * @param fractions for each input, the power of two that makes its values integers
 * @param outputFraction the sum is the graph's output times 2^-outputFraction
 * @param constants one per output, or undefined
 */
export function realizeAdderGraph(
  builder: CircuitBuilder,
  graph: AdderGraph,
  inputs: readonly Wire[],
  fractions: readonly number[],
  outputFraction: number,
  constants: readonly (Constant | undefined)[],
): Wire[] {
  const plans = constants.map((constant, output) => planOutput(graph, output, constant, outputFraction));
  const carries = new Set(plans.flatMap((plan) => plan.carries));
  const negated = new Set(plans.flatMap((plan) => plan.negated));
  const summands = new Map(
    plans.flatMap(({ place }) =>
      place ? [[`${place.reader}${place.operand}` as string, place.summand] as const] : [],
    ),
  );
  const wires = inputs.map((wire, i) => builder.scale(wire, fractions[i]!));
  const read = (value: number, place: string): Wire => {
    const summand = summands.get(place);
    return summand === undefined ? wires[value]! : builder.add(wires[value]!, builder.constant(summand, 0));
  };
  graph.adders.forEach(({ a, b, shift }, k) => {
    const [x, y] = [read(a, `${k}a`), read(b, `${k}b`)];
    const { first, second } = signsOf(graph, k, negated);
    const carry = carries.has(k);
    if (first < 0) {
      // The finer operand is subtracted: its low bits are part of the chain.
      const coarse = carry ? builder.add(y, complemented(builder, x), -shift) : builder.subtract(y, x, -shift);
      wires.push(builder.scale(coarse, shift));
    } else if (carry) {
      const complement = complemented(builder, y);
      wires.push(second < 0 ? builder.add(x, complement, shift) : builder.subtract(x, complement, shift));
    } else wires.push(second < 0 ? builder.subtract(x, y, shift) : builder.add(x, y, shift));
  });
  return graph.outputs.map(({ value, shift, negative }, output) => {
    const { rest, fraction, negated: own } = plans[output]!;
    const constant = builder.constant(rest, fraction);
    if (value < 0) return constant;
    const sum = negative && own.length === 0 ? complemented(builder, wires[value]!) : wires[value]!;
    // In units of the value, so that outputs that differ by a power of two share the addition.
    const place = shift - outputFraction;
    return builder.scale(builder.add(sum, builder.scale(constant, -place)), place);
  });
}

/** −y − 1 in units of y's lowest bit: all bits inverted. Only integers have such a unit here. */
function complemented(builder: CircuitBuilder, wire: Wire): Wire {
  const integer = builder.align(wire, 0);
  return builder.bitwise('xor', integer, builder.constant(-1n, 0));
}
