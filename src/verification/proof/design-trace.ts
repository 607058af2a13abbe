/**
 * What proofs see of a clocked design, whatever it was read from.
 *
 * All registers take their data at the rising edge of one clock, so a register is one cycle of delay and nothing else. A
 * design is written as forms from its inputs to its outputs, instance by instance; whoever watches may replace what an
 * instance hands on by something equal.
 */
import type { Word } from './bits.ts';
import { wordOf } from './bits.ts';
import type { Form, FormStore } from './forms/index.ts';

/** Name of the clock, as an atom that no data may depend on. */
export const CLOCK_INPUT = 'clk';

export interface DesignWatcher {
  /** The simplest spelling of the low bits of a form. */
  settle(form: Form, width: number): Form;
  /**
   * Called for each instance before it is looked into.
   *
   * @returns the words of its outputs where they are known from those of its inputs
   */
  standIn?(module: string, inputs: ReadonlyMap<string, Word>): ReadonlyMap<string, Word> | undefined;
  /**
   * Called for each instance below the top module when its outputs are known.
   *
   * @param path names of the instances from the top down
   * @returns the words that stand for its outputs from here on
   */
  onInstance(path: readonly string[], module: string, outputs: ReadonlyMap<string, Word>): ReadonlyMap<string, Word>;
  /**
   * Called for each wire; `path` is empty in the top module.
   *
   * @param wire name, or number of the net where names are not known
   */
  onWire?(path: readonly string[], module: string, wire: string | number, word: Word): void;
}

/** One bit that is an input of its own. */
export function bitInput(store: FormStore, name: string): Word {
  return wordOf(store.ofAtom(store.atom({ kind: 'input', name }, 0n, 1n)), 1, 0);
}

/** A word of which nothing is known. */
export function opaqueWord(store: FormStore, name: string, width: number): Word {
  const hi = (1n << BigInt(width)) - 1n;
  return wordOf(store.ofAtom(store.atom({ kind: 'opaque', name }, 0n, hi)), width, 0);
}
