/**
 * Global pooling over all beats of a sample: an accumulator per channel holds the running sum or maximum.
 *
 * hls4ml accumulates cell by cell in row-major order. Where a beat holds several cells, the planner has made sure that
 * the order does not matter: the cells of a beat are then summed first, each cast to the accumulator.
 * Groups of channels take turns, and the accumulator turns with them.
 */
import { circuitBuilder, type CircuitBuilder, type Fold, formatOfType, type Wire } from '../../circuit/index.ts';
import { type FixedFormat, fractionBits, rawRange } from '../../fixed/index.ts';
import { type PoolRule, poolRule } from '../layers/pooling.ts';
import { wrappingSum } from '../layers/weighted-sum.ts';
import { castVector } from '../wire-vector.ts';
import { channelGroups } from './channel-groups.ts';
import { commonFormat } from './edge.ts';
import { type HeadTask, layerCircuit, stageContext, type StageDraft } from './stage-draft.ts';
import { beatPatches } from './windows.ts';

/** Make the stage of a global pooling that takes its input in several beats. */
export function globalPoolStage(task: HeadTask): StageDraft {
  const { plan, beat, inputs, isUniform } = task;
  const { layer } = plan;
  const channels = layer.inputShapes[0]!.at(-1)!;
  const groups = plan.split.outputs;
  const perGroup = channels / groups;
  const beats = plan.inputs[0]!.length;
  const positions = beat.formats.length / channels;
  const count = beats * positions;
  const selections = channelGroups(positions, channels, groups);
  const formats = selections[0]!.map((place) => beat.formats[place]!);
  const ruleIn = (builder: CircuitBuilder): PoolRule =>
    poolRule(stageContext(task, builder, layer, [{ ...inputs[0]!, wires: [], formats }]), count);
  const { average, accumulator } = ruleIn(circuitBuilder('formats'));

  const sources = [{ name: 'x', formats }];
  const input = commonFormat(formats);
  const running = average ? (accumulator ?? sumFormat(input, count)) : input;
  const terms = layerCircuit({ name: `${layer.name}_terms`, kind: layer.kind }, sources, false, (builder, [x]) => {
    const rule = ruleIn(builder);
    const totals = Array.from({ length: perGroup }, (_, channel) => {
      const cells = Array.from({ length: positions }, (_cell, position) => x![position * perGroup + channel]!);
      if (cells.length === 1 || rule.accumulator === undefined || !average) return cells.reduce(rule.combine);
      const cast = cells.map((cell) => builder.cast(cell, rule.accumulator!));
      return wrappingSum(builder, cast, rule.accumulator);
    });
    return castVector(builder, totals, undefined);
  });
  const name = `${layer.name}_${average ? 'sum' : 'maximum'}`;
  const start = average ? 0n : rawRange(running).lo;
  const fold: Fold = {
    steps: beats * groups,
    initial: [new Array<bigint>(channels).fill(start)],
    circuit: foldCircuit(name, ruleIn, running, channels, terms.result.formats),
  };
  const folded = [{ name: 'sum', formats: fold.circuit.outputs[0]!.formats }];
  const finish = layerCircuit(layer, folded, isUniform, (builder, [sums]) => {
    const rule = ruleIn(builder);
    return rule.cast(sums!.map((sum) => rule.finish(sum, count)));
  });
  return {
    taps: beatPatches(beats, []).taps,
    steps: { count: groups, ...(groups > 1 && { selections }) },
    circuit: { inputs: sources, layers: [terms.layer] },
    fold,
    finish: { inputs: folded, layers: [finish.layer] },
    gather: { results: 1 },
    result: finish.result,
  };
}

/** The smallest format that holds the sum of `count` values of a format. */
function sumFormat(format: FixedFormat, count: number): FixedFormat {
  const { lo, hi } = rawRange(format);
  return formatOfType({ lo: lo * BigInt(count), hi: hi * BigInt(count), fraction: fractionBits(format) });
}

function foldCircuit(
  name: string,
  ruleIn: (builder: CircuitBuilder) => PoolRule,
  running: FixedFormat,
  channels: number,
  termFormats: readonly FixedFormat[],
): Fold['circuit'] {
  const builder = circuitBuilder(name);
  const sums = builder.input('sum', new Array<FixedFormat>(channels).fill(running));
  const terms = builder.input('term', termFormats);
  const { combine } = ruleIn(builder);
  const updated = terms.map((term, k): Wire => builder.cast(combine(sums[k]!, term), running));
  builder.output('next', [...sums.slice(terms.length), ...updated], new Array<FixedFormat>(channels).fill(running));
  return builder.build();
}
