/**
 * A layer as it is for one beat, or one part of a beat: the same kind with the same attributes on a smaller input, so that
 * the lowerings that unroll whole networks compute single beats.
 */
import type { HardwareLayer } from '../hardware-layer.ts';
import { joinAxis } from './layer-kinds.ts';
import { sizeOf } from './layouts.ts';
import type { LayerPlan } from './plan.ts';

/**
 * Cut a layer that works on every beat by itself down to a part of a beat.
 *
 * @param sizes elements of each input that the part has
 */
export function beatLayer(plan: LayerPlan, sizes: readonly number[]): HardwareLayer {
  const { layer, kind, inputs, split } = plan;
  if (inputs[0]!.length === 1 && split.outputs === 1) return layer;
  const channels = layer.inputShapes[0]!.at(-1)!;
  switch (kind) {
    case 'positions':
      return { ...layer, inputShapes: [[sizes[0]! / channels, channels]] };
    case 'weights':
      return { ...layer, kind: 'dense', inputShapes: [[sizes[0]! / channels, channels]] };
    case 'join': {
      const rows = split.outputs === 1 ? joinedRows(plan) : 1;
      return { ...layer, inputShapes: sizes.map((size) => [rows, size / rows]), attributes: { axis: 1 } };
    }
    case 'parameters':
      return { ...layer, inputShapes: [sizes.slice(0, 1)], parameters: beatParameters(plan, sizes[0]!) };
    case 'elementwise':
      return { ...layer, inputShapes: sizes.map((size) => [size]) };
    case 'windows':
    case 'channelWindows':
    case 'pools':
    case 'globalPool':
      throw new Error(`layer ${layer.name} does not work on beats by themselves`);
    default:
      return kind satisfies never;
  }
}

/** The parameters of the first elements of the first beat. */
function beatParameters({ layer, inputs, parameterCount }: LayerPlan, size: number): HardwareLayer['parameters'] {
  const places = inputs[0]![0]!.slice(0, size);
  return Object.fromEntries(
    Object.entries(layer.parameters).map(([role, values]) => [
      role,
      places.map((place) => values[place % parameterCount]!),
    ]),
  );
}

/** Runs of elements in a beat that a join puts side by side: those before its axis. */
export function joinedRows({ layer, layout }: LayerPlan): number {
  const shape = layer.inputShapes[0]!;
  const joined = joinAxis(layer);
  if (layout === 'whole') return sizeOf(shape.slice(0, joined));
  return layout === 'columns' && shape.length === 3 && joined === 2 ? shape[0]! : 1;
}

/** The order of a joined beat among results that hold one part of every input each; undefined where there is one result. */
export function joinedOrder(plan: LayerPlan, sizes: readonly number[]): readonly number[] | undefined {
  if (plan.kind !== 'join' || plan.split.outputs === 1) return undefined;
  const rows = joinedRows(plan);
  const total = sizes.reduce((a, b) => a + b, 0);
  const lengths = plan.inputs.map((beats) => beats[0]!.length / rows);
  const firsts = sizes.map((_, k) => sizes.slice(0, k).reduce((a, b) => a + b, 0));
  return Array.from({ length: rows }, (_, row) =>
    lengths.flatMap((length, k) =>
      Array.from({ length }, (_element, at) => {
        const own = row * length + at;
        return Math.floor(own / sizes[k]!) * total + firsts[k]! + (own % sizes[k]!);
      }),
    ),
  ).flat();
}
