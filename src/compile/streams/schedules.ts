/**
 * How each layer of a network takes its input in time: how much of a sample comes per beat, and how many clocks a layer
 * spends on what it reads at once.
 *
 * Plain data, given by a person or found by a search. Results never depend on it: only area and time do.
 */
import { UnsupportedError, ValueError } from '../../errors.ts';
import type { Network } from '../../network/index.ts';
import type { HardwareLayer } from '../hardware-layer.ts';
import { joinAxis } from './layer-kinds.ts';

/**
 * - `whole`: all elements in one beat.
 * - `columns`: of an image [height, width, channels] one column [height, channels] per beat, from the left; of a line
 *   [length, channels] one position.
 * - `pixels`: one position with all its channels per beat, row by row.
 *
 * A vector [features] has no positions: a layer that can takes it in the beats in which it arrives.
 */
export type BeatLayout = 'whole' | 'columns' | 'pixels';

export const beatLayouts: readonly BeatLayout[] = ['whole', 'columns', 'pixels'];

export interface LayerSchedule {
  /** How the layer takes its input. */
  readonly layout: BeatLayout;
  /**
   * Clocks per patch, an integer of at least 1: what the layer reads at once (a window, a beat) is worked off in so many
   * parts of equal size.
   * @defaultValue 1
   */
  readonly reuse?: number;
}

/** A schedule for every layer. */
export interface Schedules {
  /**
   * For layers that are not named; 'stream' is pixels for every layer that can take them, else whole, with reuse 1.
   * @defaultValue 'stream'
   */
  readonly default?: LayerSchedule | 'stream';
  /** By name of the layer; names of layers without gates of their own have no effect. */
  readonly layers?: Readonly<Partial<Record<string, LayerSchedule>>>;
}

/**
 * Check names, layouts and reuse factors as far as they can be checked without the layers.
 *
 * @throws ValueError naming the layer and what is allowed
 */
export function checkSchedules(network: Network, { default: common, layers = {} }: Schedules): void {
  const known = network.layers.map(({ name }) => name);
  const unknown = Object.keys(layers).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ValueError(
      `A schedule is given for "${unknown}", which is no layer of network "${network.name}"; its layers are ${known.join(', ')}.`,
    );
  }
  if (common !== undefined && common !== 'stream') checkSchedule('The default schedule', common);
  for (const [name, schedule] of Object.entries(layers)) {
    if (schedule !== undefined) checkSchedule(`The schedule of layer "${name}"`, schedule);
  }
}

function checkSchedule(what: string, { layout, reuse = 1 }: LayerSchedule): void {
  if (!beatLayouts.includes(layout)) {
    throw new ValueError(`${what} has layout ${JSON.stringify(layout)}; it must be one of ${beatLayouts.join(', ')}.`);
  }
  if (!Number.isSafeInteger(reuse) || reuse < 1) {
    throw new ValueError(`${what} has reuse ${reuse}; it must be an integer of at least 1.`);
  }
}

/**
 * The schedule of one layer.
 *
 * @throws UnsupportedError for a layout that the layer cannot have
 */
export function scheduleOf(
  layer: HardwareLayer,
  { default: common = 'stream', layers = {} }: Schedules,
): Required<LayerSchedule> {
  const possible = possibleLayouts(layer);
  const asked = layers[layer.name] ?? common;
  if (asked === 'stream') return { layout: possible.includes('pixels') ? 'pixels' : 'whole', reuse: 1 };
  if (!possible.includes(asked.layout)) {
    throw new UnsupportedError(
      `Layer "${layer.name}" (${layer.kind}) cannot take its inputs as ${asked.layout}; it can take them as ${possible.join(', ')}.`,
    );
  }
  return { layout: asked.layout, reuse: asked.reuse ?? 1 };
}

/** The layouts that a layer can have. */
export function possibleLayouts(layer: HardwareLayer): readonly BeatLayout[] {
  if (layer.kind !== 'concatenate') return beatLayouts;
  const rank = layer.inputShapes[0]!.length;
  const joined = joinAxis(layer);
  if (joined === rank - 1) return beatLayouts;
  // Columns of two images one above the other are joined beat by beat; other joins put one stream behind another.
  return rank === 3 && joined === 0 ? ['whole', 'columns'] : ['whole'];
}
