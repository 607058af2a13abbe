/**
 * Circuits that a function makes of formats: the way to test a circuit written by hand for all formats at once.
 *
 * Formats and samples shrink together: the circuit is built anew of simpler formats, and codes beyond them are clamped.
 */
import * as fc from 'fast-check';
import type { Circuit } from '../../circuit/index.ts';
import { type FixedFormat, rawRange } from '../../fixed/index.ts';
import { type CircuitCase, describeCase } from './circuits.ts';
import { type FormatChoice, formats, simplerFormats } from './formats.ts';
import { batches, type SampleCount, simplerBatches } from './samples.ts';
import type { Sample } from './simpler-circuits.ts';
import { clampCode } from './values.ts';
import { withShrinks } from './with-shrinks.ts';

/** A circuit, the formats it was made of, and a batch for it. */
export interface BuiltCase extends CircuitCase {
  readonly formats: readonly FixedFormat[];
}

/**
 * Generate formats, build a circuit of them and draw samples for it.
 *
 * @param build makes the circuit; must take any formats of the choices and always have as many input elements
 * @param choices one for each format that `build` takes
 */
export function builtCircuits(
  build: (formats: readonly FixedFormat[]) => Circuit,
  choices: readonly FormatChoice[],
  count: SampleCount = {},
): fc.Arbitrary<BuiltCase> {
  const source = fc.tuple(...choices.map((choice) => formats(choice))).chain((drawn) => {
    const circuit = build(drawn);
    return batches(circuit.inputs, count).map((samples): BuiltCase => ({ formats: drawn, circuit, samples }));
  });
  return withShrinks(
    source,
    function* simpler({ formats: drawn, circuit, samples }) {
      for (const [k, choice] of choices.entries()) {
        for (const format of simplerFormats(drawn[k]!, choice)) {
          const narrow = drawn.with(k, format);
          const rebuilt = build(narrow);
          yield { formats: narrow, circuit: rebuilt, samples: samples.map((sample) => clamped(rebuilt, sample)) };
        }
      }
      for (const fewer of simplerBatches(circuit.inputs, samples, count.minSamples)) {
        yield { formats: drawn, circuit, samples: fewer };
      }
    },
    (value) => `\n${describeCase(value)}\n`,
  );
}

function clamped({ inputs }: Circuit, sample: Sample): Sample {
  return inputs.map(({ formats: own }, port) =>
    own.map((format, element) => clampCode(sample[port]![element]!, rawRange(format))),
  );
}
