/**
 * Convolutions and dense layers that are more than one circuit per beat: windows of a tap line, sums over beats, and
 * both of them, or single beats, with a reuse factor.
 */
import { classFormat } from '../../circuit/index.ts';
import { weightedRows } from '../layers/weighted-rows.ts';
import { maskedWire, masksOf } from './masks.ts';
import { type HeadTask, layerCircuit, stageContext, type StageDraft } from './stage-draft.ts';
import { weightedSteps } from './weighted-steps.ts';
import { beatPatches, type Patches, windowPatches } from './windows.ts';

/** Make the stage of a layer with weights. */
export function weightedStage(task: HeadTask): StageDraft {
  const { layer, form, inputs, kind, layout, split } = task.plan;
  const [beats] = inputs as readonly [LayerBeats];
  const shape = layer.inputShapes[0]!;
  // A vector is one position; in a sum over beats each beat brings a part of it.
  const channels = kind === 'weights' && shape.length === 1 ? beats[0]!.length : shape.at(-1)!;
  const positions = Array.from({ length: beats[0]!.length / channels }, (_, position) => [position]);
  const patches = kind === 'windows' ? windowPatches(layer, layout) : beatPatches(beats.length, positions);
  const isUnrolled = form !== 'sum' && split.terms * split.outputs === 1;
  return isUnrolled ? unrolledWindows(task, patches, channels) : weightedSteps(task, patches, channels);
}

type LayerBeats = HeadTask['plan']['inputs'][number];

/** A circuit for whole patches, weights as constants. */
function unrolledWindows(task: HeadTask, patches: Patches, channels: number): StageDraft {
  const { plan, beat, inputs, isUniform } = task;
  const { taps, windows, classes, isInside } = patches;
  const formats = taps.ages.flatMap(() => beat.formats);
  const masks = masksOf({ windows: windows.length, length: windows[0]!.length, parts: 1, classes, isInside });
  const sources = [
    { name: 'x', formats },
    ...(classes > 1 ? [{ name: 'class', formats: [classFormat(classes)] }] : []),
  ];
  const { layer, result } = layerCircuit(plan.layer, sources, isUniform, (builder, [x, which]) => {
    const zero = builder.constant(0n, 0);
    const rows = windows.map((window, w) =>
      window.flatMap((position, cell) => {
        const inside = masks.condition(builder, { which: which?.[0], fields: [] }, w, cell);
        return Array.from({ length: channels }, (_, channel) =>
          maskedWire(builder, inside, x![position * channels + channel]!, zero),
        );
      }),
    );
    return weightedRows(stageContext(task, builder, plan.layer, [{ ...inputs[0]!, wires: x!, formats }]), rows);
  });
  return {
    taps,
    steps: { count: 1 },
    circuit: { inputs: sources, layers: [layer] },
    gather: { results: 1 },
    result,
  };
}
