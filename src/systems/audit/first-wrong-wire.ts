/**
 * The first wire of a design that is not what it should be, for an input that shows a difference.
 *
 * Wires are looked at module by module in the order of the data, and within a module stage by stage, under the names that
 * both the netlist and its text have.
 */
import type { Netlist } from '../../netlist/index.ts';
import type { FoundDifference, Word } from '../../verification/index.ts';
import { netNames } from '../../verilog/index.ts';
import type { OnWire } from './proof.ts';

export interface WrongWire {
  readonly module: string;
  readonly wire: string;
  /** Bits as unsigned numbers. */
  readonly expected: bigint;
  readonly found: bigint;
  /** Cycles from the input to the wire. */
  readonly expectedCycles: number;
  readonly foundCycles: number;
}

interface NamedWord {
  readonly path: readonly string[];
  readonly module: string;
  readonly wire: string;
  readonly word: Word;
}

/**
 * Compare the wires of a netlist with those of the text that it was printed as.
 *
 * @param writeNetlist, writeVerilog write the designs as forms and show every wire
 */
export function firstWrongWire(
  netlist: Netlist,
  writeNetlist: (onWire: OnWire) => void,
  writeVerilog: (onWire: OnWire) => void,
  found: FoundDifference,
): WrongWire | undefined {
  const names = netNames(netlist);
  const wanted = new Map<string, NamedWord>();
  const keyOf = ({ path, wire }: Pick<NamedWord, 'path' | 'wire'>): string => [...path, wire].join('.');
  writeNetlist((path, module, net, word) => {
    const wire = names.get(module)?.get(Number(net));
    if (wire === undefined) return;
    const named = { path, module, wire, word };
    wanted.set(keyOf(named), named);
  });
  const given = new Map<string, NamedWord>();
  writeVerilog((path, module, name, word) => {
    const named = { path, module, wire: String(name), word };
    given.set(keyOf(named), named);
  });
  const top = netlist.modules.find(({ name }) => name === netlist.top)!;
  const order = new Map(top.instances.map(({ name }, k) => [name, k]));
  const pairs = [...wanted.values()].flatMap((want) => {
    const have = given.get(keyOf(want));
    return have === undefined ? [] : [{ want, have, ...cyclesOfBoth(want.word, have.word) }];
  });
  const inOrder = pairs.toSorted(
    ({ want: a, expectedCycles: early }, { want: b, expectedCycles: late }) =>
      (order.get(a.path[0] ?? '') ?? Infinity) - (order.get(b.path[0] ?? '') ?? Infinity) || early - late,
  );
  for (const { want, have, expectedCycles, foundCycles } of inOrder) {
    const [expected, value] = [bitsOf(want.word, found), bitsOf(have.word, found)];
    if (expected !== value || expectedCycles !== foundCycles) {
      return { module: want.module, wire: want.wire, expected, found: value, expectedCycles, foundCycles };
    }
  }
  return undefined;
}

/** Cycles from the inputs to a wire on both sides; a constant stands in every cycle, so in that of the other side. */
function cyclesOfBoth(want: Word, have: Word): { readonly expectedCycles: number; readonly foundCycles: number } {
  const [expected, found] = [cyclesOf(want), cyclesOf(have)];
  return { expectedCycles: expected ?? found ?? 0, foundCycles: found ?? expected ?? 0 };
}

/** Cycles from the inputs to a word: the most of its slices; undefined for a constant. */
function cyclesOf(word: Word): number | undefined {
  const delays = word.flatMap(({ delay }) => delay ?? []);
  return delays.length === 0 ? undefined : Math.max(...delays);
}

/** The bits that a word shows of the vector of a difference. */
function bitsOf(word: Word, { samples, vector }: FoundDifference): bigint {
  let bits = 0n;
  let offset = 0n;
  for (const { form, lsb, width } of word) {
    bits |= BigInt.asUintN(width, samples.seriesOf(form)[vector]! >> BigInt(lsb)) << offset;
    offset += BigInt(width);
  }
  return bits;
}
