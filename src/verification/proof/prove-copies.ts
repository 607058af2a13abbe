/**
 * The claim about a design that is several copies of one pipeline: every copy has its own part of every port.
 *
 * What a module hands on is a function of what its inputs were, whichever instance of it is looked at. So the pipeline is
 * proved once, as a design by itself, and of the module around its copies only the wires are compared: an instance that
 * gets exactly the clock, the reset and copy k's part of every input port stands for copy k, whatever its name, and its
 * outputs must be copy k's part of every output port in the same cycle.
 */
import { joinWords, readWord, wordOf } from './bits.ts';
import type { Word } from './bits.ts';
import { bitInput, CLOCK_INPUT, opaqueWord } from './design-trace.ts';
import type { DesignWatcher } from './design-trace.ts';
import { RESET_INPUT, sameForm } from './forms/index.ts';
import type { FormStore } from './forms/index.ts';
import type { ProofContext } from './proof-context.ts';
import { compareBus } from './prove-design.ts';
import type { ModuleProof, TimedUnproven } from './prove-design.ts';

/** A port of the pipeline; around the copies it is as many times as wide. */
export interface CopiedPort {
  readonly name: string;
  readonly width: number;
}

export interface ExpectedCopies {
  readonly copies: number;
  /** Name of the module of which there are copies. */
  readonly module: string;
  /** All its ports but clock and reset. */
  readonly inputs: readonly CopiedPort[];
  readonly outputs: readonly CopiedPort[];
}

/** Writes the module around the copies as forms: words of its outputs from words of its inputs, both by name. */
export type WriteDesign = (inputs: ReadonlyMap<string, Word>, watcher: DesignWatcher) => ReadonlyMap<string, Word>;

/** Compare the wires around the copies; where one differs, nothing is said of what the design computes. */
export function proveCopyWires(
  context: ProofContext,
  { copies, module, inputs, outputs }: ExpectedCopies,
  top: string,
  write: WriteDesign,
): ModuleProof {
  const { store } = context;
  const part = (port: CopiedPort, copy: number): Word => {
    const hi = (1n << BigInt(port.width)) - 1n;
    return wordOf(store.ofAtom(store.atom({ kind: 'input', name: copyName(port.name, copy) }, 0n, hi)), port.width, 0);
  };
  const all = Array.from({ length: copies }, (_, copy) => copy);
  const common: readonly [string, Word][] = [
    [CLOCK_INPUT, bitInput(store, CLOCK_INPUT)],
    [RESET_INPUT, bitInput(store, RESET_INPUT)],
  ];
  const given = all.map(
    (copy) => new Map([...common, ...inputs.map((port): [string, Word] => [port.name, part(port, copy)])]),
  );
  const watcher: DesignWatcher = {
    settle: context.references.settle,
    onInstance: (_path, _module, words) => words,
    standIn(found, words) {
      if (found !== module) return undefined;
      const copy = given.findIndex((own) =>
        [...words].every(([name, word]) => own.has(name) && sameWord(store, word, own.get(name)!)),
      );
      // An instance that is nobody's is not looked into: that a wire is wrong is known.
      const own = (port: CopiedPort): Word =>
        copy < 0 ? opaqueWord(store, `${port.name} of no copy`, port.width) : part(port, copy);
      return new Map(outputs.map((port) => [port.name, own(port)]));
    },
  };
  const buses = inputs.map((port): [string, Word] => [
    port.name,
    joinWords(
      store,
      all.map((copy) => part(port, copy)),
    ),
  ]);
  const words = write(new Map([...common, ...buses]), watcher);
  const methods: Record<string, number> = {};
  const unproven: TimedUnproven[] = [];
  let count = 0;
  for (const port of outputs) {
    const elements = all.map((copy) => ({ form: part(port, copy)[0]!.form, width: port.width, isRead: true }));
    const { counts } = compareBus(context, port.name, elements, words.get(port.name) ?? [], 0);
    count += counts.outputs;
    unproven.push(...counts.unproven);
    for (const [method, times] of Object.entries(counts.methods)) methods[method] = (methods[method] ?? 0) + times;
  }
  return { module: top, instance: '', outputs: count, methods, unproven };
}

/** Name of a copy's own part of a port. */
export function copyName(port: string, copy: number): string {
  return `${port} of copy ${copy}`;
}

/** Tell whether an instance that has a clock and a reset has those of the design; a netlist names neither. */
export function hasOwnClock(store: FormStore, words: ReadonlyMap<string, Word>): boolean {
  return [CLOCK_INPUT, RESET_INPUT].every((name) => {
    const word = words.get(name);
    return word === undefined || sameWord(store, word, bitInput(store, name));
  });
}

function sameWord(store: FormStore, a: Word, b: Word): boolean {
  const [one, other] = [readWord(store, a, 'unsigned'), readWord(store, b, 'unsigned')];
  return sameForm(one.form, other.form) && one.delay === other.delay;
}
