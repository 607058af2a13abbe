/** The world behind one output of a stream design: takes beats, and checks that they keep the rules. */
import { MismatchError } from '../../errors.ts';
import { type StreamPort, beatsToSample, readyPort, validPort } from '../../netlist/index.ts';
import type { Simulator } from '../simulator.ts';
import { type StallPattern, isStalled } from './stall-patterns.ts';
import { type Handshake, type StreamTrace, handshake } from './trace.ts';

export interface OutputSide {
  readonly name: string;
  readonly beatsPerSample: number;
  /** Cycle in which each beat was given. */
  readonly givenAt: readonly number[];
  /** Beats that must come. */
  readonly expected: number;
  readonly isDone: boolean;
  /** Drive ready for a cycle; without a stall where `isOpen`. */
  drive(cycle: number, isOpen: boolean): void;
  /**
   * Read the port in a cycle; gives the handshake of the cycle.
   *
   * @param causes samples of which some input has offered a beat
   * @throws MismatchError for a beat that changes or vanishes while it waits, has no cause, or is one too many
   */
  look(cycle: number, causes: number): Handshake;
  /** Raw codes by place of every sample. */
  samples(): readonly (readonly bigint[])[];
  trace(): StreamTrace;
}

/** Make the side of one output, of which that many samples must come. */
export function outputSide(
  simulator: Simulator,
  { name, type }: StreamPort,
  samples: number,
  stalls: StallPattern,
): OutputSide {
  const beatsPerSample = type.elements.length;
  const expected = samples * beatsPerSample;
  const isValid = simulator.probe(validPort(name));
  const ready = readyPort(name);
  const handshakes: Handshake[] = [];
  const givenAt: number[] = [];
  const beats: bigint[] = [];
  /** The beat that was shown and not taken in the cycle before. */
  let waiting: bigint | undefined;
  let isReady = false;
  const fail = (what: string): never => {
    throw new MismatchError(`Output "${name}" ${what}.`);
  };
  const check = (cycle: number, causes: number, word: bigint): void => {
    const beat = beats.length;
    if (waiting !== undefined && waiting !== word) {
      const change = `0x${waiting.toString(16)} to 0x${word.toString(16)}`;
      fail(`changes beat ${beat} from ${change} in cycle ${cycle}, must hold it until it is taken`);
    }
    if (beat >= expected) {
      fail(`gives another beat in cycle ${cycle}, must give ${expected} for ${samples} samples`);
    }
    const sample = Math.floor(beat / beatsPerSample);
    if (sample >= causes) {
      fail(`gives beat ${beat % beatsPerSample} of sample ${sample} in cycle ${cycle}, before any beat of it came in`);
    }
  };
  return {
    name,
    beatsPerSample,
    givenAt,
    expected,
    get isDone() {
      return beats.length === expected;
    },
    drive: (cycle, isOpen) => {
      isReady = isOpen || !isStalled(stalls, cycle);
      simulator.set(ready, isReady ? 1 : 0);
    },
    look: (cycle, causes) => {
      const now = handshake(isValid() === 1, isReady);
      handshakes.push(now);
      if (now !== 1 && now !== 3) {
        if (waiting !== undefined) {
          fail(`withdraws beat ${beats.length} in cycle ${cycle}, must hold it until it is taken`);
        }
        return now;
      }
      const word = simulator.get(name);
      check(cycle, causes, word);
      waiting = now === 1 ? word : undefined;
      if (now === 3) {
        givenAt.push(cycle);
        beats.push(word);
      }
      return now;
    },
    samples: () =>
      Array.from({ length: samples }, (_, k) =>
        beatsToSample(type, beats.slice(k * beatsPerSample, (k + 1) * beatsPerSample)),
      ),
    trace: () => ({ beats, handshakes: Uint8Array.from(handshakes) }),
  };
}
