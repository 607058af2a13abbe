/**
 * Sums of products in steps: weights come from a memory, and every step multiplies some terms of each window by the
 * weights of some outputs. What the products of a step become is `accumulators.ts`' business.
 *
 * A patch takes Rn·Rm steps: its terms in Rn parts, its outputs in Rm groups. Without a sum over beats a group is
 * finished before the next, and is a result of its own; in a sum over beats all outputs stay in the accumulator, and
 * groups take turns.
 */
import {
  circuitBuilder,
  type CircuitBuilder,
  classFormat,
  formatOfType,
  typeOfFormat,
  type Wire,
} from '../../circuit/index.ts';
import type { FixedFormat } from '../../fixed/index.ts';
import { type WeightedSum, weightedSum } from '../layers/weighted-sum.ts';
import { accumulation, memoryFraction, memoryWeight, stepProduct, type SumTerm } from './accumulators.ts';
import { groupedOrder } from './channel-groups.ts';
import { commonFormat } from './edge.ts';
import { maskedWire, type Masks, masksOf } from './masks.ts';
import { type HeadTask, layerCircuit, stageContext, type StageDraft } from './stage-draft.ts';
import type { StepPlan } from './step-plan.ts';
import type { Patches } from './windows.ts';

/** Make the stage. */
export function weightedSteps(task: HeadTask, patches: Patches, channels: number): StageDraft {
  const { plan, isUniform } = task;
  const { classes, taps, windows } = patches;
  const { kind } = plan.layer;
  const read = readingOf(task, patches, channels);
  const { step, masks } = read;
  const sumIn = (builder: CircuitBuilder, wires: readonly Wire[] = []): WeightedSum => {
    const vector = { ...task.inputs[0]!, wires, formats: read.formats };
    return weightedSum(stageContext(task, builder, plan.layer, [vector], read.order), read.allTerms);
  };
  const arithmetic = sumIn(circuitBuilder('formats'));
  const sums = accumulation(arithmetic, step, read.sumTerms);
  const words = wordsOf(task, read, arithmetic, sums.isFolded ? [] : sums.starts);
  const sources = [
    { name: 'x', formats: read.formats },
    ...(classes > 1 ? [{ name: 'class', formats: [classFormat(classes)] }] : []),
    { name: 'w', formats: words.formats(sums.startFormat) },
  ];

  /** products[window · units + j]: products of the step for output j of a window. */
  const productsIn = (builder: CircuitBuilder, ports: readonly (readonly Wire[])[]): Wire[][] => {
    const own = sumIn(builder, ports[0]);
    const [x, w] = [ports[0]!, ports.at(-1)!];
    const which = classes > 1 ? ports[1]![0] : undefined;
    const fields = w.slice(words.weights, words.weights + masks.fieldFormats.length);
    const zero = builder.constant(0n, 0);
    return windows.flatMap((_, window) => {
      const values = Array.from({ length: step.terms }, (_term, k) =>
        maskedWire(builder, masks.condition(builder, { which, fields }, window, k), x[window * step.terms + k]!, zero),
      );
      return Array.from({ length: step.units }, (_unit, j) =>
        values.map((value, k) => stepProduct(builder, own, value, w[j * step.terms + k]!)),
      );
    });
  };

  const common = {
    taps,
    steps: {
      count: step.parts * step.groups,
      ...(read.selections !== undefined && { selections: read.selections }),
      constants: { formats: sources.at(-1)!.formats, words: words.codes },
    },
    gather: { results: plan.results, ...(read.order !== undefined && { order: read.order }) },
  };
  if (!sums.isFolded) {
    const { layer, result } = layerCircuit(plan.layer, sources, isUniform, (builder, ports) => {
      const biases = ports.at(-1)!.slice(words.weights + masks.fieldFormats.length);
      const products = productsIn(builder, ports);
      return sumIn(builder).finish(products.map((each, k) => sums.total(builder, biases[k % step.units], each)));
    });
    return { ...common, circuit: { inputs: sources, layers: [layer] }, result };
  }
  const terms = layerCircuit({ name: `${plan.layer.name}_terms`, kind }, sources, false, (builder, ports) =>
    sums.term(builder, productsIn(builder, ports)),
  );
  const fold = sums.fold(`${plan.layer.name}_sum`, terms.result.formats);
  const folded = [{ name: 'sum', formats: fold.circuit.outputs[0]!.formats }];
  const finish = layerCircuit(plan.layer, folded, isUniform, (builder, [wires]) => sumIn(builder).finish(wires!));
  return {
    ...common,
    circuit: { inputs: sources, layers: [terms.layer] },
    fold,
    finish: { inputs: folded, layers: [finish.layer] },
    result: finish.result,
  };
}

/** What the steps read. */
interface Reading {
  readonly step: StepPlan;
  /** Terms of one output, over all patches of a sum. */
  readonly allTerms: number;
  readonly selections: readonly (readonly number[])[] | undefined;
  /** Formats of the elements that a step reads: the terms of the first window, of the second, … */
  readonly formats: readonly FixedFormat[];
  /** All terms of a sum. */
  readonly sumTerms: readonly SumTerm[];
  readonly masks: Masks;
  readonly partOf: (step: number) => number;
  readonly groupOf: (step: number) => number;
  /** From results to the beat. */
  readonly order: readonly number[] | undefined;
}

function readingOf({ plan, beat }: HeadTask, { taps, windows, classes, isInside }: Patches, channels: number): Reading {
  const { terms: parts, outputs: groups } = plan.split;
  const isSum = plan.form === 'sum';
  const patchTerms = windows[0]!.length * channels;
  const patches = isSum ? plan.inputs[0]!.length : 1;
  const outputs =
    plan.layer.parameters['kernel']!.length /
    (plan.layer.inputShapes[0]!.length === 1 ? patches * patchTerms : patchTerms);
  const step = { windows: windows.length, terms: patchTerms / parts, units: outputs / groups, parts, groups, patches };
  const partOf = (n: number): number => (isSum ? Math.floor(n / groups) : n % parts);
  const groupOf = (n: number): number => (isSum ? n % groups : Math.floor(n / parts));
  const patchFormats = taps.ages.flatMap(() => beat.formats);
  // In the padding any element of the channel will do: a mask covers it.
  const element = (window: number, term: number): number =>
    Math.max(0, windows[window]![Math.floor(term / channels)]!) * channels + (term % channels);
  const inPart = (part: number): number[] =>
    windows.flatMap((_, window) =>
      Array.from({ length: step.terms }, (_term, k) => element(window, part * step.terms + k)),
    );
  const count = parts * groups;
  return {
    step,
    allTerms: patches * patchTerms,
    selections: count === 1 ? undefined : Array.from({ length: count }, (_, n) => inPart(partOf(n))),
    formats: inPart(0).map((place) => patchFormats[place]!),
    sumTerms: Array.from({ length: patches }, (_, patch) =>
      Array.from({ length: patchTerms }, (_term, term) => ({
        input: isSum ? plan.inputs[0]![patch]![term]! : term,
        type: typeOfFormat(commonFormat(windows.map((_window, window) => patchFormats[element(window, term)]!))),
      })),
    ).flat(),
    masks: masksOf({
      windows: windows.length,
      length: step.terms,
      parts,
      classes,
      isInside: (which, window, k, part) => isInside(which, window, Math.floor((part * step.terms + k) / channels)),
    }),
    partOf,
    groupOf,
    order: isSum ? undefined : groupedOrder(windows.length, outputs, groups),
  };
}

/** What the memory holds: per step the weights, output by output, the fields of the masks and, without a fold, what sums start with. */
function wordsOf(
  { plan }: HeadTask,
  { step, masks, partOf, groupOf }: Reading,
  arithmetic: WeightedSum,
  starts: readonly bigint[],
): {
  readonly weights: number;
  readonly codes: readonly (readonly bigint[])[];
  readonly formats: (start: FixedFormat) => readonly FixedFormat[];
} {
  const { terms, units, parts, groups, patches } = step;
  const count = parts * groups;
  const places = plan.form === 'sum' ? plan.inputs[0]! : undefined;
  let lo = 0n;
  let hi = 0n;
  const codes = Array.from({ length: patches * count }, (_, n) => {
    const [patch, within] = [Math.floor(n / count), n % count];
    const first = groupOf(within) * units;
    const weights = Array.from({ length: units * terms }, (_weight, at) => {
      const term = partOf(within) * terms + (at % terms);
      const column = arithmetic.columns[first + Math.floor(at / terms)]!;
      const weight = memoryWeight(arithmetic, column[places?.[patch]![term] ?? term]!);
      if (weight < lo) lo = weight;
      if (weight > hi) hi = weight;
      return weight;
    });
    return [...weights, ...masks.fields(partOf(within)), ...starts.slice(first, first + units)];
  });
  const weight = formatOfType({ lo, hi, fraction: memoryFraction(arithmetic) });
  const weights = units * terms;
  return {
    weights,
    codes,
    formats: (start) => [
      ...new Array<FixedFormat>(weights).fill(weight),
      ...masks.fieldFormats,
      ...new Array<FixedFormat>(starts.length === 0 ? 0 : units).fill(start),
    ],
  };
}
