/**
 * The decisions of a search, in the order of the layers: which layers have schedules of their own, and which follow.
 *
 * Layers with weights, windows or several inputs, and those at the inputs of the network, are free; a layer that works
 * element by element takes its input as it comes, with a reuse factor of 1.
 */
import type { BeatLayout, HardwareLayer, LayerSchedule, StreamCompiler } from '../../compile/index.ts';
import { type WindowGeometry, windowPlacement } from '../../network/index.ts';

/** One free layer with all that follows it before the next. */
export interface SearchStep {
  readonly layer: HardwareLayer;
  /** Whether its work can be cut by a reuse factor. */
  readonly canReuse: boolean;
  /** Layouts that differ. */
  readonly layouts: readonly BeatLayout[];
  /** Layers that follow, each with the layer whose layout it takes. */
  readonly followers: readonly { readonly name: string; readonly like: string }[];
  /** Layers whose results later layers read, and inputs of the network that they read. */
  readonly read: readonly string[];
  /** Those, and the outputs of the network so far. */
  readonly outputs: readonly string[];
}

/** Cut a network into steps. */
export function searchSteps({ layers, outputs, choices }: StreamCompiler): readonly SearchStep[] {
  const possible = new Map(choices({ default: 'stream' }).map((choice) => [choice.name, choice.layouts]));
  const names = new Set(layers.map(({ name }) => name));
  const isFree = (layer: HardwareLayer): boolean =>
    canReuse(layer) || layer.inputs.length > 1 || layer.inputs.some((name) => !names.has(name));
  const starts = layers.flatMap((layer, k) => (isFree(layer) ? [k] : []));
  return starts.map((start, k) => {
    const end = starts[k + 1] ?? layers.length;
    const done = layers.slice(0, end);
    const later = new Set(layers.slice(end).flatMap(({ inputs }) => inputs));
    const read = [...later].filter((name) => !layers.slice(end).some((one) => one.name === name));
    const made = done.map(({ name }) => name).filter((name) => later.has(name));
    const layer = layers[start]!;
    return {
      layer,
      canReuse: canReuse(layer),
      layouts: distinctLayouts(layer, possible.get(layer.name)!),
      followers: layers.slice(start + 1, end).map(({ name, inputs }) => ({ name, like: inputs[0]! })),
      read,
      outputs: [...made, ...outputs.filter((name) => !made.includes(name) && done.some((one) => one.name === name))],
    };
  });
}

/**
 * The schedules of a step's layers: that of the free one, and for those that follow the same layout without reuse.
 *
 * @param before schedules of all earlier layers
 */
export function stepSchedules(
  { layer, followers }: SearchStep,
  schedule: LayerSchedule,
  before: Readonly<Record<string, LayerSchedule>>,
): Record<string, LayerSchedule> {
  const chosen: Record<string, LayerSchedule> = { [layer.name]: schedule };
  for (const { name, like } of followers) {
    chosen[name] = { layout: (chosen[like] ?? before[like])!.layout, reuse: 1 };
  }
  return chosen;
}

/** The schedules of all layers, given those of the free ones. */
export function allSchedules(
  steps: readonly SearchStep[],
  free: Readonly<Record<string, LayerSchedule>>,
): Record<string, LayerSchedule> {
  return steps.reduce<Record<string, LayerSchedule>>(
    (before, step) => ({ ...before, ...stepSchedules(step, free[step.layer.name]!, before) }),
    {},
  );
}

function canReuse({ kind, parameters }: HardwareLayer): boolean {
  return parameters['kernel'] !== undefined || kind === 'pooling1d' || kind === 'pooling2d' || kind === 'globalPooling';
}

/** Columns of a line are its positions, and a vector has neither; there `pixels` means the beats in which it arrives. */
function distinctLayouts({ inputShapes }: HardwareLayer, possible: readonly BeatLayout[]): readonly BeatLayout[] {
  return possible.filter((layout) => layout !== 'columns' || inputShapes[0]!.length === 3);
}

/**
 * A product of two variables, with the choice of what is multiplied, takes about as many look-up tables as so many
 * products with constants: at 8 bits some 200 and 9 (a convolution of 17 filters over 3 × 3 × 10).
 */
const VARIABLE_WORK = 24;

/**
 * Work of a layer per clock: multiplications with constants, or for want of weights comparisons and additions. With a
 * reuse factor weights are variables, and a multiplication counts as 24.
 *
 * @param parts the largest reuse factor that the layer can have in the layout
 */
export function workPerClock(layer: HardwareLayer, layout: BeatLayout, parts: number, reuse: number): number {
  const hasWeights = layer.parameters['kernel'] !== undefined;
  const { size } = layer.attributes as { readonly size?: readonly number[] };
  const each = hasWeights ? (reuse === 1 ? 1 : VARIABLE_WORK) : product(size ?? [1]);
  return (parts / reuse) * each * windowsPerBeat(layer, layout);
}

/** Windows or positions of one beat. */
export function windowsPerBeat(layer: HardwareLayer, layout: BeatLayout): number {
  const positions = layer.inputShapes[0]!.slice(0, -1);
  const hasWindows = layer.attributes['size'] !== undefined;
  const shape = hasWindows
    ? windowPlacement(positions, layer.attributes as unknown as WindowGeometry).shape
    : positions;
  if (layout === 'whole') return product(shape);
  return layout === 'columns' && shape.length === 2 ? shape[0]! : 1;
}

const product = (factors: readonly number[]): number => factors.reduce((a, b) => a * b, 1);
