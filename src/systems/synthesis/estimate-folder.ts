/** Our own estimate of an emitted folder, of a pipeline or of streams, by the instances of its top module. Needs Node. */
import { DistillError } from '../../errors.ts';
import type { Device } from '../../estimation/index.ts';
import { identifier } from '../../netlist/index.ts';
import { emittedPipeline, isStreamFolder, readEmittedProject } from '../emitted-project.ts';
import { emittedStreams, readEmittedStreams } from '../streams/emitted-streams.ts';
import { type Computes, estimatedParts, type EstimatedParts } from './estimated-parts.ts';

export type Estimated =
  | { readonly estimate: EstimatedParts; readonly reason: null }
  | { readonly estimate: null; readonly reason: string };

/** Estimate a folder, unless it does not hold its model or its Verilog has been edited since. */
export async function estimateFolder(folder: string, part: Device): Promise<Estimated> {
  try {
    const estimate = (await isStreamFolder(folder))
      ? await estimateStreams(folder, part)
      : await estimatePipeline(folder, part);
    return { estimate, reason: null };
  } catch (error) {
    if (!(error instanceof DistillError)) throw error;
    return { estimate: null, reason: error.message };
  }
}

async function estimatePipeline(folder: string, part: Device): Promise<EstimatedParts> {
  const { built, netlist, copy } = await emittedPipeline(folder, await readEmittedProject(folder));
  const computes = byInstance(built.layers.map(({ name, kind }) => ({ layer: name, kind })));
  return estimatedParts(netlist, computes, part, copy.top);
}

async function estimateStreams(folder: string, part: Device): Promise<EstimatedParts> {
  const { design, stages } = await emittedStreams(folder, await readEmittedStreams(folder));
  const computes = stages.map(({ stage: { name, kind, layers } }) => ({
    layer: name,
    kind: layers.length === 0 ? 'layout' : kind,
  }));
  return estimatedParts(design.netlist, byInstance(computes), part);
}

function byInstance(all: readonly Computes[]): ReadonlyMap<string, Computes> {
  return new Map(all.map((one) => [`u_${identifier(one.layer)}`, one]));
}
