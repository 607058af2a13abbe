/** How many samples a stream design is driven with where nobody says. */
import type { StreamGraph } from '../../circuit/index.ts';
import type { FifoSizes } from '../../netlist/index.ts';

/** Cycles that the run at full rate may take. */
const CYCLES = 6000;

/** As many samples as fit the cycles of a run, from 4 to 64. */
export function sampleCount(graph: StreamGraph, { timing }: FifoSizes): number {
  if (timing.isStuck) return 4;
  const beats = graph.stages.find(({ name }) => name === graph.outputs[0])!.output.elements.length;
  return Math.min(64, Math.max(4, Math.floor(CYCLES / Math.max(1, cyclesOfSample(timing.givenAt[0]!, beats)))));
}

/** Cycles between the last beats of the last two samples. */
function cyclesOfSample(givenAt: readonly number[], beats: number): number {
  return givenAt.at(-1)! - (givenAt.at(-1 - beats) ?? 0);
}
