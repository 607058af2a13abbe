/** The world before one input of a stream design: offers beats in their order, each until it is taken. */
import { type StreamPort, ones, readyPort, sampleToBeats, validPort, busWidth } from '../../netlist/index.ts';
import type { Simulator } from '../simulator.ts';
import { type StallPattern, isStalled } from './stall-patterns.ts';
import { type Handshake, type StreamTrace, handshake } from './trace.ts';

export interface InputSide {
  readonly name: string;
  readonly beatsPerSample: number;
  /** Cycle in which each beat was taken. */
  readonly takenAt: readonly number[];
  /** Beats taken, or offered in the present cycle. */
  readonly offered: number;
  /** Whether all beats are taken. */
  readonly isDone: boolean;
  /** Cycles in which a beat waited. */
  readonly waited: number;
  /** Drive the port for a cycle. */
  drive(cycle: number): void;
  /** Read ready for a cycle; gives the handshake of the cycle. */
  look(cycle: number): Handshake;
  trace(): StreamTrace;
}

/**
 * Make the side of one input.
 *
 * @param samples raw codes by place, one list per sample
 */
export function inputSide(
  simulator: Simulator,
  { name, type }: StreamPort,
  samples: readonly (readonly bigint[])[],
  stalls: StallPattern,
): InputSide {
  const beats = samples.flatMap((codes) => sampleToBeats(type, codes));
  const everyBit = ones(busWidth(type.formats));
  const isReady = simulator.probe(readyPort(name));
  const valid = validPort(name);
  const handshakes: Handshake[] = [];
  const takenAt: number[] = [];
  let isValid = false;
  let shown: bigint | undefined;
  let waited = 0;
  const show = (word: bigint): void => {
    if (word !== shown) simulator.set(name, word);
    shown = word;
  };
  return {
    name,
    beatsPerSample: type.elements.length,
    takenAt,
    get offered() {
      return takenAt.length + (isValid ? 1 : 0);
    },
    get isDone() {
      return takenAt.length === beats.length;
    },
    get waited() {
      return waited;
    },
    drive: (cycle) => {
      const isWaiting = isValid && takenAt.at(-1) !== cycle - 1;
      isValid = takenAt.length < beats.length && (isWaiting || !isStalled(stalls, cycle));
      simulator.set(valid, isValid ? 1 : 0);
      // The complement of the next beat where there is none: who listens to it is found out.
      const next = beats[takenAt.length] ?? beats.at(-1) ?? 0n;
      show(isValid ? next : next ^ everyBit);
    },
    look: (cycle) => {
      const now = handshake(isValid, isReady() === 1);
      handshakes.push(now);
      if (now === 3) takenAt.push(cycle);
      if (now === 1) waited += 1;
      return now;
    },
    trace: () => ({ beats, handshakes: Uint8Array.from(handshakes) }),
  };
}
