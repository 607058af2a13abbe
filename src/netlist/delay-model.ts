/** What scheduling needs to know of a device: how long an operation takes. Estimation provides the figures. */
import type { Circuit, Wire } from '../circuit/index.ts';

export interface DelayModel {
  readonly name: string;
  /** Clock-to-output of a register plus set-up of the next, in nanoseconds: the part of a period that logic cannot use. */
  readonly registerOverheadNs: number;
  /** Shortest period that the clock network carries, in nanoseconds, where the model knows it. */
  readonly minimumPeriodNs?: number;
  /** Combinational delay in nanoseconds through operation `wire` of the circuit, routing included. */
  delayNs(circuit: Circuit, wire: Wire): number;
}
