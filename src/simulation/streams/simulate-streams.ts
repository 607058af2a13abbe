/**
 * Drives samples through a stream design, with stalls on both sides, and checks and measures it in every cycle.
 *
 * The world outside keeps the rules of the contract (`StreamNetlist`) and holds the design to them: waiting beats stay,
 * none comes without a cause or beyond the last, FIFOs never hold more than their depth. What the beats say is for the
 * caller to compare with the emulated graph. Cycle 0 is the first after the reset; the last beat is followed by as many
 * cycles as it takes the design to come to rest.
 */
import { MismatchError, ShapeError, ValueError } from '../../errors.ts';
import { RESET, type StreamFifo, type StreamNetlist, validateStreamNetlist } from '../../netlist/index.ts';
import { type Simulator, createSimulator } from '../simulator.ts';
import { type Standstill, standstillError } from './deadlock.ts';
import type { FifoWatch } from './fifo-watch.ts';
import { type StreamMeasures, measureStreams } from './measures.ts';
import { type StallPattern, checkStallPattern } from './stall-patterns.ts';
import { type Surroundings, surroundings } from './surroundings.ts';
import type { StreamTrace } from './trace.ts';

export interface StreamOptions {
  /** Stalls by name of the input or output stream. @defaultValue none */
  readonly stalls?: Readonly<Record<string, StallPattern>>;
  /**
   * Cycles without a move, and without a stall outside to excuse it, after which the design counts as deadlocked. A design
   * whose state does not change any more counts as deadlocked at once.
   * @defaultValue one more than the design's `quietCycles`, 10,000 where it tells none
   */
  readonly patience?: number;
  /** A simulator of the design's netlist to use again; the run begins with a reset. @defaultValue a new one */
  readonly simulator?: Simulator;
  /** Called in every cycle with the settled simulator, before the rising edge; for waveforms. */
  readonly observe?: (simulator: Simulator) => void;
}

/** How full a FIFO got. */
export interface FifoUse extends StreamFifo {
  /** Most places in use, at most `depth`. */
  readonly maximum: number;
}

/** What a run showed; cycles count from the first after the reset. */
export interface StreamRun extends StreamMeasures {
  /** outputs[k][o]: raw codes by place of output o for sample k. */
  readonly outputs: readonly (readonly (readonly bigint[])[])[];
  /** Cycles simulated. */
  readonly cycles: number;
  /** In the order of the design. */
  readonly fifos: readonly FifoUse[];
  /** Cycles in which a beat waited, per input stream by name. */
  readonly backPressure: Readonly<Record<string, number>>;
  /** What stood at the ports in every cycle, for replay; one per input and per output stream, in their order. */
  readonly traces: { readonly inputs: readonly StreamTrace[]; readonly outputs: readonly StreamTrace[] };
}

/** Cycles without a move before it is looked at whether the state still changes. */
const cyclesBeforeComparison = 16;

/**
 * Simulate samples.
 *
 * @param samples samples[k][i]: raw codes by place of input stream i of sample k, at least one sample
 * @throws MismatchError if the design breaks a rule or loses beats, DeadlockError if it waits for itself, ShapeError if
 *   design or samples do not fit, ValueError for a stall pattern out of range
 */
export function simulateStreams(
  design: StreamNetlist,
  samples: readonly (readonly (readonly bigint[])[])[],
  options: StreamOptions = {},
): StreamRun {
  checkSamples(design, samples);
  validateStreamNetlist(design);
  const stallsOf = stallReader(design, options.stalls ?? {});
  const simulator = options.simulator ?? createSimulator(design.netlist);
  reset(simulator);
  const around = surroundings(simulator, design, samples, stallsOf);
  const isAtRest = restDetector(simulator);
  const patience = options.patience ?? (design.quietCycles ?? 9_999) + 1;
  let cycle = 0;
  let quiet = 0;
  let lastMove = -1;
  while (!around.isDone()) {
    const { moves, isExcused, isOpen } = around.runCycle(cycle, false, options.observe);
    if (moves) [quiet, lastMove] = [0, cycle];
    else if (!isExcused) quiet += 1;
    const isStuck = isOpen && quiet > cyclesBeforeComparison && isAtRest(cycle);
    if (isStuck || quiet >= patience) throw standstillError(standstill(design, around, lastMove + 1));
    simulator.step();
    cycle += 1;
  }
  const measures = measureStreams(
    around.inputs.map(({ takenAt, beatsPerSample }) => ({ cycles: takenAt, beatsPerSample })),
    around.outputs.map(({ givenAt, beatsPerSample }) => ({ cycles: givenAt, beatsPerSample })),
    samples.length,
  );
  // A beat too many comes no later than a sample does.
  let left = measures.latencyCycles.maximum + cyclesBeforeComparison;
  while (left > 0) {
    around.runCycle(cycle, true, options.observe);
    left = isAtRest(cycle) ? 0 : left - 1;
    simulator.step();
    cycle += 1;
  }
  checkEmpty(around.fifos);
  const results = around.outputs.map((output) => output.samples());
  return {
    outputs: samples.map((_, k) => results.map((rows) => rows[k]!)),
    ...measures,
    cycles: cycle,
    fifos: around.fifos.map(({ fifo, maximum }) => ({ ...fifo, maximum })),
    backPressure: Object.fromEntries(around.inputs.map(({ name, waited }) => [name, waited])),
    traces: {
      inputs: around.inputs.map((input) => input.trace()),
      outputs: around.outputs.map((output) => output.trace()),
    },
  };
}

function standstill({ netlist }: StreamNetlist, { inputs, outputs, fifos }: Surroundings, cycle: number): Standstill {
  return {
    design: netlist.name,
    cycle,
    fifos: fifos.map((fifo) => fifo.state()),
    waitingInputs: inputs.filter(({ isDone }) => !isDone).map(({ name }) => name),
    outputs: outputs.map(({ name, givenAt, expected }) => ({ name, given: givenAt.length, expected })),
  };
}

function checkEmpty(fifos: readonly FifoWatch[]): void {
  for (const watch of fifos) {
    const { count, fifo } = watch.state();
    if (count === 0) continue;
    throw new MismatchError(
      `FIFO ${fifo.instance} from ${fifo.from} to ${fifo.to} holds ${count} beats after the last sample, must be empty.`,
    );
  }
}

/** Tells whether all values, inputs with them, are those of the cycle before: then they stay for ever. */
function restDetector(simulator: Simulator): (cycle: number) => boolean {
  let last: { readonly cycle: number; readonly values: Int32Array } | undefined;
  return (cycle) => {
    const before = last;
    const values = simulator.snapshot();
    last = { cycle, values };
    return before?.cycle === cycle - 1 && before.values.every((value, k) => value === values[k]);
  };
}

/** Hold the reset for two rising edges with all inputs low. */
function reset(simulator: Simulator): void {
  for (const { name } of simulator.inputs) simulator.set(name, 0);
  simulator.set(RESET, 1);
  simulator.step();
  simulator.step();
  simulator.set(RESET, 0);
}

function checkSamples({ netlist, inputs }: StreamNetlist, samples: readonly (readonly (readonly bigint[])[])[]): void {
  if (samples.length === 0)
    throw new ShapeError(`Stream design "${netlist.name}" gets 0 samples, must get at least 1.`);
  samples.forEach((sample, k) => {
    if (sample.length !== inputs.length) {
      throw new ShapeError(`Sample ${k} has ${sample.length} inputs, must have ${inputs.length}.`);
    }
  });
}

function stallReader(
  { netlist, inputs, outputs }: StreamNetlist,
  stalls: Readonly<Record<string, StallPattern>>,
): (name: string) => StallPattern {
  const names = [...inputs, ...outputs].map(({ name }) => name);
  for (const [name, pattern] of Object.entries(stalls)) {
    if (!names.includes(name)) {
      throw new ValueError(`Stalls are for "${name}"; the streams of "${netlist.name}" are ${names.join(', ')}.`);
    }
    checkStallPattern(pattern, `"${name}"`);
  }
  return (name) => stalls[name] ?? { kind: 'never' };
}
