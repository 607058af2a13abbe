/**
 * Counts the resources of a design that `synth_xilinx` has mapped, by module and over the hierarchy.
 *
 * Yosys maps carries to CARRY4, and packs nothing: a CARRY8 of UltraScale+ holds two of them. An adder bit whose carry
 * select has no look-up table of its own costs one all the same, and is counted. A memory in look-up tables counts as the
 * tables that its cells fill.
 */
import { countCells, countDesignCells } from '../verilog/index.ts';
import type { YosysBit, YosysDesign, YosysModule } from '../verilog/index.ts';

/** Resources of a mapped module or design. */
export interface MappedResources {
  /** Look-up tables, shift registers and memories made of them, and carry selects without one of their own. */
  readonly lut: number;
  /** Look-up tables used as memories; part of `lut`. */
  readonly lutram: number;
  readonly ff: number;
  readonly dsp: number;
  /** Block RAMs in units of 36 Kb; an 18 Kb one is a half. */
  readonly bram: number;
  /** CARRY4 cells, as Yosys counts. */
  readonly carry4: number;
  /** CARRY8 blocks that these fill when every chain has blocks of its own. */
  readonly carry8: number;
  /** Cells by type. */
  readonly cells: Readonly<Record<string, number>>;
}

/** Count one module without those below it. */
export function countModuleResources(design: YosysDesign, name: string): MappedResources {
  const { [name]: module } = design.modules;
  const cells = Object.fromEntries(Object.entries(countCells(module!)).filter(([type]) => !isModule(design, type)));
  return resources(cells, localCounts(module!));
}

/**
 * Count a module and all below it, each as often as it is instantiated.
 *
 * @throws FormatError if there is no such module
 */
export function countResources(design: YosysDesign, top: string): MappedResources {
  const cells = countDesignCells(design, top);
  const sum = { bareCarryBits: 0, carry8: 0 };
  for (const [name, times] of countInstances(design, top)) {
    const { bareCarryBits, carry8 } = localCounts(design.modules[name]!);
    sum.bareCarryBits += bareCarryBits * times;
    sum.carry8 += carry8 * times;
  }
  return resources(cells, sum);
}

/** Tell whether a cell of this type is an instance of a module of the design. */
export function isModule(design: YosysDesign, type: string): boolean {
  const { [type]: module } = design.modules;
  return module !== undefined && module.attributes['blackbox'] === undefined;
}

/** How often each module stands below `top`, itself included. */
export function countInstances(design: YosysDesign, top: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const walk = (name: string): void => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const { type } of Object.values(design.modules[name]!.cells)) if (isModule(design, type)) walk(type);
  };
  walk(top);
  return counts;
}

/** Look-up tables that a memory cell fills (UG974: RAM32M16 and RAM64M8 are a slice of eight). */
const MEMORY_TABLES: Readonly<Record<string, number>> = {
  RAM32M: 4,
  RAM32M16: 8,
  RAM64M: 4,
  RAM64M8: 8,
  RAM64X1S: 1,
  RAM128X1S: 2,
  RAM256X1S: 4,
  RAM512X1S: 8,
  RAM64X1D: 2,
  RAM128X1D: 4,
  RAM256X1D: 8,
  RAM64X8SW: 8,
  RAM32X16DR8: 8,
};

interface LocalCounts {
  readonly bareCarryBits: number;
  readonly carry8: number;
}

function resources(all: Readonly<Record<string, number>>, { bareCarryBits, carry8 }: LocalCounts): MappedResources {
  // Newer versions keep notes on dissolved scopes as cells.
  const { $scopeinfo: _, ...cells } = all;
  const sum = (pattern: RegExp): number =>
    Object.entries(cells).reduce((total, [type, count]) => (pattern.test(type) ? total + count : total), 0);
  const lutram = Object.entries(cells).reduce((total, [type, n]) => total + n * (MEMORY_TABLES[type] ?? 0), 0);
  return {
    lut: sum(/^LUT[1-6]$/) + sum(/^SRL/) + lutram + bareCarryBits,
    lutram,
    ff: sum(/^FD[RSCP]E/),
    dsp: sum(/^DSP48/),
    bram: sum(/^RAMB36/) + sum(/^RAMB18/) / 2,
    carry4: sum(/^CARRY4$/),
    carry8,
    cells,
  };
}

/** A carry cell with the bits by which chains are joined. */
interface CarryBlock {
  readonly into: YosysBit | undefined;
  readonly out: YosysBit | undefined;
  readonly bits: number;
}

/** What the cells of a module do not say by their types. */
function localCounts(module: YosysModule): LocalCounts {
  const tables = new Set<YosysBit>();
  const carries: CarryBlock[] = [];
  let bareCarryBits = 0;
  for (const { type, connections } of Object.values(module.cells)) {
    if (/^LUT[1-6]$/.test(type)) for (const bit of connections['O'] ?? []) tables.add(bit);
  }
  for (const { type, connections } of Object.values(module.cells)) {
    if (type !== 'CARRY4' && type !== 'CARRY8') continue;
    const select = connections['S'] ?? [];
    for (const bit of select) if (typeof bit === 'number' && !tables.has(bit)) bareCarryBits += 1;
    carries.push({ into: connections['CI']?.[0], out: connections['CO']?.at(-1), bits: select.length });
  }
  return { bareCarryBits, carry8: countCarry8(carries) };
}

/** Join carry blocks to chains, and let every chain fill blocks of eight bits. */
function countCarry8(carries: readonly CarryBlock[]): number {
  const next = new Map<YosysBit, CarryBlock>();
  const outs = new Set<YosysBit>();
  for (const block of carries) {
    if (typeof block.into === 'number') next.set(block.into, block);
    if (typeof block.out === 'number') outs.add(block.out);
  }
  let blocks = 0;
  for (const first of carries) {
    if (typeof first.into === 'number' && outs.has(first.into)) continue;
    let bits = 0;
    for (let link: CarryBlock | undefined = first; link !== undefined; link = next.get(link.out ?? 'x'))
      bits += link.bits;
    blocks += Math.ceil(bits / 8);
  }
  return blocks;
}
