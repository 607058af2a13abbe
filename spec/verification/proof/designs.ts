/** Netlists and designs as forms beside what they do cycle by cycle. */
import type { Netlist } from '../../../src/netlist/index.ts';
import { createSimulator } from '../../../src/simulation/index.ts';
import type { Simulator } from '../../../src/simulation/index.ts';
import { stream } from '../../../src/random/index.ts';
import { modularForm, readWord } from '../../../src/verification/proof/bits.ts';
import { RESET_INPUT, wordOf } from '../../../src/verification/proof/index.ts';
import type { DesignWatcher, FormStore, Word } from '../../../src/verification/proof/index.ts';
import { followSamples } from '../../../src/verification/proof/samples.ts';

/** Watches nothing, and settles nothing but the low bits. */
export function plainWatcher(store: FormStore): DesignWatcher {
  return {
    settle: (form, width) => modularForm(store, form, width),
    onInstance: (_path, _module, outputs) => outputs,
  };
}

/** A word for each port, as an input of its own. */
export function inputWords(
  store: FormStore,
  ports: readonly { readonly name: string; readonly width: number }[],
): ReadonlyMap<string, Word> {
  return new Map(
    ports.map(({ name, width }) => {
      const hi = (1n << BigInt(width)) - 1n;
      return [name, wordOf(store.ofAtom(store.atom({ kind: 'input', name }, 0n, hi)), width, 0)];
    }),
  );
}

/** Bit patterns by cycle. */
export type Recording = ReadonlyMap<string, readonly bigint[]>;

/** Run a netlist with random inputs and now and then a reset; record its ports and the nets that are asked for. */
export function record(netlist: Netlist, cycles: number, seed: string, paths: readonly string[]): Recording {
  const simulator: Simulator = createSimulator(netlist, { engine: 'loop' });
  const random = stream(seed, 'inputs');
  const recorded = new Map<string, bigint[]>();
  const keep = (name: string, value: bigint): void => {
    const values = recorded.get(name) ?? [];
    recorded.set(name, values);
    values.push(value);
  };
  for (let cycle = 0; cycle < cycles; cycle++) {
    const reset = random.integer(0, 6) === 0 ? 1n : 0n;
    simulator.set(RESET_INPUT, reset);
    keep(RESET_INPUT, reset);
    for (const { name, width } of simulator.inputs) {
      let value = 0n;
      for (let bit = 0; bit < width; bit += 16) value = (value << 16n) | BigInt(random.integer(0, 1 << 16));
      value = random.integer(0, 5) === 0 ? (1n << BigInt(width)) - 1n : BigInt.asUintN(width, value);
      simulator.set(name, value);
      keep(name, value);
    }
    for (const { name } of simulator.outputs) keep(name, simulator.get(name));
    for (const path of new Set(paths)) keep(path, simulator.peek(path));
    simulator.step();
  }
  return recorded;
}

/** Cycles until no register of a random netlist holds what it began with. */
const BEGINNING = 30;

/** The first cycle in which an output is not what its word says; undefined where there is none. */
export function firstDifference(
  store: FormStore,
  word: Word,
  recorded: Recording,
  output: readonly bigint[],
): number | undefined {
  const { form, delay = 0 } = readWord(store, word, 'unsigned');
  const cycles = output.length;
  const samples = followSamples(cycles, (name) => recorded.get(name)!);
  const values = samples.seriesOf(form);
  for (let cycle = BEGINNING; cycle < cycles; cycle++) {
    if (values[cycle - delay] !== output[cycle]) return cycle;
  }
  return undefined;
}
