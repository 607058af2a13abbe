/**
 * Poolings over windows: patches of a tap line, or a whole image, with channels in groups where the layer has a reuse
 * factor.
 *
 * Cells in the padding hold 0 in a sum and the lowest value, or what hls4ml pads with, in a maximum, so that one
 * circuit serves every window; a mean is divided by the number of cells that the class of the patch has inside.
 */
import { classFormat, type CircuitBuilder, type Wire } from '../../circuit/index.ts';
import { type FixedFormat, fractionBits, rawRange } from '../../fixed/index.ts';
import { poolCells, type PoolRule, poolRule } from '../layers/pooling.ts';
import { maskedWire, masksOf } from './masks.ts';
import { channelGroups, groupedOrder } from './channel-groups.ts';
import { type HeadTask, layerCircuit, stageContext, type StageDraft } from './stage-draft.ts';
import { beatPatches, type Patches, windowPatches } from './windows.ts';

/** Make the stage of a pooling over windows, or of a global one over a whole image. */
export function poolStage(task: HeadTask): StageDraft {
  const { plan, beat, inputs, isUniform } = task;
  const { layer, kind, layout } = plan;
  const channels = layer.inputShapes[0]!.at(-1)!;
  const groups = plan.split.outputs;
  const everything = Array.from({ length: beat.formats.length / channels }, (_, position) => position);
  const patches = kind === 'pools' ? windowPatches(layer, layout) : beatPatches(1, [everything]);
  const { taps, windows, classes, isInside } = patches;
  const positions = (taps.ages.length * beat.formats.length) / channels;
  const patchFormats = taps.ages.flatMap(() => beat.formats);
  const selections = channelGroups(positions, channels, groups);
  const formats = selections[0]!.map((place) => patchFormats[place]!);
  const perGroup = channels / groups;
  const order = groupedOrder(windows.length, channels, groups);
  const masks = masksOf({ windows: windows.length, length: windows[0]!.length, parts: 1, classes, isInside });
  const sources = [
    { name: 'x', formats },
    ...(classes > 1 ? [{ name: 'class', formats: [classFormat(classes)] }] : []),
  ];
  const { layer: circuit, result } = layerCircuit(layer, sources, isUniform, (builder, [x, classWires]) => {
    const which = classWires?.[0];
    const context = stageContext(task, builder, layer, [{ ...inputs[0]!, wires: x!, formats }], order);
    const rule = poolRule(context, windows[0]!.length);
    const pooled = windows.flatMap((window, w) => {
      const inside = window.map((_, cell) => masks.condition(builder, { which, fields: [] }, w, cell));
      return Array.from({ length: perGroup }, (_, channel) => {
        const cells = window.flatMap((position, cell) => {
          if (position < 0 && rule.padding === undefined) return [];
          const at = position * perGroup + channel;
          const outside = outsideWire(builder, rule, formats[Math.max(at, channel)]!);
          return [maskedWire(builder, inside[cell]!, x![at]!, outside)];
        });
        const running = poolCells(builder, rule, cells);
        return byCount(builder, which, countsOf(patches, rule, w), (count) => rule.finish(running, count));
      });
    });
    return rule.cast(pooled);
  });
  return {
    taps,
    steps: { count: groups, ...(groups > 1 && { selections }) },
    circuit: { inputs: sources, layers: [circuit] },
    gather: { results: groups, ...(order !== undefined && { order }) },
    result,
  };
}

/** What stands for a cell in the padding. */
function outsideWire(builder: CircuitBuilder, { average, padding }: PoolRule, format: FixedFormat): Wire {
  if (average) return builder.constant(0n, 0);
  if (padding !== undefined) return builder.constant(padding.raw, padding.fraction);
  return builder.constant(rawRange(format).lo, fractionBits(format));
}

/** By how many cells a window's mean is divided, by class. */
function countsOf({ windows, classes, isInside }: Patches, { average, countPadding }: PoolRule, w: number): number[] {
  const window = windows[w]!;
  return Array.from({ length: classes }, (_, which) => {
    if (!average || countPadding) return window.length;
    return window.reduce((count, _position, cell) => count + Number(isInside(which, w, cell)), 0);
  });
}

/** The result for the count of the patch's class. */
function byCount(
  builder: CircuitBuilder,
  which: Wire | undefined,
  counts: readonly number[],
  result: (count: number) => Wire,
): Wire {
  const [first, ...others] = new Set(counts);
  return others.reduce((chosen, count) => {
    const masks = masksOf({
      windows: 1,
      length: 1,
      parts: 1,
      classes: counts.length,
      isInside: (c) => counts[c] === count,
    });
    const isCount = masks.condition(builder, { which, fields: [] }, 0, 0) as Wire;
    return builder.select(isCount, result(count), chosen);
  }, result(first!));
}
