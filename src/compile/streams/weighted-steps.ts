/**
 * Sums of products in steps: weights come from a memory, and every step multiplies some terms of each window by the
 * weights of some outputs. What a step reads is said by `step-reading.ts`, what its products become by `accumulators.ts`.
 *
 * A patch takes Rn·Rm steps: its terms in Rn parts, its outputs in Rm groups. Without a sum over beats a group is
 * finished before the next, and is a result of its own; in a sum over beats all outputs stay in the accumulator, and
 * groups take turns.
 */
import { circuitBuilder, type CircuitBuilder, classFormat, type Wire } from '../../circuit/index.ts';
import { type WeightedSum, weightedSum } from '../layers/weighted-sum.ts';
import { accumulation, stepProduct } from './accumulators.ts';
import { maskedWire } from './masks.ts';
import type { PatchTerms } from './patch-terms.ts';
import { type HeadTask, layerCircuit, stageContext, type StageDraft } from './stage-draft.ts';
import { type Memory, memoryOf, type StepReading, stepReading } from './step-reading.ts';

/** Make the stage. */
export function weightedSteps(task: HeadTask, terms: PatchTerms): StageDraft {
  const { plan, isUniform } = task;
  const { classes, taps } = terms.patches;
  const { kind, name } = plan.layer;
  const reading = stepReading(task, terms);
  const { step, masks, selections, order } = reading;
  const sumIn = (builder: CircuitBuilder): WeightedSum => {
    const vector = { ...task.inputs[0]!, wires: [], formats: reading.formats };
    return weightedSum(stageContext(task, builder, plan.layer, [vector], order), reading.allTerms);
  };
  const arithmetic = sumIn(circuitBuilder('formats'));
  const sums = accumulation(arithmetic, step, reading.sumTerms);
  const memory = memoryOf(task, reading, arithmetic, sums.isFolded ? [] : sums.starts, sums.startFormat);
  const sources = [
    { name: 'x', formats: reading.formats },
    ...(classes > 1 ? [{ name: 'class', formats: [classFormat(classes)] }] : []),
    { name: 'w', formats: memory.formats },
  ];
  const common = {
    taps,
    steps: {
      count: step.parts * step.groups,
      ...(selections !== undefined && { selections }),
      constants: { formats: memory.formats, words: memory.words },
    },
    gather: { results: plan.results, ...(order !== undefined && { order }) },
  };
  if (!sums.isFolded) {
    const { layer, result } = layerCircuit(plan.layer, sources, isUniform, (builder, ports) => {
      const own = sumIn(builder);
      const starts = ports.at(-1)!.slice(memory.weights + masks.fieldFormats.length);
      const products = stepProducts(builder, own, reading, memory, ports);
      return own.finish(products.map((each, k) => sums.total(builder, starts[k % step.units], each)));
    });
    return { ...common, circuit: { inputs: sources, layers: [layer] }, result };
  }
  const made = layerCircuit({ name: `${name}_terms`, kind }, sources, false, (builder, ports) =>
    sums.term(builder, stepProducts(builder, sumIn(builder), reading, memory, ports)),
  );
  const fold = sums.fold(`${name}_sum`, made.result.formats);
  const folded = [{ name: 'sum', formats: fold.circuit.outputs[0]!.formats }];
  const finish = layerCircuit(plan.layer, folded, isUniform, (builder, [wires]) => sumIn(builder).finish(wires!));
  return {
    ...common,
    circuit: { inputs: sources, layers: [made.layer] },
    fold,
    finish: { inputs: folded, layers: [finish.layer] },
    result: finish.result,
  };
}

/** The products of a step, a list for each output of the first window, of the second, … */
function stepProducts(
  builder: CircuitBuilder,
  sum: WeightedSum,
  { step, masks, elementAt }: StepReading,
  memory: Memory,
  ports: readonly (readonly Wire[])[],
): Wire[][] {
  const [x, w] = [ports[0]!, ports.at(-1)!];
  const which = ports.length > 2 ? ports[1]![0] : undefined;
  const fields = w.slice(memory.weights, memory.weights + masks.fieldFormats.length);
  const zero = builder.constant(0n, 0);
  return Array.from({ length: step.windows }, (_, window) => {
    const inside = Array.from({ length: step.terms }, (_term, k) =>
      masks.condition(builder, { which, fields }, window, k),
    );
    return Array.from({ length: step.units }, (_unit, j) =>
      inside.map((condition, k) => {
        const value = maskedWire(builder, condition, x[elementAt(window, k, j)]!, zero);
        return stepProduct(builder, sum, value, w[j * step.terms + k]!);
      }),
    );
  }).flat();
}
