/**
 * A module bit by bit, as far as counting needs it: which bits are read at all, and how many look-up tables and
 * flip-flops remain when wiring, inverters, constants and equal registers have vanished.
 *
 * Every bit of every net has a number; wiring and inversion give the number of the bit behind them. What is left are
 * sources (inputs, registers, sums, ROM words …) and logic bits with the numbers they read.
 */
import { isCombinational } from '../netlist/index.ts';
import type { Cell, Module, Net } from '../netlist/index.ts';

/** Inputs of a look-up table. */
const LUT_INPUTS = 6;

/** Number of every constant bit. */
const CONSTANT = 0;

/** Bits of one cell that are computed together: live up to a bit, or as a whole. */
interface Block {
  readonly net: Net;
  /** Numbers of its result bits, least significant first. */
  readonly results: readonly number[];
  /** Bits that a result bit depends on: of the same and lower positions for a carry chain, all otherwise. */
  readonly operands: readonly (readonly number[])[];
  readonly carry: boolean;
}

/** What remains of a module. */
export interface BitCounts {
  /** Look-up tables of bitwise logic and equality. */
  readonly logic: number;
  /** Adder bits with a table each. */
  readonly adder: number;
  /** Flip-flops, by the net of the register's input. */
  readonly flipFlops: ReadonlyMap<Net, number>;
  /** Live result bits of every ROM, comparison and multiplication. */
  readonly liveBits: (net: Net) => number;
}

/** Count the bits of a module that are read, packing logic greedily into tables. */
export function countBits(module: Module): BitCounts {
  const { cells, widths } = module;
  const bitsOf: number[][] = [];
  /** Bits that a bit reads: of logic and registers; none for sources. */
  const reads: number[][] = [[]];
  const blockOf = new Map<number, { readonly block: Block; readonly position: number }>();
  const logicBits: number[] = [];
  const registerNet = new Map<number, Net>();
  const shared = new Map<string, number>();
  const forward: { readonly bit: number; readonly net: Net; readonly position: number }[] = [];
  const fresh = (inputs: readonly number[] = []): number => reads.push([...inputs]) - 1;
  const logic = (inputs: readonly number[]): number => {
    const distinct = [...new Set(inputs)].filter((bit) => bit !== CONSTANT);
    if (distinct.length === 0) return CONSTANT;
    if (distinct.length === 1) return distinct[0]!;
    const bit = fresh(distinct);
    logicBits.push(bit);
    return bit;
  };
  const block = (net: Net, operands: readonly Net[], carry: boolean): number[] => {
    const results = Array.from({ length: widths[net]! }, () => fresh());
    const made = { net, results, operands: operands.map((operand) => bitsOf[operand]!), carry };
    results.forEach((bit, position) => blockOf.set(bit, { block: made, position }));
    return results;
  };
  const registerBits = (cell: Extract<Cell, { kind: 'register' }>, net: Net): number[] =>
    Array.from({ length: widths[net]! }, (_, position) => {
      const enable = cell.enable === undefined ? undefined : bitsOf[cell.enable];
      const reset = cell.reset === undefined ? 'n' : String((cell.reset >> BigInt(position)) & 1n);
      const d = bitsOf[cell.d]?.[position];
      // Two flip-flops with the same input are one; feedback has its input later and stands for itself.
      const key =
        d === undefined || (cell.enable !== undefined && enable === undefined)
          ? `#${net}.${position}`
          : `${d}/${enable?.[0]}/${reset}`;
      if (d === CONSTANT && reset === 'n') return CONSTANT;
      let bit = shared.get(key);
      if (bit === undefined) {
        bit = fresh([...(d === undefined ? [] : [d]), ...(enable ?? [])]);
        shared.set(key, bit);
        registerNet.set(bit, cell.d);
        if (d === undefined) forward.push({ bit, net: cell.d, position });
        if (cell.enable !== undefined && enable === undefined) forward.push({ bit, net: cell.enable, position: 0 });
      }
      return bit;
    });

  const bitsOfCell = (cell: Cell, net: Net): number[] => {
    const width = widths[net]!;
    const each = (make: (position: number) => number): number[] => Array.from({ length: width }, (_, k) => make(k));
    if (cell.kind === 'register') return registerBits(cell, net);
    if (!isCombinational(cell)) return each(() => fresh());
    switch (cell.kind) {
      case 'constant':
        return each(() => CONSTANT);
      case 'extend': {
        const from = bitsOf[cell.a]!;
        return each((k) => from[k] ?? (cell.signed ? from.at(-1)! : CONSTANT));
      }
      case 'slice':
        return bitsOf[cell.a]!.slice(cell.lsb, cell.lsb + width);
      case 'concat':
        return cell.parts.toReversed().flatMap((part) => bitsOf[part]!);
      case 'not':
        return bitsOf[cell.a]!;
      case 'and':
      case 'or':
      case 'xor':
        return each((k) => logic([bitsOf[cell.a]![k]!, bitsOf[cell.b]![k]!]));
      case 'mux':
        return each((k) => {
          const [a, b] = [bitsOf[cell.a]![k]!, bitsOf[cell.b]![k]!];
          return a === b && a !== CONSTANT ? a : logic([bitsOf[cell.select]![0]!, a, b]);
        });
      case 'equal':
        return [logic([...bitsOf[cell.a]!, ...bitsOf[cell.b]!])];
      case 'add':
      case 'subtract':
        return block(net, [cell.a, cell.b], true);
      case 'less':
      case 'multiply':
        return block(net, [cell.a, cell.b], false);
      case 'rom':
        return block(net, [cell.address], false);
      default:
        return cell satisfies never;
    }
  };
  cells.forEach((cell, net) => bitsOf.push(bitsOfCell(cell, net)));
  for (const { bit, net, position } of forward) reads[bit]!.push(bitsOf[net]![position]!);

  // What an output or an instance reads is live, and so is what live bits read.
  const live = new Uint8Array(reads.length);
  const readers = new Int32Array(reads.length);
  const stack: number[] = [];
  const read = (bit: number): void => {
    readers[bit]! += 1;
    if (live[bit] === 1 || bit === CONSTANT) return;
    live[bit] = 1;
    stack.push(bit);
  };
  const reached = new Map<Block, number>();
  for (const port of module.outputs) bitsOf[port.net]!.forEach(read);
  for (const instance of module.instances) for (const net of instance.inputs) bitsOf[net]!.forEach(read);
  for (let bit = stack.pop(); bit !== undefined; bit = stack.pop()) {
    reads[bit]!.forEach(read);
    const member = blockOf.get(bit);
    if (member === undefined) continue;
    const from = reached.get(member.block) ?? 0;
    const to = member.block.carry ? member.position + 1 : Infinity;
    for (const operand of member.block.operands) operand.slice(from, Math.max(from, to)).forEach(read);
    reached.set(member.block, Math.max(from, to));
  }

  let adder = 0;
  for (const [{ operands, carry }, to] of reached) if (carry) adder += to - passing(operands);
  const flipFlops = new Map<Net, number>();
  for (const [bit, net] of registerNet) if (live[bit] === 1) flipFlops.set(net, (flipFlops.get(net) ?? 0) + 1);
  return {
    logic: packLogic(
      logicBits.filter((bit) => live[bit] === 1),
      reads,
      readers,
    ),
    adder,
    flipFlops,
    liveBits: (net) => bitsOf[net]!.filter((bit) => live[bit] === 1).length,
  };
}

/** Low positions of a carry chain where the second operand is constant: nothing to add there, as a rule. */
function passing([, b]: readonly (readonly number[])[]): number {
  const first = b!.findIndex((bit) => bit !== CONSTANT);
  return first < 0 ? 0 : first;
}

/** Tables of live logic bits, given in order: a bit read once moves into its reader's table while the inputs suffice. */
function packLogic(bits: readonly number[], reads: readonly (readonly number[])[], readers: Int32Array): number {
  const supports = new Map<number, ReadonlySet<number>>();
  const absorbed = new Set<number>();
  for (const bit of bits) {
    let support = new Set(reads[bit]);
    for (const input of reads[bit]!) {
      const inner = supports.get(input);
      if (inner === undefined || readers[input] !== 1) continue;
      const merged = new Set([...support, ...inner]);
      merged.delete(input);
      if (merged.size > LUT_INPUTS) continue;
      support = merged;
      absorbed.add(input);
    }
    supports.set(bit, support);
  }
  let tables = 0;
  for (const [bit, { size }] of supports) {
    // A tree of tables over m inputs has ⌈(m − 1)/(inputs − 1)⌉ of them.
    if (!absorbed.has(bit)) tables += Math.ceil((size - 1) / (LUT_INPUTS - 1));
  }
  return tables;
}
