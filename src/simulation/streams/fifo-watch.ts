/** Watches one FIFO of a stream design: how full it gets, and that it never takes or loses a beat against its count. */
import { MismatchError } from '../../errors.ts';
import type { StreamFifo } from '../../netlist/index.ts';
import type { Simulator } from '../simulator.ts';

/** A FIFO in one cycle. */
export interface FifoState {
  readonly fifo: StreamFifo;
  /** Places in use. */
  readonly count: number;
  readonly enters: boolean;
  /** Whether a beat stands at its output, and whether its reader takes one. */
  readonly isValid: boolean;
  readonly isReady: boolean;
}

export interface FifoWatch {
  readonly fifo: StreamFifo;
  /** Most places in use so far. */
  readonly maximum: number;
  /**
   * Look at a cycle; tells whether a beat moves.
   *
   * @throws MismatchError if a beat enters with no place free or leaves without having entered, or the count does not
   *   follow what entered and left: places in use never exceed the depth
   */
  look(cycle: number): boolean;
  state(): FifoState;
}

/** Watch a FIFO from the cycle after reset on. */
export function watchFifo(simulator: Simulator, fifo: StreamFifo): FifoWatch {
  const [count, inValid, outValid, outReady] = ['count', 'in_valid', 'out_valid', 'out_ready'].map((net) =>
    simulator.probe(`${fifo.instance}.${net}`),
  ) as [() => number, () => number, () => number, () => number];
  const where = `FIFO ${fifo.instance} from ${fifo.from} to ${fifo.to}`;
  let expected = 0;
  let maximum = 0;
  return {
    fifo,
    get maximum() {
      return maximum;
    },
    look: (cycle) => {
      const used = count();
      const enters = inValid();
      const leaves = outValid() & outReady();
      if (used !== expected) {
        throw new MismatchError(`${where} counts ${used} beats in cycle ${cycle}, must count ${expected}.`);
      }
      if (used > maximum) maximum = used;
      expected = used + enters - leaves;
      if (expected > fifo.depth) {
        throw new MismatchError(`${where} takes a beat in cycle ${cycle} with ${used} of ${fifo.depth} places in use.`);
      }
      if (expected < 0) throw new MismatchError(`${where} gives a beat in cycle ${cycle} that never entered.`);
      return enters === 1 || leaves === 1;
    },
    state: () => ({
      fifo,
      count: count(),
      enters: inValid() === 1,
      isValid: outValid() === 1,
      isReady: outReady() === 1,
    }),
  };
}
