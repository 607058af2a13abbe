/** What stood at a port in every cycle of a run, enough to replay it elsewhere. */

/** Valid plus twice ready: 3 where a beat moves, 1 where it waits. */
export type Handshake = 0 | 1 | 2 | 3;

/** Join the two bits of a handshake. */
export function handshake(isValid: boolean, isReady: boolean): Handshake {
  if (isReady) return isValid ? 3 : 2;
  return isValid ? 1 : 0;
}

export interface StreamTrace {
  /** Bus words of all beats that moved, in their order. */
  readonly beats: readonly bigint[];
  /** One `Handshake` per cycle. */
  readonly handshakes: Uint8Array;
}
