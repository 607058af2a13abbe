/**
 * Counts what a netlist takes of an FPGA: look-up tables, flip-flops, DSP blocks, block RAM, per module and in total.
 *
 * A model of mapping, not a mapper: one look-up table per adder bit, logic packed greedily into 6-input tables along
 * single-reader chains, ROMs of 64 entries per table. Flip-flops are exact: register bits, delay lines included (no
 * shift-register tables). Nothing here knows placement.
 */
import { isCombinational, operandsOf } from '../netlist/index.ts';
import type { Cell, Module, Net, Netlist } from '../netlist/index.ts';
import type { Device } from './devices.ts';

/** A multiplication takes DSP blocks when both operands have at least this many bits (and none is constant). */
export const DSP_MINIMUM_WIDTH = 10;

/** A ROM takes block RAM when it holds at least this many bits and a register follows it directly. */
export const BRAM_MINIMUM_BITS = 8192;

/** Operand widths of one DSP48E2 multiplier, signed. */
const DSP_SHAPE = [27, 18] as const;

/** Inputs of a look-up table. */
const LUT_INPUTS = 6;

/** Counts of one module or design. Block RAM in units of 36 Kb, halves allowed. */
export interface ResourceCount {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram: number;
}

/** Counts of one module, for one instance of it and without the modules below. */
export interface ModuleResources extends ResourceCount {
  readonly module: string;
  /** How often the module stands in the design. */
  readonly instances: number;
}

/** An estimate of a whole design. */
export interface ResourceEstimate extends ResourceCount {
  /** Where the numbers come from: this model, not a tool. */
  readonly source: 'model';
  readonly perModule: readonly ModuleResources[];
  /** Shares of the device's totals, 1 = all of it. */
  readonly utilization: ResourceCount;
}

/** Estimate what a netlist takes of a device. */
export function estimateResources(netlist: Netlist, target: Device): ResourceEstimate {
  const instances = countInstances(netlist);
  const perModule = netlist.modules.map((module) => ({
    module: module.name,
    instances: instances.get(module.name) ?? 0,
    ...moduleResources(module),
  }));
  const total = (key: keyof ResourceCount): number =>
    perModule.reduce((sum, entry) => sum + entry[key] * entry.instances, 0);
  const count = { lut: total('lut'), ff: total('ff'), dsp: total('dsp'), bram: total('bram') };
  return {
    ...count,
    source: 'model',
    perModule,
    utilization: {
      lut: count.lut / target.lut,
      ff: count.ff / target.ff,
      dsp: count.dsp / target.dsp,
      bram: count.bram / target.bram,
    },
  };
}

/** How often each module stands below the top. */
function countInstances(netlist: Netlist): Map<string, number> {
  const count = new Map<string, number>([[netlist.top, 1]]);
  // Callers stand after callees, so from the end every caller is counted before those below it.
  for (const module of netlist.modules.toReversed()) {
    const own = count.get(module.name) ?? 0;
    for (const instance of module.instances) count.set(instance.module, (count.get(instance.module) ?? 0) + own);
  }
  return count;
}

/** Count one module without those below it. */
function moduleResources(module: Module): ResourceCount {
  const readers = countReaders(module);
  const blockRoms = new Set<Net>();
  let lut = logicTables(module, readers);
  let ff = 0;
  let dsp = 0;
  let halfBram = 0;
  module.cells.forEach((cell, net) => {
    const width = module.widths[net]!;
    if (cell.kind === 'register') {
      // The register behind a block RAM is the RAM's own.
      if (!blockRoms.has(cell.d)) ff += width;
    } else if (cell.kind === 'multiply') {
      const cost = multiplyCost(module, cell);
      lut += cost.lut;
      dsp += cost.dsp;
    } else if (cell.kind === 'rom') {
      const depth = module.roms[cell.rom]!.words.length;
      if (depth * width >= BRAM_MINIMUM_BITS && readers.onlyRegister[net] === 1) {
        blockRoms.add(net);
        halfBram += halfBlocks(depth, width);
      } else lut += depth <= 32 ? Math.ceil(width / 2) : width * Math.ceil(depth / 64);
    }
  });
  return { lut, ff, dsp, bram: halfBram / 2 };
}

interface Readers {
  readonly count: Int32Array;
  /** 1 where the only reader is a register's data input. */
  readonly onlyRegister: Uint8Array;
}

function countReaders(module: Module): Readers {
  const count = new Int32Array(module.cells.length);
  const registers = new Int32Array(module.cells.length);
  for (const cell of module.cells) {
    for (const operand of operandsOf(cell)) count[operand]! += 1;
    if (cell.kind === 'register') registers[cell.d]! += 1;
  }
  for (const instance of module.instances) for (const net of instance.inputs) count[net]! += 1;
  for (const output of module.outputs) count[output.net]! += 1;
  const onlyRegister = Uint8Array.from(count, (readers, net) => (readers === 1 && registers[net] === 1 ? 1 : 0));
  return { count, onlyRegister };
}

/** Adders, comparisons and logic of a module in look-up tables. */
function logicTables(module: Module, readers: Readers): number {
  const { cells, widths } = module;
  /** Inputs of the table that drives one bit of a logic net: operand net → bits of it that the table reads. */
  const supports = new Map<Net, ReadonlyMap<Net, number>>();
  const absorbed = new Set<Net>();
  const isConstant = (net: Net): boolean => cells[net]!.kind === 'constant';
  let tables = 0;
  cells.forEach((cell, net) => {
    if (!isCombinational(cell)) return;
    const width = widths[net]!;
    switch (cell.kind) {
      case 'add':
      case 'subtract':
        // An inverter before an adder moves into the adder's table.
        for (const operand of [cell.a, cell.b]) if (cells[operand]!.kind === 'not') absorbed.add(operand);
        tables += width;
        return;
      case 'less':
        // Two bits per table on the carry chain, against a constant as well.
        tables += Math.ceil(widths[cell.a]! / 2);
        return;
      case 'equal':
      case 'and':
      case 'or':
      case 'xor':
      case 'not':
      case 'mux': {
        const read = new Map<Net, number>();
        for (const operand of operandsOf(cell)) {
          if (!isConstant(operand)) read.set(operand, cell.kind === 'equal' ? widths[operand]! : 1);
        }
        supports.set(net, pack(read, supports, absorbed, readers.count));
        return;
      }
      default:
    }
  });
  for (const [net, support] of supports) {
    if (absorbed.has(net)) continue;
    const inputs = [...support.values()].reduce((sum, bits) => sum + bits, 0);
    // A tree of n-input tables over m inputs has ⌈(m − 1)/(n − 1)⌉ of them; an inverter alone joins its reader.
    const each = inputs <= 1 ? 0 : Math.max(1, Math.ceil((inputs - 1) / (LUT_INPUTS - 1)));
    tables += each * widths[net]!;
  }
  return tables;
}

/** Take single-reader logic before a cell into its table while the inputs suffice. */
function pack(
  read: ReadonlyMap<Net, number>,
  supports: ReadonlyMap<Net, ReadonlyMap<Net, number>>,
  absorbed: Set<Net>,
  readers: Int32Array,
): ReadonlyMap<Net, number> {
  const size = (map: ReadonlyMap<Net, number>): number => [...map.values()].reduce((sum, bits) => sum + bits, 0);
  let current = new Map(read);
  for (const operand of read.keys()) {
    const inner = supports.get(operand);
    if (inner === undefined || (readers[operand] !== 1 && inner.size > 1)) continue;
    const merged = new Map(current);
    merged.delete(operand);
    for (const [net, bits] of inner) merged.set(net, Math.max(bits, merged.get(net) ?? 0));
    if (size(merged) > LUT_INPUTS) continue;
    current = merged;
    if (readers[operand] === 1) absorbed.add(operand);
  }
  return current;
}

/** DSP blocks for wide products, an array of look-up tables for narrow ones and for constants. */
function multiplyCost(module: Module, cell: Extract<Cell, { kind: 'multiply' }>): { lut: number; dsp: number } {
  const widths = [module.widths[cell.a]!, module.widths[cell.b]!];
  const wide = Math.max(...widths);
  const narrow = Math.min(...widths);
  const constant = [cell.a, cell.b].map((net) => module.cells[net]!).find((operand) => operand.kind === 'constant');
  if (constant?.kind === 'constant') {
    const other = module.cells[cell.a] === constant ? widths[1]! : widths[0]!;
    return { lut: Math.max(0, nonZeroDigits(constant.value) - 1) * (other + 1), dsp: 0 };
  }
  if (narrow >= DSP_MINIMUM_WIDTH) {
    return { lut: 0, dsp: Math.ceil(wide / DSP_SHAPE[0]) * Math.ceil(narrow / DSP_SHAPE[1]) };
  }
  return { lut: wide * narrow, dsp: 0 };
}

/** Non-zero digits of the canonical signed digit form of a pattern: those of 3v xor v. */
function nonZeroDigits(value: bigint): number {
  let rest = (3n * value) ^ value;
  let digits = 0;
  for (; rest > 0n; rest >>= 1n) digits += Number(rest & 1n);
  return digits;
}

/** Block RAMs of 18 Kb for a ROM of `depth` words. */
function halfBlocks(depth: number, width: number): number {
  const shapes = [
    [512, 36],
    [1024, 18],
    [2048, 9],
    [4096, 4],
    [8192, 2],
  ] as const;
  const perBlock = shapes.find(([words]) => depth <= words)?.[1] ?? 1;
  return Math.ceil(width / perBlock) * Math.max(1, Math.ceil(depth / 16384));
}
