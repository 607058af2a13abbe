/**
 * What the steps of a layer with weights read: which elements of a patch, beside which words of a memory.
 *
 * Inputs of a step are the terms of the first window, of the second, and so on. In a depthwise convolution outputs of a
 * step see different channels: the terms of each of these channels (its *lane*) stand one after another.
 */
import { formatOfType, typeOfFormat } from '../../circuit/index.ts';
import type { FixedFormat } from '../../fixed/index.ts';
import type { WeightedSum } from '../layers/weighted-sum.ts';
import { memoryFraction, memoryWeight, type SumTerm } from './accumulators.ts';
import { groupedOrder } from './channel-groups.ts';
import { commonFormat } from './edge.ts';
import { type Masks, masksOf } from './masks.ts';
import { cellOf, elementOf, type PatchTerms, termsPerPatch } from './patch-terms.ts';
import type { HeadTask } from './stage-draft.ts';
import type { StepPlan } from './step-plan.ts';

export interface StepReading {
  readonly step: StepPlan;
  /** Terms of one output, over all patches of a sum. */
  readonly allTerms: number;
  readonly selections: readonly (readonly number[])[] | undefined;
  /** Formats of the elements that a step reads. */
  readonly formats: readonly FixedFormat[];
  /** The element of a step that is term k of output j of its group in a window. */
  readonly elementAt: (window: number, k: number, j: number) => number;
  /** All terms of a sum. */
  readonly sumTerms: readonly SumTerm[];
  readonly masks: Masks;
  readonly partOf: (step: number) => number;
  readonly groupOf: (step: number) => number;
  /** From results to the beat. */
  readonly order: readonly number[] | undefined;
}

/** Plan what is read. */
export function stepReading({ plan, beat }: HeadTask, terms: PatchTerms): StepReading {
  const { taps, windows, classes, isInside } = terms.patches;
  const { terms: parts, outputs: groups } = plan.split;
  const isSum = plan.form === 'sum';
  const patchTerms = termsPerPatch(terms);
  const { outputs } = plan.work;
  const patches = isSum ? plan.inputs[0]!.length : 1;
  const step = { windows: windows.length, terms: patchTerms / parts, units: outputs / groups, parts, groups, patches };
  const partOf = (n: number): number => (isSum ? Math.floor(n / groups) : n % parts);
  const groupOf = (n: number): number => (isSum ? n % groups : Math.floor(n / parts));
  const patchFormats = taps.ages.flatMap(() => beat.formats);
  const lanes = lanesOf(step.units, terms.outputsPerChannel);
  const read = (n: number): number[] =>
    windows.flatMap((_, window) =>
      lanes.firsts.flatMap((first) =>
        Array.from({ length: step.terms }, (_term, k) =>
          elementOf(terms, window, partOf(n) * step.terms + k, groupOf(n) * step.units + first),
        ),
      ),
    );
  const count = parts * groups;
  const channels = terms.outputsPerChannel === undefined ? [0] : Array.from({ length: outputs }, (_, output) => output);
  const types = Array.from({ length: patchTerms }, (_, term) => {
    const read = windows.flatMap((_window, window) =>
      channels.map((output) => patchFormats[elementOf(terms, window, term, output)]!),
    );
    return typeOfFormat(commonFormat(read));
  });
  return {
    step,
    allTerms: patches * patchTerms,
    selections: count === 1 ? undefined : Array.from({ length: count }, (_, n) => read(n)),
    formats: read(0).map((place) => patchFormats[place]!),
    elementAt: (window, k, j) => (window * lanes.firsts.length + lanes.of(j)) * step.terms + k,
    sumTerms: Array.from({ length: patches }, (_, patch) =>
      types.map((type, term) => ({ input: isSum ? plan.inputs[0]![patch]![term]! : term, type })),
    ).flat(),
    masks: masksOf({
      windows: windows.length,
      length: step.terms,
      parts,
      classes,
      isInside: (which, window, k, part) => isInside(which, window, cellOf(terms, part * step.terms + k)),
    }),
    partOf,
    groupOf,
    order: isSum ? undefined : groupedOrder(windows.length, outputs, groups),
  };
}

/** Channels that the outputs of a group see: the first output of each, and which of them output j has. */
function lanesOf(
  units: number,
  perChannel: number | undefined,
): { readonly firsts: readonly number[]; readonly of: (j: number) => number } {
  if (perChannel === undefined || perChannel % units === 0) return { firsts: [0], of: () => 0 };
  // Where groups begin in the middle of a channel's outputs, every output has a lane of its own.
  const each = units % perChannel === 0 ? perChannel : 1;
  return {
    firsts: Array.from({ length: units / each }, (_, lane) => lane * each),
    of: (j) => Math.floor(j / each),
  };
}

/** What a memory holds. */
export interface Memory {
  /** Weights of a word; the fields of the masks follow, then, without a fold, what sums start with. */
  readonly weights: number;
  readonly words: readonly (readonly bigint[])[];
  readonly formats: readonly FixedFormat[];
}

/**
 * The words of all steps until they repeat: output by output the weights of its terms, then the rest.
 *
 * @param starts what the sums of all outputs start with, in `startFormat`; empty where the memory need not hold it
 */
export function memoryOf(
  { plan }: HeadTask,
  { step, masks, partOf, groupOf }: StepReading,
  arithmetic: WeightedSum,
  starts: readonly bigint[],
  startFormat: FixedFormat,
): Memory {
  const { terms, units, parts, groups, patches } = step;
  const count = parts * groups;
  const places = plan.form === 'sum' ? plan.inputs[0]! : undefined;
  let [lo, hi] = [0n, 0n];
  const words = Array.from({ length: patches * count }, (_, n) => {
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
    words,
    formats: [
      ...new Array<FixedFormat>(weights).fill(weight),
      ...masks.fieldFormats,
      ...new Array<FixedFormat>(starts.length === 0 ? 0 : units).fill(startFormat),
    ],
  };
}
