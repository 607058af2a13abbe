/**
 * Says why a stream design stands still, in one sentence.
 *
 * The usual reason is a branch that is joined again: the short way fills its FIFO before the long way has given its
 * first beat. Then one FIFO of the joining stage is full and another empty. Where nothing waits any more, beats were lost.
 */
import { DeadlockError, MismatchError } from '../../errors.ts';
import type { FifoState } from './fifo-watch.ts';

/** A design in the cycle in which it was found to stand still. */
export interface Standstill {
  readonly design: string;
  readonly cycle: number;
  readonly fifos: readonly FifoState[];
  /** Inputs with a beat that is not taken. */
  readonly waitingInputs: readonly string[];
  /** Beats given and beats that must come, per output. */
  readonly outputs: readonly { readonly name: string; readonly given: number; readonly expected: number }[];
}

/** Make the error for a standstill: a DeadlockError where beats wait, a MismatchError where they are lost. */
export function standstillError(standstill: Standstill): DeadlockError | MismatchError {
  const { design, cycle, fifos, waitingInputs, outputs } = standstill;
  const waiting = fifos.filter(({ count }) => count > 0).toSorted((a, b) => fullness(b) - fullness(a));
  if (waiting.length === 0 && waitingInputs.length === 0) {
    const gave = outputs.map(({ name, given, expected }) => `${given} of ${expected} beats of "${name}"`).join(' and ');
    return new MismatchError(
      `Stream design "${design}" lost beats: from cycle ${cycle} on nothing moves and nothing waits in it, and it has given ${gave}.`,
    );
  }
  const stands = `Stream design "${design}" is deadlocked from cycle ${cycle} on`;
  const empty = fifos.filter(({ count, isValid }) => count === 0 && !isValid);
  // A full and an empty FIFO of the same reader tell most.
  const pair = waiting.flatMap((full) => {
    const starving = empty.find(({ fifo }) => fifo.to === full.fifo.to);
    return starving === undefined ? [] : [{ full, starving }];
  })[0];
  if (pair !== undefined) {
    const { full, starving } = pair;
    return new DeadlockError(
      `${stands}: ${full.fifo.to} needs a beat of each, while ${placeText(full)} and ${placeText(starving)}; make ${full.fifo.instance} deeper than ${full.fifo.depth}.`,
    );
  }
  const full = waiting[0];
  if (full === undefined) {
    return new DeadlockError(
      `${stands}: no FIFO holds a beat, input "${waitingInputs[0]}" offers one and is never ready for it.`,
    );
  }
  const starving = empty[0];
  const other = starving === undefined ? 'no FIFO is empty' : placeText(starving);
  return new DeadlockError(
    `${stands}: ${full.fifo.to} takes nothing, while ${placeText(full)} and ${other}; make ${full.fifo.instance} deeper than ${full.fifo.depth}, or look at what ${full.fifo.to} waits for.`,
  );
}

function fullness({ count, fifo }: FifoState): number {
  return count / fifo.depth;
}

function placeText({ fifo, count }: FifoState): string {
  const way = `FIFO ${fifo.instance} from ${fifo.from} to ${fifo.to}`;
  if (count === 0) return `${way} is empty`;
  return count === fifo.depth ? `${way} is full (depth ${count})` : `${way} holds ${count} of ${fifo.depth} beats`;
}
