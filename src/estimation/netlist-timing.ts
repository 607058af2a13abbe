/**
 * The slowest register-to-register path of a netlist, by the delay model that schedules are made with.
 *
 * Schedules time the operations of circuits; this times what is built of them and all the control around it: counters,
 * handshakes, multiplexers, enables of many registers. The design is taken apart bit by bit without its hierarchy, gates
 * are covered with tables for least delay, and every route takes its time by the pins that it drives; the clock enables
 * of 4 flip-flops share a pin, and the resets of 8.
 *
 * How far it is: pipelines need 11 % less to 3 % more than their schedules say (21 designs); levels of logic counted so are
 * at most one off those of Yosys 0.23 in 13 of 17 designs, and at most 3 too few (docs/timing-model.md).
 *
 * Limits: an estimate before placement, as the model is. Sums are timed as whole words, as in schedules; chains of gates
 * are not balanced; the reset is taken for a global net; a shift register is as fast as a flip-flop, and a memory in
 * tables as a ROM; no path is known to be false.
 */
import type { CellKind, Netlist } from '../netlist/index.ts';
import { FALSE } from './bit-network.ts';
import type { Literal } from './bit-network.ts';
import type { Device } from './devices.ts';
import { isConstantProduct, productBlocks } from './dsp-products.ts';
import {
  delayFactor,
  elementDelay,
  netDelay,
  productDelay,
  readDelay,
  readSinks,
  ULTRASCALE_PLUS,
} from './fabric-delays.ts';
import type { DelayParameters } from './fabric-delays.ts';
import type { LiveBlock } from './live-bits.ts';
import { timedCover } from './timed-cover.ts';
import type { ElementDelays } from './timed-cover.ts';
import { lastAtMost, timedDesign } from './timed-design.ts';
import type { EndPin, TimedDesign, TimingStart } from './timed-design.ts';
import { timingPaths } from './timing-paths.ts';
import type { NodePath } from './timing-paths.ts';

/** One step of a path. */
export interface TimingStep {
  readonly module: string;
  /** Names of the instances from the top down, joined by `/`; empty in the top module. */
  readonly instance: string;
  /** Name of the net, or `#` and its number where it has none. */
  readonly net: string;
  /** Kind of the cell that ends the look-up table, or of the block; `output` for a port of the top module. */
  readonly kind: CellKind | 'output';
  /** Where the path ends in another pin than the data of a register. */
  readonly pin?: Exclude<EndPin, 'd' | 'output'>;
  /** The route to it and the time through it, in nanoseconds; of the first, clock to output, set-up and margin. */
  readonly delayNs: number;
}

/** A path from register to register, its steps in order. */
export interface TimingPath {
  /** Sum of its steps, in nanoseconds. */
  readonly delayNs: number;
  readonly steps: readonly TimingStep[];
}

/** The slowest path that begins in, runs through or ends in a module. */
export interface ModuleTiming extends TimingPath {
  readonly module: string;
}

export interface NetlistTiming {
  /** The shortest period that the netlist needs by the model, in nanoseconds. */
  readonly criticalNs: number;
  readonly path: readonly TimingStep[];
  /** In the netlist's order; modules without a path are left out. */
  readonly perModule: readonly ModuleTiming[];
}

/**
 * Time a netlist on a device.
 *
 * @param replace parameters that differ from `ULTRASCALE_PLUS`, in the same units, before the factors of the device
 */
export function netlistTiming(netlist: Netlist, target: Device, replace: Partial<DelayParameters> = {}): NetlistTiming {
  const factor = delayFactor(target) / 1000;
  return timeBy(netlist, fabricDelays({ ...ULTRASCALE_PLUS, ...replace }), factor);
}

/**
 * Count the levels of logic on the longest path as `logicDepth` does on a mapped design: a table is one, a carry chain
 * two with the tables before it.
 */
export function netlistLevels(netlist: Netlist): number {
  return timeBy(netlist, LEVELS, 1).criticalNs;
}

const LEVELS: ElementDelays = {
  start: (kind) => (kind === 'bypassed block' ? 1 : 0),
  route: () => 0,
  table: () => 1,
  block: ({ block }) => (isRead(block.kind) ? Math.ceil(Math.max(0, block.a.length - 8) / 2) + 1 : 2),
  blockSinks: () => 1,
};

/** The model's figures, in picoseconds. */
function fabricDelays(p: DelayParameters): ElementDelays {
  const adder = (bits: number): number => elementDelay(p, { kind: 'adder', bits });
  const block = (item: LiveBlock): number => {
    const { a, b, kind } = item.block;
    if (isRead(kind)) return readDelay(p, a.length);
    if (kind === 'less') return adder(a.length);
    if (kind !== 'multiply') return adder(item.width);
    const dsp = productBlocks(a.length, b.length, item.width, item.block.signed).dsp > 0;
    const constant = isConstantProduct(a, b);
    return productDelay(p, { a: magnitude(a), b: magnitude(b), constant, dsp: dsp && !constant });
  };
  const starts: Readonly<Record<TimingStart, number>> = {
    register: p.register,
    block: p.register + p.blockRam,
    'bypassed block': p.register + p.blockRam + p.netBase + p.lut,
  };
  return {
    start: (kind) => starts[kind],
    route: (sinks) => netDelay(p, Math.max(1, sinks)),
    table: (inputs) => p.lut + Math.max(0, inputs - 6) * p.wideMux,
    block,
    blockSinks: ({ block: { kind, a, width } }) => (isRead(kind) ? readSinks(a.length, width) : 1),
  };
}

function isRead(kind: LiveBlock['block']['kind']): boolean {
  return kind === 'rom' || kind === 'memory';
}

/** Bits of a factor; the sign of a positive constant is none. */
function magnitude(bits: readonly Literal[]): number {
  return bits.at(-1) === FALSE ? bits.length - 1 : bits.length;
}

function timeBy(netlist: Netlist, delays: ElementDelays, factor: number): NetlistTiming {
  const design = timedDesign(netlist);
  const { ends, instances } = design;
  const cover = timedCover(design, delays);
  const paths = timingPaths(cover, design, delays);
  const moduleOf = (cell: number): number => instances[instanceOf(design, cell)]!.module;

  /** By module: the time of its slowest path, and how to find that. */
  const worst = new Map<number, { readonly time: number; readonly find: () => NodePath }>();
  const consider = (module: number, time: number, find: () => NodePath): void => {
    if (time > (worst.get(module)?.time ?? -Infinity)) worst.set(module, { time, find });
  };
  cover.leaders.forEach((leader, node) => {
    const time = leader === node ? paths.through(node) : -Infinity;
    if (time > -Infinity) consider(moduleOf(design.cellOf(node)), time, () => paths.pathThrough(node));
  });
  ends.forEach(({ pin, cell }, k) => {
    if (pin !== 'output') consider(moduleOf(cell), paths.to(k), () => paths.pathTo(k));
  });

  const describe = describer(netlist, design);
  const written = ({ nodes, delays: times, end, lastRoute }: NodePath): TimingPath => {
    const steps = nodes.map((node, k) => describe(design.cellOf(node), times[k]! * factor));
    steps.push(describe(end.cell, lastRoute * factor, end.pin));
    return { delayNs: factor * times.reduce((sum, time) => sum + time, lastRoute), steps };
  };
  const perModule = netlist.modules.flatMap(({ name }, module) => {
    const one = worst.get(module);
    return one === undefined ? [] : [{ module: name, ...written(one.find()) }];
  });
  const slowest = perModule.reduce<TimingPath>((most, one) => (one.delayNs > most.delayNs ? one : most), {
    delayNs: 0,
    steps: [],
  });
  return { criticalNs: slowest.delayNs, path: slowest.steps, perModule };
}

function instanceOf({ instances }: TimedDesign, cell: number): number {
  return lastAtMost(instances, cell, ({ firstCell }) => firstCell);
}

/** Gives a step its names. */
function describer(netlist: Netlist, design: TimedDesign): (cell: number, delayNs: number, pin?: EndPin) => TimingStep {
  return (cell, delayNs, pin = 'd') => {
    if (pin === 'output') {
      const top = netlist.modules.find(({ name }) => name === netlist.top)!;
      return { module: top.name, instance: '', net: top.outputs[cell]!.name, kind: 'output', delayNs };
    }
    const { module: index, path, firstCell } = design.instances[instanceOf(design, cell)]!;
    const module = netlist.modules[index]!;
    const net = cell - firstCell;
    return {
      module: module.name,
      instance: path,
      net: module.names[net] ?? `#${net}`,
      kind: module.cells[net]!.kind,
      ...(pin !== 'd' && { pin }),
      delayNs,
    };
  };
}
