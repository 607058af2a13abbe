/**
 * Counts what a netlist takes of an FPGA: look-up tables, flip-flops, DSP blocks, block RAM, per module and in total.
 *
 * A model of mapping, not a mapper: one look-up table per adder bit that is read, logic packed greedily into 6-input
 * tables along single-reader chains, ROMs of 64 entries per table. Flip-flops are register bits that something reads,
 * equal ones once, delay lines in full (no shift-register tables). Nothing here knows placement.
 *
 * Measured against Yosys 0.23 (`synth_xilinx -family xcup -noiopad -noclkbuf -nodsp -flatten`; its tables plus carry
 * inputs without one) on six pipelines of 8-bit dense layers with ReLU, 4-4-2 to 16-16-5, rounding and truncating, one
 * or more adders per stage: look-up tables 1.10 to 1.28 times those of Yosys (it turns multiplexers before registers
 * into their resets, and trims adders further), flip-flops 1.00 to 1.06 times. No comparison with Vivado was made.
 */
import { operandsOf } from '../netlist/index.ts';
import type { Cell, Module, Net, Netlist } from '../netlist/index.ts';
import { countBits } from './bit-graph.ts';
import type { Device } from './devices.ts';

/** A multiplication takes DSP blocks when both operands have at least this many bits (and none is constant). */
export const DSP_MINIMUM_WIDTH = 10;

/** A ROM takes block RAM when it holds at least this many bits and a register follows it directly. */
export const BRAM_MINIMUM_BITS = 8192;

/** Operand widths of one DSP48E2 multiplier, signed. */
const DSP_SHAPE = [27, 18] as const;

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
  const bits = countBits(module);
  const blockRoms = new Set<Net>();
  let lut = bits.logic + bits.adder;
  let dsp = 0;
  let halfBram = 0;
  const direct = readByRegisterOnly(module);
  module.cells.forEach((cell, net) => {
    const width = bits.liveBits(net);
    if (width === 0) return;
    if (cell.kind === 'less') lut += Math.ceil(module.widths[cell.a]! / 2);
    else if (cell.kind === 'multiply') {
      const cost = multiplyCost(module, cell);
      lut += cost.lut;
      dsp += cost.dsp;
    } else if (cell.kind === 'rom') {
      const depth = module.roms[cell.rom]!.words.length;
      if (depth * width >= BRAM_MINIMUM_BITS && direct[net] === 1) {
        blockRoms.add(net);
        halfBram += halfBlocks(depth, width);
      } else lut += depth <= 32 ? Math.ceil(width / 2) : width * Math.ceil(depth / 64);
    }
  });
  let ff = 0;
  // The register behind a block RAM is the RAM's own.
  for (const [net, count] of bits.flipFlops) if (!blockRoms.has(net)) ff += count;
  return { lut, ff, dsp, bram: halfBram / 2 };
}

/** 1 for each net whose only reader is one register's data input. */
function readByRegisterOnly(module: Module): Uint8Array {
  const all = new Int32Array(module.cells.length);
  const registers = new Int32Array(module.cells.length);
  for (const cell of module.cells) {
    for (const operand of operandsOf(cell)) all[operand]! += 1;
    if (cell.kind === 'register') registers[cell.d]! += 1;
  }
  for (const instance of module.instances) for (const net of instance.inputs) all[net]! += 1;
  for (const output of module.outputs) all[output.net]! += 1;
  return Uint8Array.from(all, (readers, net) => (readers === 1 && registers[net] === 1 ? 1 : 0));
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
