/** The schedules of one layer that a search tries behind the layers before it. */
import type { StreamGraph } from '../../circuit/index.ts';
import type { BeatLayout, LayerSchedule, StreamCompiler } from '../../compile/index.ts';
import { UnsupportedError } from '../../errors.ts';
import { stageWork } from './beat-times.ts';
import { spread } from './pareto.ts';
import { type SearchStep, stepSchedules, workPerClock } from './search-steps.ts';

/** A schedule to try. */
export interface Candidate {
  readonly schedule: Required<LayerSchedule>;
  /** Of the layer and of those that follow it. */
  readonly chosen: Readonly<Record<string, LayerSchedule>>;
}

/** A schedule of a layer that was not tried to the end. */
export interface Refusal {
  readonly layer: string;
  readonly schedule: Required<LayerSchedule>;
  readonly why: 'work' | 'clock' | 'unsupported';
  readonly sentence: string;
}

/** Where a layer stands. */
interface Place {
  readonly compiler: StreamCompiler;
  readonly step: SearchStep;
  /** What stands before it, and with which schedules. */
  readonly graph: StreamGraph;
  readonly before: Readonly<Record<string, LayerSchedule>>;
}

interface Limits {
  readonly longestInterval: number;
  readonly mostWork: number;
  readonly mostFactors: number;
}

/** List the schedules to try, and say whether they are all that keep the limits of interval and work. */
export function candidates(
  place: Place,
  limits: Limits,
  refuse: (refusal: Refusal) => void,
): { readonly list: readonly Candidate[]; readonly isWhole: boolean } {
  const { step, before } = place;
  let isWhole = true;
  const list = step.layouts.flatMap((layout): readonly Candidate[] => {
    if (layout !== 'whole' && comesWhole(place)) return [];
    const factors = factorsIn(place, layout, limits, refuse);
    const tried = spread(factors, limits.mostFactors);
    isWhole &&= tried.length === factors.length;
    return tried.map((reuse) => {
      const schedule = { layout, reuse };
      return { schedule, chosen: stepSchedules(step, schedule, before) };
    });
  });
  return { list, isWhole };
}

/** Whether the layer reads a vector that comes whole, and can be taken in no other way. */
function comesWhole({ step: { layer }, graph }: Place): boolean {
  return (
    layer.inputShapes[0]!.length === 1 &&
    layer.inputs.every((input) => {
      const stage = graph.stages.find(({ name }) => name === input);
      return stage === undefined || stage.output.elements.length === 1;
    })
  );
}

/** The reuse factors in a layout that keep the limits, ascending. */
function factorsIn(
  { compiler, step, before }: Place,
  layout: BeatLayout,
  { longestInterval, mostWork }: Limits,
  refuse: (refusal: Refusal) => void,
): readonly number[] {
  const { layer, canReuse, outputs } = step;
  const { name } = layer;
  const choices = compiler.choices({ layers: { ...before, [name]: { layout } } }, [name]);
  const all = choices.find((choice) => choice.name === name)!.reuse;
  const largest = all.at(-1)!;
  const built = (canReuse ? all : [1]).filter((reuse) => {
    const work = workPerClock(layer, layout, largest, reuse);
    if (work <= mostWork) return true;
    const sentence = `layer ${name}: work of ${Math.round(work)} per clock is more than the ${mostWork} that are built in a search`;
    refuse({ layer: name, schedule: { layout, reuse }, why: 'work', sentence });
    return false;
  });
  const last = built.at(-1);
  if (last === undefined || last === 1 || longestInterval === Infinity) return built;
  try {
    // The one with the most steps is quickly compiled, and tells how many patches all others have.
    const schedule = { layout, reuse: last };
    const graph = compiler.compile({ layers: { ...before, ...stepSchedules(step, schedule, before) } }, outputs);
    const stage = graph.stages.find(({ layers }) => layers.includes(name))!;
    const { interval, classes } = stageWork(graph, stage);
    const patches = (interval - classes.length) / (last - 1);
    return built.filter((reuse) => classes.length + patches * (reuse - 1) <= longestInterval);
  } catch (error) {
    if (error instanceof UnsupportedError) return built;
    throw error;
  }
}
