/** What the schedules of a network can be, for those who choose or search them. */
import type { Network } from '../../network/index.ts';
import { hardwareNetwork } from '../hardware-network.ts';
import type { CompileOptions } from '../options.ts';
import { openMemo } from './memo.ts';
import { type NetworkPlan, planNetwork } from './plan.ts';
import { reuseFactors } from './reuse.ts';
import { type BeatLayout, checkSchedules, possibleLayouts, type Schedules } from './schedules.ts';

/** What the schedule of a layer can be. */
export interface ScheduleChoices {
  readonly name: string;
  readonly kind: string;
  /** The layouts that it can have. */
  readonly layouts: readonly BeatLayout[];
  /** The reuse factors that it can have in the layout of its present schedule, ascending. */
  readonly reuse: readonly number[];
}

/**
 * List what each layer's schedule can be, given those of the others: a vector's beats are those in which it arrives.
 *
 * @throws the errors of `compileStreams` that do not depend on formats
 */
export function scheduleChoices(
  network: Network,
  options: CompileOptions = {},
  schedules: Schedules = {},
): readonly ScheduleChoices[] {
  const hardware = hardwareNetwork(network, options);
  checkSchedules(hardware.settings.network, schedules);
  return choicesOf(planNetwork(hardware, schedules, openMemo()));
}

/** The same of a network that is planned. */
export function choicesOf({ layers }: NetworkPlan): readonly ScheduleChoices[] {
  return layers.map(({ layer, work }) => ({
    name: layer.name,
    kind: layer.kind,
    layouts: possibleLayouts(layer),
    reuse: reuseFactors(work),
  }));
}
