/** Our estimate by what stands in the top module, so that it lies beside what a tool counts of the same hierarchy. */
import type { PartCount, ResourceEstimate } from '../../estimation/index.ts';
import type { Netlist } from '../../netlist/index.ts';
import { identifier } from '../../netlist/index.ts';
import type { BuiltPipeline } from '../pipeline.ts';

/** An instance in the top module with all below it. */
export interface EstimatedInstance {
  /** Name of the instance in the Verilog. */
  readonly instance: string;
  /** Name and kind of the layer that it computes; undefined if none has its name. */
  readonly layer: string | undefined;
  readonly kind: string | undefined;
  readonly count: PartCount;
}

export interface EstimatedParts {
  /** In the order of the pipeline. */
  readonly instances: readonly EstimatedInstance[];
  /** The top module's own logic. */
  readonly own: PartCount;
  readonly total: PartCount;
}

/** Divide an estimate among the instances of the top module. */
export function estimatedParts({ built, netlist }: BuiltPipeline, estimate: ResourceEstimate): EstimatedParts {
  const counts = new Map<string, PartCount>(estimate.perModule.map((entry) => [entry.module, entry]));
  const top = netlist.modules.find(({ name }) => name === netlist.top)!;
  const { lut, ff, dsp, bram } = estimate;
  return {
    instances: top.instances.map(({ name, module }) => {
      const layer = built.layers.find((known) => name === `u_${identifier(known.name)}`);
      return { instance: name, layer: layer?.name, kind: layer?.kind, count: countBelow(netlist, module, counts) };
    }),
    own: countBelow(netlist, top.name, counts, false),
    total: { lut, ff, dsp, bram },
  };
}

/** Count a module, and all below it where `deep`. */
function countBelow(netlist: Netlist, name: string, counts: ReadonlyMap<string, PartCount>, deep = true): PartCount {
  const module = netlist.modules.find((known) => known.name === name)!;
  const below = deep ? module.instances.map((instance) => countBelow(netlist, instance.module, counts)) : [];
  const sum = (key: keyof PartCount): number =>
    below.reduce((total, count) => total + count[key], counts.get(name)![key]);
  return { lut: sum('lut'), ff: sum('ff'), dsp: sum('dsp'), bram: sum('bram') };
}
