/** All that stands around and watches a stream design: its inputs, outputs and FIFOs, cycle by cycle. */
import type { StreamNetlist } from '../../netlist/index.ts';
import type { Simulator } from '../simulator.ts';
import { type FifoWatch, watchFifo } from './fifo-watch.ts';
import { type InputSide, inputSide } from './input-side.ts';
import { type OutputSide, outputSide } from './output-side.ts';
import type { StallPattern } from './stall-patterns.ts';

/** What a cycle was like. */
export interface Cycle {
  /** Whether a beat moved at a port or FIFO. */
  readonly moves: boolean;
  /** Whether a stall outside kept a beat from moving. */
  readonly isExcused: boolean;
  /** Whether nobody outside stalled. */
  readonly isOpen: boolean;
}

export interface Surroundings {
  readonly inputs: readonly InputSide[];
  readonly outputs: readonly OutputSide[];
  readonly fifos: readonly FifoWatch[];
  /**
   * Drive and look at a cycle, the next after the last; the rising edge is the caller's.
   *
   * @param ignoresStalls whether outputs are ready whatever their pattern says
   * @param observe called when all inputs are driven
   * @throws MismatchError if the design breaks a rule
   */
  runCycle(cycle: number, ignoresStalls: boolean, observe?: (simulator: Simulator) => void): Cycle;
  /** Whether every beat has come in and gone out. */
  isDone(): boolean;
}

/** Make the surroundings of a design that has just been reset. */
export function surroundings(
  simulator: Simulator,
  design: StreamNetlist,
  samples: readonly (readonly (readonly bigint[])[])[],
  stallsOf: (stream: string) => StallPattern,
): Surroundings {
  const inputs = design.inputs.map((port, i) =>
    inputSide(
      simulator,
      port,
      samples.map((sample) => sample[i]!),
      stallsOf(port.name),
    ),
  );
  const outputs = design.outputs.map((port) => outputSide(simulator, port, samples.length, stallsOf(port.name)));
  const fifos = design.fifos.map((fifo) => watchFifo(simulator, fifo));
  return {
    inputs,
    outputs,
    fifos,
    runCycle: (cycle, ignoresStalls, observe) => {
      for (const input of inputs) input.drive(cycle);
      for (const output of outputs) output.drive(cycle, ignoresStalls);
      const causes = Math.max(...inputs.map(({ offered, beatsPerSample }) => Math.ceil(offered / beatsPerSample)));
      observe?.(simulator);
      let moves = false;
      let isExcused = false;
      let isOpen = true;
      for (const input of inputs) {
        const now = input.look(cycle);
        moves ||= now === 3;
        isExcused ||= now === 2 && !input.isDone;
        isOpen &&= now === 1 || now === 3 || input.isDone;
      }
      for (const output of outputs) {
        const now = output.look(cycle, causes);
        moves ||= now === 3;
        isExcused ||= now === 1;
        isOpen &&= now === 2 || now === 3;
      }
      for (const fifo of fifos) moves = fifo.look(cycle) || moves;
      return { moves, isExcused, isOpen };
    },
    isDone: () => outputs.every(({ isDone }) => isDone) && inputs.every(({ isDone }) => isDone),
  };
}
