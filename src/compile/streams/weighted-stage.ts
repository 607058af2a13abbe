/**
 * Convolutions and dense layers that are more than one circuit per beat: windows of a tap line, sums over beats, and
 * both of them, or single beats, with a reuse factor.
 */
import { classFormat } from '../../circuit/index.ts';
import { weightedGroups } from '../layers/weighted-rows.ts';
import { maskedWire, masksOf } from './masks.ts';
import { cellOf, elementOf, type PatchTerms, termsPerPatch } from './patch-terms.ts';
import type { LayerPlan } from './plan.ts';
import { type HeadTask, layerCircuit, stageContext, type StageDraft } from './stage-draft.ts';
import { weightedSteps } from './weighted-steps.ts';
import { beatPatches, windowPatches } from './windows.ts';

/** Make the stage of a layer with weights. */
export function weightedStage(task: HeadTask): StageDraft {
  const { form, split } = task.plan;
  const terms = patchTerms(task.plan);
  const isUnrolled = form !== 'sum' && split.terms * split.outputs === 1;
  return isUnrolled ? unrolledWindows(task, terms) : weightedSteps(task, terms);
}

function patchTerms({ layer, inputs, kind, layout }: LayerPlan): PatchTerms {
  const beats = inputs[0]!;
  const shape = layer.inputShapes[0]!;
  if (kind !== 'weights') {
    const outputsPerChannel = kind === 'windows' ? undefined : (layer.attributes['depthMultiplier'] as number);
    return { patches: windowPatches(layer, layout), channels: shape.at(-1)!, outputsPerChannel };
  }
  // A vector is one position; in a sum over beats each beat brings a part of it.
  const channels = shape.length === 1 ? beats[0]!.length : shape.at(-1)!;
  const positions = Array.from({ length: beats[0]!.length / channels }, (_, position) => [position]);
  return { patches: beatPatches(beats.length, positions), channels, outputsPerChannel: undefined };
}

/** A circuit for whole patches, weights as constants. */
function unrolledWindows(task: HeadTask, terms: PatchTerms): StageDraft {
  const { plan, beat, inputs, isUniform } = task;
  const { taps, windows, classes, isInside } = terms.patches;
  const { outputsPerChannel = 0 } = terms;
  const formats = taps.ages.flatMap(() => beat.formats);
  const masks = masksOf({ windows: windows.length, length: windows[0]!.length, parts: 1, classes, isInside });
  const sources = [
    { name: 'x', formats },
    ...(classes > 1 ? [{ name: 'class', formats: [classFormat(classes)] }] : []),
  ];
  const { layer, result } = layerCircuit(plan.layer, sources, isUniform, (builder, [x, which]) => {
    const zero = builder.constant(0n, 0);
    const inside = windows.map((window, w) =>
      window.map((_, cell) => masks.condition(builder, { which: which?.[0], fields: [] }, w, cell)),
    );
    const groups = Array.from({ length: outputsPerChannel === 0 ? 1 : terms.channels }, (_, group) =>
      windows.map((_window, w) =>
        Array.from({ length: termsPerPatch(terms) }, (_term, term) => {
          const wire = x![elementOf(terms, w, term, group * outputsPerChannel)]!;
          return maskedWire(builder, inside[w]![cellOf(terms, term)]!, wire, zero);
        }),
      ),
    );
    return weightedGroups(stageContext(task, builder, plan.layer, [{ ...inputs[0]!, wires: x!, formats }]), groups);
  });
  return {
    taps,
    steps: { count: 1 },
    circuit: { inputs: sources, layers: [layer] },
    gather: { results: 1 },
    result,
  };
}
