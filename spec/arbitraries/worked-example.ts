/** The code of docs/property-based-verification.md; worked-example.spec.ts holds both to each other. */
// #region adder
import * as fc from 'fast-check';
import { type Circuit, circuitBuilder } from '../../src/circuit/index.ts';
import { type FixedFormat, fractionBits, rawRange } from '../../src/fixed/index.ts';
import { builtCircuits, properties } from '../../src/verification/arbitraries/index.ts';

/** Two inputs, one output that must saturate. */
export function saturatingAdder(format: FixedFormat): Circuit {
  const builder = circuitBuilder('saturating_adder');
  const [a, b] = builder.input('in', [format, format]) as [number, number];
  const sum = builder.add(a, b);
  const largest = builder.constant(rawRange(format).hi, fractionBits(format));
  const limited = builder.select(builder.compare('lt', largest, sum), largest, sum);
  builder.output('out', [builder.cast(limited, format)], [format]);
  return builder.build();
}

/** What it must compute: the exact sum, saturated by the cast. */
export function specification(format: FixedFormat): Circuit {
  const builder = circuitBuilder('specification');
  const [a, b] = builder.input('in', [format, format]) as [number, number];
  builder.output('out', [builder.cast(builder.add(a, b), { ...format, overflow: 'AP_SAT' })], [format]);
  return builder.build();
}

export const adderProperty = fc.property(
  builtCircuits(
    ([format]) => saturatingAdder(format!),
    [
      {
        minWidth: 3,
        maxWidth: 16,
        signed: true,
        quantizations: ['AP_TRN'],
        overflows: ['AP_WRAP'],
        maxSaturationBits: 0,
      },
    ],
  ),
  ({ formats: [format], circuit, samples }) => properties.circuitsAgree(specification(format!), circuit, samples),
);
// #endregion
