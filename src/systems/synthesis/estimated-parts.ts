/** Our estimate by what stands in the top module, so that it lies beside what a tool counts of the same hierarchy. */
import {
  type Device,
  estimateResources,
  netlistTiming,
  type PartCount,
  type TimingPath,
} from '../../estimation/index.ts';
import type { Netlist } from '../../netlist/index.ts';

/** What an instance of the top module computes: a layer of a pipeline, or a stage of streams. */
export interface Computes {
  readonly layer: string;
  readonly kind: string;
}

/** An instance in the top module with all below it. */
export interface EstimatedInstance {
  /** Name of the instance in the Verilog. */
  readonly instance: string;
  /** Undefined where it computes nothing, such as a FIFO. */
  readonly computes: Computes | undefined;
  readonly count: PartCount;
  /** Time of the slowest path that touches it, in nanoseconds; 0 where there is none. */
  readonly slowestNs: number;
}

export interface EstimatedParts {
  /** In the order of the top module. */
  readonly instances: readonly EstimatedInstance[];
  /** The top module's own logic. */
  readonly own: Pick<EstimatedInstance, 'count' | 'slowestNs'>;
  readonly total: PartCount;
  /** The slowest path of all. */
  readonly path: TimingPath;
}

/**
 * Estimate resources and timing of a netlist by the instances of its top module.
 *
 * @param computes - by name of the instance
 * @param pipeline - the module whose instances are listed: of several copies of one, each with all its copies together
 */
export function estimatedParts(
  netlist: Netlist,
  computes: ReadonlyMap<string, Computes>,
  part: Device,
  pipeline: string = netlist.top,
): EstimatedParts {
  const { perModule, lut, ff, dsp, bram } = estimateResources(netlist, part);
  const timing = netlistTiming(netlist, part);
  const counts = new Map<string, PartCount>(perModule.map((entry) => [entry.module, entry]));
  const times = new Map(timing.perModule.map(({ module, delayNs }) => [module, delayNs]));
  const top = netlist.modules.find(({ name }) => name === pipeline)!;
  return {
    instances: top.instances.map(({ name, module }) => ({
      instance: name,
      computes: computes.get(name),
      count: countBelow(netlist, module, counts),
      slowestNs: slowestBelow(netlist, module, times),
    })),
    own: { count: counts.get(top.name)!, slowestNs: times.get(top.name) ?? 0 },
    total: { lut, ff, dsp, bram },
    path: { delayNs: timing.criticalNs, steps: timing.path },
  };
}

/** Count a module and all below it. */
function countBelow(netlist: Netlist, name: string, counts: ReadonlyMap<string, PartCount>): PartCount {
  const below = instancesOf(netlist, name).map((module) => countBelow(netlist, module, counts));
  const sum = (key: keyof PartCount): number =>
    below.reduce((total, count) => total + count[key], counts.get(name)![key]);
  return { lut: sum('lut'), ff: sum('ff'), dsp: sum('dsp'), bram: sum('bram') };
}

function slowestBelow(netlist: Netlist, name: string, times: ReadonlyMap<string, number>): number {
  const below = instancesOf(netlist, name).map((module) => slowestBelow(netlist, module, times));
  return Math.max(times.get(name) ?? 0, ...below);
}

function instancesOf(netlist: Netlist, name: string): readonly string[] {
  return netlist.modules.find((known) => known.name === name)!.instances.map(({ module }) => module);
}
