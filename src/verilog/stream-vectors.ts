/**
 * What a test bench of a stream design replays: scenarios, each a run of the simulator with its own stalls.
 *
 * The scenarios stand one after another in one list of cycles, each with a reset before it. Everything is told for every
 * cycle, so that the bench drives what was driven and expects what was seen, without deciding anything itself.
 */
import { ValueError } from '../errors.ts';
import { type StreamNetlist, busWidth } from '../netlist/index.ts';
import type { BenchOutput } from './test-bench.ts';

/** What stood at one stream of the design. */
export interface StreamTraffic {
  /** Bus words of the beats that moved, in their order. */
  readonly beats: readonly bigint[];
  /** Per cycle valid plus twice ready. */
  readonly handshakes: Uint8Array;
}

export interface StreamScenario {
  /** What is special about it, for readers of the bench. */
  readonly name: string;
  /** One per stream, in the order of the design. */
  readonly inputs: readonly StreamTraffic[];
  readonly outputs: readonly StreamTraffic[];
  /** Most places in use, per FIFO. */
  readonly occupancy: readonly number[];
}

/** The streams and FIFOs of a design, and its scenarios. */
export interface StreamVectors extends Pick<StreamNetlist, 'inputs' | 'outputs' | 'fifos'> {
  /** At least one. */
  readonly scenarios: readonly StreamScenario[];
  /**
   * Cycles of reset before each scenario, at least 1.
   * @defaultValue 4
   */
  readonly resetCycles?: number;
}

/** What a simulation showed. */
export interface MeasuredStreams {
  readonly traces: { readonly inputs: readonly StreamTraffic[]; readonly outputs: readonly StreamTraffic[] };
  readonly fifos: readonly { readonly maximum: number }[];
}

/** Make the scenario that repeats a simulated run. */
export function measuredScenario(name: string, { traces, fifos }: MeasuredStreams): StreamScenario {
  return { name, ...traces, occupancy: fifos.map(({ maximum }) => maximum) };
}

/** Cycles of reset before each scenario. */
export function resetCyclesOf({ resetCycles = 4 }: StreamVectors): number {
  return resetCycles;
}

/** Cycles of a scenario, without its reset. */
export function scenarioCycles({ inputs }: StreamScenario): number {
  return inputs[0]!.handshakes.length;
}

/** First cycle of each scenario after its reset, and last the number of all cycles. */
export function scenarioStarts(vectors: StreamVectors): readonly number[] {
  let cycle = 0;
  const starts = vectors.scenarios.map((scenario) => {
    const start = cycle + resetCyclesOf(vectors);
    cycle = start + scenarioCycles(scenario);
    return start;
  });
  return [...starts, cycle];
}

/** Beats that the outputs give in all scenarios. */
export function outputBeats({ scenarios }: StreamVectors): number {
  return scenarios.reduce((sum, { outputs }) => outputs.reduce((total, { beats }) => total + beats.length, sum), 0);
}

/**
 * List the outputs that a run of the bench must write: one per cycle in which a beat is given, counted with resets; per
 * stream the beat, or zeros, below a bit that tells whether there is one, the first stream in the low bits.
 */
export function expectedStreamOutputs(vectors: StreamVectors): readonly BenchOutput[] {
  const widths = vectors.outputs.map(({ type }) => busWidth(type.formats));
  const starts = scenarioStarts(vectors);
  return vectors.scenarios.flatMap((scenario, s) => {
    const next = scenario.outputs.map(() => 0);
    const lines: BenchOutput[] = [];
    for (let cycle = 0; cycle < scenarioCycles(scenario); cycle += 1) {
      let word = 0n;
      let shift = 0n;
      scenario.outputs.forEach(({ beats, handshakes }, k) => {
        const width = BigInt(widths[k]!);
        if (handshakes[cycle] === 3) word |= ((1n << width) | beats[next[k]!++]!) << shift;
        shift += width + 1n;
      });
      if (word !== 0n) lines.push({ cycle: starts[s]! + cycle, word });
    }
    return lines;
  });
}

/**
 * Write every cycle of all scenarios as one word: bit 0 is the reset, bit 1 marks the last cycle of a scenario, then valid
 * and ready of every input and of every output.
 */
export function handshakeWords(vectors: StreamVectors): readonly bigint[] {
  return vectors.scenarios.flatMap((scenario) => {
    const streams = [...scenario.inputs, ...scenario.outputs];
    const last = scenarioCycles(scenario) - 1;
    const run = Array.from({ length: last + 1 }, (_, cycle) =>
      streams.reduce(
        (word, { handshakes }, k) => word | (BigInt(handshakes[cycle]!) << BigInt(2 + 2 * k)),
        cycle === last ? 2n : 0n,
      ),
    );
    return [...new Array<bigint>(resetCyclesOf(vectors)).fill(1n), ...run];
  });
}

/**
 * Check that scenarios fit a design's streams and FIFOs, and each its own number of cycles.
 *
 * @throws ValueError naming the scenario and what it must have
 */
export function checkScenarios(vectors: StreamVectors): void {
  const { inputs, outputs, fifos, scenarios } = vectors;
  if (scenarios.length === 0) throw new ValueError('test bench: 0 scenarios, must be at least 1');
  if (resetCyclesOf(vectors) < 1)
    throw new ValueError(`test bench: ${resetCyclesOf(vectors)} cycles of reset, must be at least 1`);
  for (const scenario of scenarios) {
    const counts = [scenario.inputs.length, scenario.outputs.length, scenario.occupancy.length];
    const expected = [inputs.length, outputs.length, fifos.length];
    if (counts.join() !== expected.join())
      throw new ValueError(
        `test bench: scenario "${scenario.name}" tells of ${counts[0]} inputs, ${counts[1]} outputs and ${counts[2]} FIFOs, must tell of ${expected[0]}, ${expected[1]} and ${expected[2]}`,
      );
    for (const { beats, handshakes } of [...scenario.inputs, ...scenario.outputs]) {
      const moved = handshakes.reduce((sum, handshake) => sum + (handshake === 3 ? 1 : 0), 0);
      if (moved !== beats.length)
        throw new ValueError(
          `test bench: scenario "${scenario.name}" has ${beats.length} beats where ${moved} move, must be as many`,
        );
      if (beats.length === 0 || handshakes.length !== scenarioCycles(scenario))
        throw new ValueError(
          `test bench: scenario "${scenario.name}" has a stream of ${beats.length} beats in ${handshakes.length} cycles, must have at least 1 in ${scenarioCycles(scenario)}`,
        );
    }
  }
}
