/** The beats in which a layer gives its result. */
import { type WindowGeometry, windowPlacement } from '../../network/index.ts';
import type { HardwareLayer } from '../hardware-layer.ts';
import { joinAxis, type StreamForm, type StreamKind } from './layer-kinds.ts';
import { type Beats, beatsIn } from './layouts.ts';
import type { Memo } from './memo.ts';
import type { BeatLayout } from './schedules.ts';

/** The beats that a layer gives; equal ones are the same object. */
export function outputBeats(
  layer: HardwareLayer,
  kind: StreamKind,
  layout: BeatLayout,
  form: StreamForm,
  inputs: readonly Beats[],
  memo: Memo,
): Beats {
  const shape = outputShape(layer, kind);
  if (form === 'sum' || inputs[0]!.length === 1) return beatsIn(memo, shape, 'whole');
  if (kind === 'elementwise' || kind === 'parameters' || kind === 'positions') return inputs[0]!;
  if (kind !== 'join' || shape.length > 1) return beatsIn(memo, shape, layout);
  const offsets = layer.inputShapes.map((_, k) => layer.inputShapes.slice(0, k).reduce((sum, [n]) => sum + n!, 0));
  return memo('joined', [layer, ...inputs], () =>
    inputs[0]!.map((_, beat) => inputs.flatMap((beats, k) => beats[beat]!.map((place) => place + offsets[k]!))),
  );
}

/** Shape of a result; of elementwise kinds that of the first input, whatever axes they give it. */
function outputShape(layer: HardwareLayer, kind: StreamKind): readonly number[] {
  const shape = layer.inputShapes[0]!;
  const positions = shape.slice(0, -1);
  const { units, filters } = layer.attributes as { readonly units?: number; readonly filters?: number };
  switch (kind) {
    case 'elementwise':
    case 'parameters':
    case 'positions':
      return shape;
    case 'weights':
      return [...positions, (units ?? filters)!];
    case 'windows':
      return [...windowPlacement(positions, layer.attributes as unknown as WindowGeometry).shape, filters!];
    case 'channelWindows':
      return [
        ...windowPlacement(positions, layer.attributes as unknown as WindowGeometry).shape,
        shape.at(-1)! * (layer.attributes['depthMultiplier'] as number),
      ];
    case 'pools':
      return [...windowPlacement(positions, layer.attributes as unknown as WindowGeometry).shape, shape.at(-1)!];
    case 'globalPool':
      return shape.slice(-1);
    case 'join': {
      const joined = joinAxis(layer);
      return shape.map((n, k) => (k === joined ? layer.inputShapes.reduce((sum, other) => sum + other[k]!, 0) : n));
    }
    default:
      return kind satisfies never;
  }
}
