/** One reuse factor for a whole network: what it means for each layer, since not every factor divides every layer's work. */
import { type CompileOptions, scheduleChoices, type ScheduleChoices, type Schedules } from '../../compile/index.ts';
import { ValueError } from '../../errors.ts';
import type { Network } from '../../network/index.ts';

/** Kinds that a common reuse factor is for: those with weights, as in hls4ml. */
const WEIGHTED: ReadonlySet<string> = new Set(['dense', 'conv1d', 'conv2d', 'depthwiseConv1d', 'depthwiseConv2d']);

export interface ReuseRequest {
  /** For all layers with weights that have no schedule of their own; where it does not divide, the nearest is taken. */
  readonly reuse?: number;
  /** By layer; each must divide. */
  readonly layerReuse?: Readonly<Record<string, number>>;
}

/** Schedules with reuse factors, and sentences on those that could not be taken as they were asked for. */
export interface ReuseSchedules {
  readonly schedules: Schedules;
  readonly notes: readonly string[];
}

/**
 * Give layers their reuse factors.
 *
 * @throws ValueError if a layer named in `layerReuse` is not there, or its factor does not divide
 */
export function withReuse(
  network: Network,
  options: CompileOptions,
  schedules: Schedules,
  { reuse = 1, layerReuse = {} }: ReuseRequest,
): ReuseSchedules {
  const choices = scheduleChoices(network, options, schedules);
  const notes: string[] = [];
  const unknown = Object.keys(layerReuse).find((name) => !network.layers.some((layer) => layer.name === name));
  if (unknown !== undefined) {
    throw new ValueError(
      `A reuse factor is given for "${unknown}", which is no layer of network "${network.name}"; its layers are ${network.layers.map(({ name }) => name).join(', ')}.`,
    );
  }
  const layers = Object.fromEntries(
    choices.flatMap((choice) => {
      const own = layerReuse[choice.name];
      if (own !== undefined) return [[choice.name, { layout: layoutOf(choice, schedules), reuse: own }]];
      const isFree = WEIGHTED.has(choice.kind) && schedules.layers?.[choice.name] === undefined;
      if (reuse === 1 || !isFree) return [];
      const nearest = nearestFactor(choice.reuse, reuse);
      if (nearest !== reuse) {
        notes.push(`Layer ${choice.name} takes a reuse factor of ${nearest}: ${reuse} does not divide its work.`);
      }
      return [[choice.name, { layout: layoutOf(choice, schedules), reuse: nearest }]];
    }),
  );
  return { schedules: { ...schedules, layers: { ...layers, ...schedules.layers } }, notes };
}

/** The layout that a layer has by the default of the schedules. */
function layoutOf({ layouts }: ScheduleChoices, { default: common = 'stream' }: Schedules) {
  if (common !== 'stream') return common.layout;
  return layouts.includes('pixels') ? 'pixels' : 'whole';
}

/** The factor with the smallest ratio to the one that is asked for; of two, the smaller. */
function nearestFactor(factors: readonly number[], asked: number): number {
  const distance = (factor: number): number => Math.abs(Math.log(factor / asked));
  return factors.reduce((best, factor) => (distance(factor) < distance(best) ? factor : best));
}
