/** The second half of the code of docs/property-based-verification.md: an evaluator with a planted bug. */
// #region evaluator
import * as fc from 'fast-check';
import type { Circuit } from '../../src/circuit/index.ts';
import { fractionBits, overflowRaw, type Quantization, toDouble } from '../../src/fixed/index.ts';
import { circuitCases, properties, type Sample } from '../../src/verification/arbitraries/index.ts';

const round: Readonly<Record<Quantization, (x: number) => number>> = {
  AP_TRN: Math.floor,
  AP_TRN_ZERO: Math.trunc,
  AP_RND: (x) => Math.floor(x + 0.5),
  AP_RND_ZERO: (x) => Math.sign(x) * Math.ceil(Math.abs(x) - 0.5),
  AP_RND_MIN_INF: (x) => Math.ceil(x - 0.5),
  AP_RND_INF: Math.round,
  AP_RND_CONV: (x) => (Math.abs(x) % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
};

/** A circuit in doubles: exact while every value has at most 53 bits. */
export function evaluate({ ops, types, outputs }: Circuit, sample: Sample): bigint[][] {
  const values: number[] = [];
  const of = (wire: number): number => values[wire]!;
  for (const [wire, op] of ops.entries()) {
    const { lo, fraction } = types[wire]!;
    switch (op.kind) {
      case 'input':
        values.push(toDouble(sample[op.port]![op.index]!, fraction));
        break;
      case 'constant':
        values.push(toDouble(lo, fraction));
        break;
      case 'add':
        values.push(of(op.a) + (op.subtract ? -1 : 1) * of(op.b) * 2 ** op.shift);
        break;
      case 'multiply':
        values.push(of(op.a) * of(op.b));
        break;
      case 'negate':
        values.push(-of(op.a));
        break;
      case 'select':
        values.push(of(op.condition) !== 0 ? of(op.a) : of(op.b));
        break;
      case 'cast': {
        const scaled = of(op.a) * 2 ** fractionBits(op.format);
        const rounded = BigInt(round[op.format.quantization](scaled));
        values.push(toDouble(overflowRaw(rounded, BigInt(Math.floor(scaled)), op.format), fraction));
        break;
      }
      default:
        throw new Error(`no rule for ${op.kind}`);
    }
  }
  return outputs.map(({ wires }) => wires.map((wire) => BigInt(of(wire) * 2 ** types[wire]!.fraction)));
}

export const evaluatorProperty = fc.property(
  circuitCases({ maxWidth: 48, kinds: ['add', 'multiply', 'negate', 'select', 'cast', 'constant'] }),
  ({ circuit, samples }) => {
    const found = samples.map((sample) => evaluate(circuit, sample));
    properties.outputsEqualInterpreter(circuit, samples, found, 'The evaluator');
  },
);
// #endregion
