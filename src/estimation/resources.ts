/**
 * Estimates what a design takes of an FPGA: look-up tables, carry blocks, flip-flops, DSP blocks, block RAM, per module
 * and in total.
 *
 * A model of Yosys' mapping of the flattened design (`map-design.ts`), not of a vendor tool: none has been run on our
 * Verilog, and nothing here knows placement. docs/timing-model.md tells how far it is from Yosys on the designs of
 * `bench/calibration-designs.ts`.
 */
import type { Netlist } from '../netlist/index.ts';
import type { Device } from './devices.ts';
import { mapDesign } from './map-design.ts';

/** Counts of one module or design. */
export interface ResourceCount {
  /** Look-up tables with 6 inputs, those of shift registers and memories included. */
  readonly lut: number;
  /** Look-up tables used as shift registers. */
  readonly srl: number;
  /** Look-up tables used as memories. */
  readonly lutram: number;
  readonly ff: number;
  /** Carry blocks of 8 bits, as UltraScale and UltraScale+ have them. */
  readonly carry8: number;
  /** Carry blocks of 4 bits, as Yosys and the 7 series count them. */
  readonly carry4: number;
  /** DSP48E2 blocks. */
  readonly dsp: number;
  /** Block RAMs in units of 36 Kb, halves allowed. */
  readonly bram: number;
  /** The same in blocks of 18 Kb. */
  readonly bram18: number;
}

/** Counts of one module: all its instances together, without the modules below. */
export interface ModuleResources extends ResourceCount {
  readonly module: string;
  /** How often the module stands in the design. */
  readonly instances: number;
}

/** What bounds a design on a part. */
export type PartCount = Pick<ResourceCount, 'lut' | 'ff' | 'dsp' | 'bram'>;

/** An estimate of a whole design. */
export interface ResourceEstimate extends ResourceCount {
  /** Where the numbers come from: this model, not a tool. */
  readonly source: 'model';
  /** In the netlist's order. What modules share is counted where it stands first. */
  readonly perModule: readonly ModuleResources[];
  /** Shares of the device's totals, 1 = all of it. */
  readonly utilization: PartCount;
}

/** Estimate what a netlist takes of a device. */
export function estimateResources(netlist: Netlist, target: Device): ResourceEstimate {
  const instances = countInstances(netlist);
  const mapped = mapDesign(netlist);
  const perModule = netlist.modules.map((module, k) => ({
    module: module.name,
    instances: instances.get(module.name) ?? 0,
    ...mapped[k]!,
    bram: mapped[k]!.bram18 / 2,
  }));
  const total = (key: keyof ResourceCount): number => perModule.reduce((sum, entry) => sum + entry[key], 0);
  const count = {
    lut: total('lut'),
    srl: total('srl'),
    lutram: total('lutram'),
    ff: total('ff'),
    carry8: total('carry8'),
    carry4: total('carry4'),
    dsp: total('dsp'),
    bram: total('bram'),
    bram18: total('bram18'),
  };
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
