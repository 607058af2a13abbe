/**
 * Random netlists with every kind of cell, widths 1 … 70, instances, memories, and registers with and without reset and
 * enable.
 *
 * Registers that hold or feed back have a reset, so that no X of a four-state simulator survives it; words of a memory show
 * once they have been written after it. `valid_out` is
 * constant 1: a bench then compares the outputs of every cycle.
 */
import { addressWidth, moduleBuilder } from '../../src/netlist/index.ts';
import type { Module, Net, Netlist } from '../../src/netlist/index.ts';

export interface Dice {
  /** Integer, 0 ≤ result < n. */
  readonly below: (n: number) => number;
  /** Bit pattern of a width. */
  readonly bits: (width: number) => bigint;
}

export function dice(seed: number): Dice {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  return {
    below: (n) => next() % n,
    bits(width) {
      // Extreme patterns are as likely as ordinary ones.
      const shape = next() % 8;
      if (shape === 0) return 0n;
      if (shape === 1) return BigInt.asUintN(width, -1n);
      if (shape === 2) return 1n << BigInt(width - 1);
      let value = 0n;
      for (let k = 0; k < width; k += 32) value = (value << 32n) | BigInt(next());
      return BigInt.asUintN(width, value);
    },
  };
}

const kinds = [
  'constant',
  'extend',
  'slice',
  'concat',
  'not',
  'and',
  'or',
  'xor',
  'add',
  'subtract',
  'multiply',
  'equal',
  'less',
  'mux',
  'rom',
  'memory',
  'register',
  'feedback',
  'instance',
] as const;

/** Build one module of about `size` cells that may instantiate `callees`. */
function randomModule(name: string, size: number, callees: readonly Module[], d: Dice, top: boolean): Module {
  const b = moduleBuilder(name, `Random cells, seed material of ${name}.`);
  const nets: Net[] = [];
  const widths = [1, 2, 3, 7, 8, 13, 31, 32, 33, 63, 64, 65, 70];
  const width = (): number => (d.below(2) ? 1 + d.below(12) : widths[d.below(widths.length)]!);
  const pick = (): Net =>
    nets[d.below(Math.min(nets.length, 40)) + Math.max(0, nets.length - 40) * d.below(2)] ?? nets[0]!;
  /** Any net brought to a width. */
  const at = (wanted: number, net = pick()): Net => {
    const have = b.widthOf(net);
    if (have === wanted) return net;
    return have < wanted ? b.extend(net, wanted, d.below(2) === 1) : b.slice(net, d.below(have - wanted + 1), wanted);
  };
  if (top) nets.push(b.input('valid_in', 1));
  for (let k = 0; k < 3; k++) nets.push(b.input(`x${k}`, width()));
  const open: Net[] = [];
  const closeMemories: (() => void)[] = [];
  for (let k = 0; k < size; k++) {
    const kind = kinds[d.below(kinds.length)]!;
    const w = width();
    switch (kind) {
      case 'constant':
        nets.push(b.constant(d.bits(w), w));
        break;
      case 'extend': {
        const a = pick();
        nets.push(b.extend(a, Math.max(b.widthOf(a), w), d.below(2) === 1));
        break;
      }
      case 'slice':
        nets.push(at(1 + d.below(w)));
        break;
      case 'concat':
        nets.push(b.concat(Array.from({ length: 2 + d.below(3) }, () => at(1 + d.below(20)))));
        break;
      case 'not':
        nets.push(b.not(pick()));
        break;
      case 'and':
      case 'or':
      case 'xor':
      case 'add':
      case 'subtract':
      case 'equal':
        nets.push(b[kind](at(w), at(w)));
        break;
      case 'less':
        nets.push(b.less(at(w), at(w), d.below(2) === 1));
        break;
      case 'multiply':
        nets.push(b.multiply(at(1 + d.below(35)), at(1 + d.below(35)), d.below(2) === 1, d.below(2) === 1));
        break;
      case 'mux':
        nets.push(b.mux(at(1), at(w), at(w)));
        break;
      case 'rom': {
        const address = 1 + d.below(5);
        const words = Array.from({ length: 2 ** address }, () => d.bits(w));
        nets.push(b.rom(at(address), b.addRom(`table_${k}`, w, words)));
        break;
      }
      case 'memory': {
        const words = 2 + d.below(9);
        const bits = addressWidth(words);
        const memory = b.addMemory(`words_${k}`, w, words);
        const address = at(bits);
        const word = b.memory(address, memory);
        // One bit per word that has been written; those beyond the last stay clear.
        const written = b.registerPlaceholder(2 ** bits, { reset: 0n });
        const bitAt = (index: Net): Net =>
          b.rom(
            index,
            b.addRom(
              'one_hot',
              2 ** bits,
              Array.from({ length: 2 ** bits }, (_, n) => 1n << BigInt(n)),
            ),
          );
        const isWritten = b.not(b.equal(b.and(written, bitAt(address)), b.constant(0n, 2 ** bits)));
        nets.push(b.mux(isWritten, word, b.constant(0n, w)));
        closeMemories.push(() => {
          const enable = at(1);
          const wanted = at(bits);
          // A memory with a constant address is refused.
          const target = b.cellOf(wanted).kind === 'constant' ? at(bits, nets[0]) : wanted;
          b.memoryWrite(memory, enable, target, at(w));
          const mask = b.constant((1n << BigInt(words)) - 1n, 2 ** bits);
          b.connect(written, b.mux(enable, b.or(written, b.and(bitAt(target), mask)), written));
        });
        break;
      }
      case 'register':
        switch (d.below(3)) {
          case 0:
            nets.push(b.register(at(w)));
            break;
          case 1:
            nets.push(b.register(at(w), { reset: d.bits(w) }));
            break;
          default:
            nets.push(b.register(at(w), { reset: d.bits(w), enable: at(1) }));
        }
        break;
      case 'feedback': {
        const register = b.registerPlaceholder(w, { reset: d.bits(w), ...(d.below(2) ? { enable: at(1) } : {}) });
        open.push(register);
        nets.push(register);
        break;
      }
      case 'instance': {
        const callee = callees[d.below(callees.length)];
        if (!callee) break;
        const inputs = callee.inputs.map((port) => at(port.width));
        nets.push(...b.instance(`u${k}`, callee, inputs));
        break;
      }
      default:
        kind satisfies never;
    }
    if (d.below(6) === 0) b.name(nets.at(-1)!, ['acc', 'reg', 'x0', 'y', 'double', 'sum'][d.below(6)]!);
  }
  for (const close of closeMemories) close();
  for (const register of open) b.connect(register, at(b.widthOf(register)));
  if (top) b.output('valid_out', b.constant(1n, 1));
  for (let k = 0; k < 6; k++) b.output(`y${k}`, k === 0 ? nets.at(-1)! : pick());
  return b.build();
}

/** Build a netlist of one top module over two leaf modules; the same seed gives the same netlist. */
export function randomNetlist(seed: number, size = 60): Netlist {
  const d = dice(seed);
  const first = randomModule('leaf_a', Math.ceil(size / 3), [], d, false);
  const second = randomModule('leaf_b', Math.ceil(size / 3), [first], d, false);
  const top = randomModule(`random_${seed}`, size, [first, second], d, true);
  return { name: top.name, top: top.name, modules: [first, second, top] };
}
