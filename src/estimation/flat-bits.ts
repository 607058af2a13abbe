/**
 * A netlist without its hierarchy, bit by bit: gates, flip-flops, memories, and the blocks that stay whole (sums,
 * products, comparisons, reads of ROMs and memories).
 *
 * Equal flip-flops and blocks exist once, wherever in the hierarchy they stand, and a flip-flop that can only hold one
 * value is that constant: what synthesis makes of a flattened design. Only what an output depends on is live.
 */
import { isCombinational } from '../netlist/index.ts';
import type { Cell, Module, Net, Netlist } from '../netlist/index.ts';
import { bitNetwork, FALSE, TRUE } from './bit-network.ts';
import type { BitNetwork, Literal } from './bit-network.ts';
import { blockTable } from './block.ts';
import type { Block } from './block.ts';
import { chainEnds, passedZeros } from './chain-ends.ts';
import { varyingBits } from './word-blocks.ts';

/** One flip-flop. */
export interface FlipFlop {
  /** Node of its output. */
  readonly q: number;
  readonly d: Literal;
  readonly reset: 0 | 1 | undefined;
  readonly enable: Literal | undefined;
  readonly owner: number;
}

/** One instance of a module in a flattened netlist, the top module among them. */
export interface FlatInstance {
  /** Index of the module. */
  readonly module: number;
  /** Names of the instances from the top down, joined by `/`; empty for the top. */
  readonly path: string;
  /** Number of the module's net 0 in the design. */
  readonly firstCell: number;
}

/** One memory, with what is written to it. */
export interface FlatMemory {
  readonly words: number;
  readonly width: number;
  readonly enable: Literal;
  readonly address: readonly Literal[];
  readonly data: readonly Literal[];
  readonly owner: number;
}

/** A flattened netlist. */
export interface FlatBits {
  readonly network: BitNetwork;
  readonly blocks: readonly Block[];
  readonly flipFlops: readonly FlipFlop[];
  /** Memories by number. */
  readonly memories: readonly FlatMemory[];
  /** Bits of the output ports of the top module. */
  readonly outputs: readonly Literal[];
  /** Index of the module in which each node was made first. */
  readonly owners: Int32Array;
  /** Number of the cell that made each node first, in the design. */
  readonly cells: Int32Array;
  /** All instances in the order of their cells. */
  readonly instances: readonly FlatInstance[];
}

type Bits = readonly Literal[];

/**
 * Take a netlist apart.
 *
 * @param isChain whether the sum of a cell will be a carry chain of its own: the ends of one that need no adder then
 *   are wiring and constants; before that is known only zeros pass
 */
export function flattenBits(netlist: Netlist, isChain: (cell: number) => boolean = () => false): FlatBits {
  const network = bitNetwork();
  const { blocks, addBlock } = blockTable(network);
  const flipFlops: FlipFlop[] = [];
  const memories: FlatMemory[] = [];
  const sharedFlipFlops = new Map<number | string, Literal>();
  const indexOf = new Map(netlist.modules.map((module, index) => [module.name, index]));
  const flatInstances: FlatInstance[] = [];
  /** Node from which on each cell was at work. */
  const shifts: Shift[] = [];
  const workIn = (owner: number, cell: number): void => {
    const from = network.size();
    if (shifts.at(-1)?.from === from) shifts.pop();
    shifts.push({ from, owner, cell });
  };

  const sum = (subtract: boolean, a: Bits, b: Bits, owner: number, id: number): Bits => {
    const { low, high } = isChain(id)
      ? chainEnds(a, b, subtract ? 1 : 0)
      : { low: passedZeros(a, b, subtract), high: [] };
    const end = a.length - high.length;
    const left = withoutTop(a.slice(low.length, end));
    const right = withoutTop(b.slice(low.length, end));
    const rest = end - low.length;
    if (rest === 0) return [...low, ...high];
    const width = Math.min(rest, Math.max(left.length, right.length) + 1);
    const isOrdered = subtract || comesFirst(left, right);
    const [p, q] = isOrdered ? [left, right] : [right, left];
    const bits = addBlock({ kind: subtract ? 'subtract' : 'add', width, cell: id, owner, a: p, b: q });
    const top = subtract ? bits.at(-1)! : FALSE;
    return [...low, ...bits, ...Array.from({ length: rest - width }, () => top), ...high];
  };

  const product = (p: Bits, q: Bits, signed: boolean, width: number, owner: number, id: number): Bits => {
    const zeros = (bits: Bits): number => bits.findIndex((bit) => bit !== FALSE);
    const [zerosP, zerosQ] = [zeros(p), zeros(q)];
    if (zerosP < 0 || zerosQ < 0) return constantBits(0n, width);
    const shift = Math.min(width, zerosP + zerosQ);
    const [a, b] = [p.slice(zerosP), q.slice(zerosQ)];
    const isOne = (bits: Bits): boolean => bits[0] === TRUE && bits.length === (signed ? 2 : 1) && bits[1] !== TRUE;
    const rest = width - shift;
    const bits = isOne(a)
      ? extended(b, rest, signed)
      : isOne(b)
        ? extended(a, rest, signed)
        : addBlock({ kind: 'multiply', cell: id, width: rest, owner, a, b, signed });
    return [...constantBits(0n, shift), ...bits];
  };

  const flipFlop = (d: Literal, reset: 0 | 1 | undefined, enable: Literal | undefined, owner: number): Literal => {
    if (d <= TRUE && (reset === undefined || reset === d)) return d;
    const key = enable === undefined ? 3 * d + (reset ?? 2) : `${d}/${reset}/${enable}`;
    let q = sharedFlipFlops.get(key);
    if (q === undefined) {
      q = network.source();
      sharedFlipFlops.set(key, q);
      flipFlops.push({ q: q >> 1, d, reset, enable, owner });
    }
    return q;
  };

  /** Numbers of a module's first ROM, memory and cell; the next copy of a module has others. */
  let roms = 0;
  let memoryCount = 0;
  let cells = 0;

  const cellBits = (
    cell: Cell,
    width: number,
    module: Module,
    of: (net: Net) => Bits,
    owner: number,
    id: number,
    first: { readonly rom: number; readonly memory: number },
  ): Bits => {
    const each = (make: (position: number) => Literal): Bits => {
      const bits: Literal[] = [];
      for (let k = 0; k < width; k += 1) bits.push(make(k));
      return bits;
    };
    if (!isCombinational(cell)) return [];
    switch (cell.kind) {
      case 'constant':
        return constantBits(cell.value, width);
      case 'extend': {
        const from = of(cell.a);
        return each((k) => from[k] ?? (cell.signed ? from.at(-1)! : FALSE));
      }
      case 'slice':
        return of(cell.a).slice(cell.lsb, cell.lsb + width);
      case 'concat':
        return cell.parts.toReversed().flatMap((part) => of(part));
      case 'not':
        return of(cell.a).map((bit) => bit ^ 1);
      case 'and':
      case 'or':
      case 'xor': {
        const [a, b] = [of(cell.a), of(cell.b)];
        return each((k) => network[cell.kind](a[k]!, b[k]!));
      }
      case 'mux': {
        const [a, b] = [of(cell.a), of(cell.b)];
        const [select] = of(cell.select);
        return each((k) => network.mux(select!, a[k]!, b[k]!));
      }
      case 'equal': {
        const [a, b] = [of(cell.a), of(cell.b)];
        return [network.andAll(a.map((bit, k) => network.xor(bit, b[k]!) ^ 1))];
      }
      case 'add':
      case 'subtract':
        return sum(cell.kind === 'subtract', of(cell.a), of(cell.b), owner, id);
      case 'less': {
        const [a, b] = [of(cell.a), of(cell.b)];
        const { signed } = cell;
        return addBlock({ kind: 'less', cell: id, width: 1, owner, a, b, signed });
      }
      case 'multiply': {
        // One signed operand makes both so; an unsigned one then has a sign bit of its own.
        const signed = cell.signedA || cell.signedB;
        const operand = (bits: Bits, own: boolean): Bits =>
          signed ? withoutCopies(own ? bits : [...bits, FALSE]) : withoutTop(bits);
        return product(operand(of(cell.a), cell.signedA), operand(of(cell.b), cell.signedB), signed, width, owner, id);
      }
      case 'rom': {
        const a = of(cell.address);
        const { words } = module.roms[cell.rom]!;
        const bits = addBlock({ kind: 'rom', cell: id, width, owner, a, b: [], words, memory: first.rom + cell.rom });
        const varying = varyingBits(words);
        return bits.map((bit, k) => ((varying >> BigInt(k)) & 1n ? bit : (words[0]! >> BigInt(k)) & 1n ? TRUE : FALSE));
      }
      case 'memory': {
        const memory = first.memory + cell.memory;
        return addBlock({ kind: 'memory', cell: id, width, owner, a: of(cell.address), b: [], memory });
      }
      default:
        return cell satisfies never;
    }
  };

  const flatten = (owner: number, path: string, inputs: readonly Bits[]): readonly Bits[] => {
    const module = netlist.modules[owner]!;
    const bits: Bits[] = [];
    const of = (net: Net): Bits => bits[net]!;
    const first = { rom: roms, memory: memoryCount };
    roms += module.roms.length;
    memoryCount += module.memories.length;
    const firstCell = cells;
    cells += module.cells.length;
    flatInstances.push({ module: owner, path, firstCell });
    /** What refers forward stands for itself until all is there. */
    const later: (() => void)[] = [];
    const instances = new Map<number, readonly Bits[]>();
    const instanceOutputs = (number: number, net: Net): readonly Bits[] => {
      const instance = module.instances[number]!;
      const callee = indexOf.get(instance.module)!;
      const below = path === '' ? instance.name : `${path}/${instance.name}`;
      if (instance.inputs.every((input) => input < net)) {
        return flatten(callee, below, instance.inputs.map(of));
      }
      const standIns = netlist.modules[callee]!.outputs.map(({ width }) =>
        Array.from({ length: width }, () => network.source()),
      );
      later.push(() => {
        flatten(callee, below, instance.inputs.map(of)).forEach((made, output) =>
          made.forEach((bit, k) => network.define(standIns[output]![k]!, bit)),
        );
      });
      return standIns;
    };
    const registerBits = (cell: Extract<Cell, { kind: 'register' }>, net: Net): Bits => {
      const reset = (k: number): 0 | 1 | undefined =>
        cell.reset === undefined ? undefined : (cell.reset >> BigInt(k)) & 1n ? 1 : 0;
      if (cell.d < net && (cell.enable === undefined || cell.enable < net)) {
        const enable = cell.enable === undefined ? undefined : of(cell.enable)[0];
        return of(cell.d).map((d, k) => flipFlop(d, reset(k), enable, owner));
      }
      const own = Array.from({ length: module.widths[net]! }, () => network.source());
      later.push(() => {
        const enable = cell.enable === undefined ? undefined : of(cell.enable)[0];
        of(cell.d).forEach((d, k) => flipFlops.push({ q: own[k]! >> 1, d, reset: reset(k), enable, owner }));
      });
      return own;
    };
    module.cells.forEach((cell, net) => {
      workIn(owner, firstCell + net);
      if (cell.kind === 'input') bits.push(inputs[cell.port]!);
      else if (cell.kind === 'register') bits.push(registerBits(cell, net));
      else if (cell.kind === 'instance') {
        let outputs = instances.get(cell.instance);
        if (outputs === undefined) instances.set(cell.instance, (outputs = instanceOutputs(cell.instance, net)));
        bits.push(outputs[cell.output]!);
      } else bits.push(cellBits(cell, module.widths[net]!, module, of, owner, firstCell + net, first));
    });
    for (const finish of later) finish();
    module.memories.forEach(({ words, width, write: { enable, address, data } }, k) => {
      memories[first.memory + k] = {
        words,
        width,
        enable: of(enable)[0]!,
        address: of(address),
        data: of(data),
        owner,
      };
    });
    return module.outputs.map((port) => of(port.net));
  };

  const top = indexOf.get(netlist.top)!;
  const ports = netlist.modules[top]!.inputs.map(({ net, width }) => {
    workIn(top, net);
    return Array.from({ length: width }, () => network.source());
  });
  const outputs = flatten(top, '', ports).flat();
  const spread = (key: 'owner' | 'cell'): Int32Array => {
    const values = new Int32Array(network.size());
    shifts.forEach((shift, k) => values.fill(shift[key], shift.from, shifts[k + 1]?.from));
    return values;
  };
  return {
    network,
    blocks,
    flipFlops,
    memories,
    outputs,
    owners: spread('owner'),
    cells: spread('cell'),
    instances: flatInstances,
  };
}

/** From a node on, the nodes that a cell makes. */
interface Shift {
  readonly from: number;
  readonly owner: number;
  readonly cell: number;
}

/** An order of operands that can be swapped. */
function comesFirst(p: Bits, q: Bits): boolean {
  if (p.length !== q.length) return p.length < q.length;
  for (let k = 0; k < p.length; k += 1) if (p[k] !== q[k]) return p[k]! < q[k]!;
  return true;
}

function constantBits(value: bigint, width: number): Literal[] {
  return Array.from({ length: width }, (_, k) => ((value >> BigInt(k)) & 1n ? TRUE : FALSE));
}

function extended(bits: Bits, width: number, signed: boolean): Bits {
  return Array.from({ length: width }, (_, k) => bits[k] ?? (signed ? bits.at(-1)! : FALSE));
}

/** Bits without zeros at the top. */
function withoutTop(bits: Bits): Bits {
  let length = bits.length;
  while (length > 0 && bits[length - 1] === FALSE) length -= 1;
  return bits.slice(0, length);
}

/** Signed bits without copies of the sign. */
function withoutCopies(bits: Bits): Bits {
  let length = bits.length;
  while (length > 1 && bits[length - 1] === bits[length - 2]) length -= 1;
  return bits.slice(0, length);
}
