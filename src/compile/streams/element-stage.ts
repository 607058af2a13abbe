/**
 * Layers that work on every beat by itself, but not in one circuit for the whole beat: elements in groups where the layer
 * has a reuse factor, and parameters from a memory where they differ from step to step.
 */
import { circuitBuilder, formatOfType, type Wire } from '../../circuit/index.ts';
import type { FixedFormat } from '../../fixed/index.ts';
import type { ElementParameter } from '../layers/element-parameters.ts';
import { elementParameters, lowerings } from '../layers/index.ts';
import { beatLayer, joinedOrder } from './beat-layer.ts';
import type { LayerPlan } from './plan.ts';
import { type HeadTask, layerCircuit, stageContext, type StageDraft } from './stage-draft.ts';
import { beatPatches } from './windows.ts';

/** Make the stage. */
export function elementStage(task: HeadTask): StageDraft {
  const { plan, beat, inputs, isUniform } = task;
  const groups = plan.split.outputs;
  const firsts = inputs.map(({ stream }) => beat.first.get(stream)!);
  const sizes = plan.inputs.map((beats) => beats[0]!.length / groups);
  const selections = Array.from({ length: groups }, (_, group) =>
    sizes.flatMap((size, k) => Array.from({ length: size }, (_element, at) => firsts[k]! + group * size + at)),
  );
  const formats = selections[0]!.map((place) => beat.formats[place]!);
  const order = joinedOrder(plan, sizes);
  const layer = beatLayer(plan, sizes);
  const memory = needsMemory(plan, sizes[0]!) ? parameterMemory(task, formats) : undefined;
  const x = { name: 'x', formats };
  const sources = memory === undefined ? [x] : [x, { name: 'w', formats: memory.formats }];
  const { layer: circuit, result } = layerCircuit(layer, sources, isUniform, (builder, [wires, words]) => {
    const starts = sizes.map((_, k) => sizes.slice(0, k).reduce((a, b) => a + b, 0));
    const vectors = sizes.map((size, k) => ({
      ...inputs[k]!,
      wires: wires!.slice(starts[k]!, starts[k]! + size),
      formats: formats.slice(starts[k]!, starts[k]! + size),
    }));
    const context = stageContext(task, builder, layer, vectors, order);
    return lowerings[layer.kind](memory === undefined ? context : { ...context, memory: memory.byRole(words!) });
  });
  return {
    taps: beatPatches(plan.inputs[0]!.length, []).taps,
    steps: {
      count: groups,
      ...(groups > 1 && { selections }),
      ...(memory !== undefined && { constants: { formats: memory.formats, words: memory.words } }),
    },
    circuit: { inputs: sources, layers: [circuit] },
    gather: { results: groups, ...(order !== undefined && { order }) },
    result,
  };
}

/** Whether the parameters of an element differ from step to step. */
function needsMemory({ kind, changesParameters, inputs, parameterCount }: LayerPlan, size: number): boolean {
  if (kind !== 'parameters') return false;
  return (
    changesParameters ||
    inputs[0]![0]!.some((place, k, places) => place % parameterCount !== places[k % size]! % parameterCount)
  );
}

/** The parameters of every step, as words beside the elements. */
interface ParameterMemory {
  readonly formats: readonly FixedFormat[];
  readonly words: readonly (readonly bigint[])[];
  readonly byRole: (words: readonly Wire[]) => Readonly<Record<string, readonly Wire[]>>;
}

function parameterMemory(task: HeadTask, formats: readonly FixedFormat[]): ParameterMemory {
  const { layer, inputs, split } = task.plan;
  const vector = { ...task.inputs[0]!, wires: [], formats };
  const parameters = elementParameters[layer.kind]!(stageContext(task, circuitBuilder('formats'), layer, [vector]));
  const size = formats.length;
  const words = inputs[0]!.flatMap((places) =>
    Array.from({ length: split.outputs }, (_, group) =>
      parameters.flatMap(({ codes }) =>
        places.slice(group * size, (group + 1) * size).map((place) => codes[place % codes.length]!),
      ),
    ),
  );
  return {
    formats: parameters.flatMap((parameter) => new Array<FixedFormat>(size).fill(formatOfCodes(parameter))),
    words,
    byRole: (wires) =>
      Object.fromEntries(parameters.map(({ role }, k) => [role, wires.slice(k * size, (k + 1) * size)])),
  };
}

/** The smallest format that holds all codes of a parameter. */
function formatOfCodes({ codes, fraction }: ElementParameter): FixedFormat {
  const lo = codes.reduce((least, code) => (code < least ? code : least), 0n);
  const hi = codes.reduce((most, code) => (code > most ? code : most), 0n);
  return formatOfType({ lo, hi, fraction });
}
