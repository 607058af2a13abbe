/** Random circuits, alone or with samples for their inputs; both shrink by what the circuit is (simpler-circuits.ts). */
import * as fc from 'fast-check';
import type { Circuit } from '../../circuit/index.ts';
import { assemble, type Step, steps, withOutput } from './circuit-program.ts';
import { describeCircuit, describeSamples } from './describe.ts';
import { type FormatChoice, formats } from './formats.ts';
import { batches, type SampleCount, type SampledPorts, simplerBatches } from './samples.ts';
import { type Sample, simplerCircuits, type SimplerOptions } from './simpler-circuits.ts';
import { withShrinks } from './with-shrinks.ts';

/** Which circuits to generate. */
export interface CircuitChoice {
  /** Largest width of any wire or aligned operand, in bits, sign included; at least 4. @defaultValue 32 */
  readonly maxWidth?: number;
  /** Fewest fraction bits of any wire. @defaultValue any number, from formats with −4 and more */
  readonly minFraction?: number;
  /** Most operations after the inputs, at least 1. @defaultValue 20 */
  readonly maxSteps?: number;
  /**
   * Kinds of operations to draw; a kind that stands twice comes twice as often. Casts occur in any case, where an
   * operation would be too wide.
   *
   * @defaultValue all, casts twice
   */
  readonly kinds?: readonly Step['kind'][];
  /** Most input ports (x0, x1, …), at least 1. @defaultValue 2 */
  readonly maxPorts?: number;
  /** Formats of input elements. @defaultValue any of at most 20 bits (and of `maxWidth`) */
  readonly inputFormats?: FormatChoice;
  /** Formats of casts. @defaultValue any of at most `maxWidth` bits */
  readonly castFormats?: FormatChoice;
  /**
   * 'all': every wire is an element of output y, so a comparison of outputs checks every operation; 'some': one to
   * three wires are, so that evaluators may skip and simplify what nobody looks at.
   *
   * @defaultValue 'all'
   */
  readonly outputs?: 'all' | 'some';
}

/** A circuit with a batch for it. */
export interface CircuitCase {
  readonly circuit: Circuit;
  /** samples[k][port][element]: raw codes. */
  readonly samples: readonly Sample[];
}

/** An unsigned wire of n bits needs n + 1 as a two's complement operand: formats stay one bit below the limit. */
function choices(choice: CircuitChoice): Required<SimplerOptions> {
  const { maxWidth = 32, minFraction = -Infinity, inputFormats = {}, castFormats = {} } = choice;
  const narrow = (asked: FormatChoice, most: number): FormatChoice => ({
    ...asked,
    maxWidth: Math.min(asked.maxWidth ?? most, maxWidth - 1),
    minFraction: Math.max(asked.minFraction ?? -4, minFraction),
  });
  return {
    maxWidth,
    minFraction,
    inputFormats: narrow(inputFormats, 20),
    castFormats: narrow(castFormats, maxWidth),
  };
}

function rawCircuits(choice: CircuitChoice): fc.Arbitrary<Circuit> {
  const { maxSteps = 20, maxPorts = 2, outputs = 'all' } = choice;
  const { maxWidth, minFraction, inputFormats, castFormats } = choices(choice);
  const ports: fc.Arbitrary<SampledPorts> = fc
    .array(fc.array(formats(inputFormats), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: maxPorts })
    .map((vectors) => vectors.map((vector, k) => ({ name: `x${k}`, formats: vector })));
  const picks = fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 3 });
  return fc
    .tuple(ports, steps(formats(castFormats), maxSteps, choice.kinds), picks)
    .map(([inputs, program, picked]) => {
      const circuit = assemble('random', inputs, program, maxWidth, minFraction);
      const all = circuit.ops.map((_, wire) => wire);
      const some = picked.map((pick) => all.length - 1 - (pick % all.length));
      return withOutput(circuit, 'y', outputs === 'all' ? all : [...new Set(some)]);
    });
}

/** Generate valid circuits with input ports x0, x1, … and one output port y. */
export function circuits(choice: CircuitChoice = {}): fc.Arbitrary<Circuit> {
  return withShrinks(
    rawCircuits(choice),
    function* simpler(circuit) {
      for (const next of simplerCircuits(circuit, choices(choice))) yield next.circuit;
    },
    (circuit) => `\n${describeCircuit(circuit)}\n`,
  );
}

/** Generate circuits with a batch of samples; both shrink together. */
export function circuitCases(choice: CircuitChoice = {}, count: SampleCount = {}): fc.Arbitrary<CircuitCase> {
  const source = rawCircuits(choice).chain((circuit) =>
    batches(circuit.inputs, count).map((samples): CircuitCase => ({ circuit, samples })),
  );
  return withShrinks(
    source,
    (value) => simplerCases(value, { ...choices(choice), minSamples: count.minSamples ?? 1 }),
    (value) => `\n${describeCase(value)}\n`,
  );
}

/** List simpler cases: simpler circuits with their samples carried over, then fewer and smaller samples. */
export function* simplerCases(
  { circuit, samples }: CircuitCase,
  options: SimplerOptions & Pick<SampleCount, 'minSamples'> = {},
): Iterable<CircuitCase> {
  for (const { circuit: simpler, adapt } of simplerCircuits(circuit, options)) {
    yield { circuit: simpler, samples: samples.map(adapt) };
  }
  for (const fewer of simplerBatches(circuit.inputs, samples, options.minSamples)) yield { circuit, samples: fewer };
}

/** Describe a circuit and its samples; a single sample also shows the raw code of every wire. */
export function describeCase({ circuit, samples }: CircuitCase): string {
  const text = describeCircuit(circuit, samples.length === 1 ? samples[0] : undefined);
  return `${text}\n${describeSamples(circuit.inputs, samples)}`;
}
