/** A stage in the making: what its head makes of the beats, to which other layers are added. */
import {
  circuitBuilder,
  type CircuitBuilder,
  type Fold,
  type GraphInput,
  type GraphLayer,
  type Steps,
  type TapLine,
  type Wire,
} from '../../circuit/index.ts';
import { UnsupportedError } from '../../errors.ts';
import type { FixedFormat } from '../../fixed/index.ts';
import { sameFormat } from '../../fixed/index.ts';
import type { HardwareLayer } from '../hardware-layer.ts';
import { inFormats, loweringContext, type LoweringSettings } from '../lower-layer.ts';
import type { LoweringContext } from '../lowering.ts';
import { precisionRequest } from '../precision.ts';
import type { VectorType, WireVector } from '../wire-vector.ts';
import { type Edge, inCommonFormat } from './edge.ts';
import type { LayerPlan } from './plan.ts';

/** Layers in a row, with what feeds them. */
export interface Chain {
  readonly inputs: readonly GraphInput[];
  readonly layers: readonly GraphLayer[];
}

export interface StageDraft {
  readonly taps: TapLine;
  readonly steps: Steps;
  readonly circuit: Chain;
  readonly fold?: Fold;
  readonly finish?: Chain;
  readonly gather: { readonly results: number; readonly order?: readonly number[] };
  /** What one result carries. */
  readonly result: VectorType;
}

/** What a head is made from. */
export interface HeadTask {
  readonly settings: LoweringSettings;
  readonly plan: LayerPlan;
  /** What each input of the layer carries. */
  readonly inputs: readonly Edge[];
  readonly beat: JoinedBeat;
  /** Whether all elements of the result must have one format, since a later stage reads them in turn. */
  readonly isUniform: boolean;
}

/** One beat of every stream that a stage reads. */
export interface JoinedBeat {
  readonly streams: readonly string[];
  readonly formats: readonly FixedFormat[];
  /** Where the elements of a stream begin. */
  readonly first: ReadonlyMap<string, number>;
}

/** Put the beats of some streams side by side, each stream once. */
export function joinBeats(edges: readonly Edge[]): JoinedBeat {
  const first = new Map<string, number>();
  const formats: FixedFormat[] = [];
  for (const edge of edges) {
    if (first.has(edge.stream)) continue;
    first.set(edge.stream, formats.length);
    formats.push(...edge.formats);
  }
  return { streams: [...first.keys()], formats, first };
}

/** Names that inputs of a stage's circuits have. */
const portNames = ['x', 'class', 'w', 'sum'];

/** The name of a layer within a stage, where the inputs of the stage have names, too. */
export function layerName(name: string): string {
  return portNames.includes(name) ? `${name}_layer` : name;
}

/**
 * Build the circuit of one layer of a stage.
 *
 * @param sources what feeds its ports: inputs or earlier layers of the chain
 * @param isUniform whether all elements of the result get one format
 */
export function layerCircuit(
  { name, kind }: Pick<HardwareLayer, 'name' | 'kind'>,
  sources: readonly GraphInput[],
  isUniform: boolean,
  lower: (builder: CircuitBuilder, ports: readonly (readonly Wire[])[]) => WireVector,
): { readonly layer: GraphLayer; readonly result: VectorType } {
  const builder = circuitBuilder(layerName(name));
  const ports = sources.map((source, k) => {
    const port = portNames.includes(source.name) ? source.name : sources.length === 1 ? 'x' : `x${k}`;
    return builder.input(port, source.formats);
  });
  const lowered = lower(builder, ports);
  const vector = isUniform ? inFormats(builder, lowered, inCommonFormat(lowered.formats)) : lowered;
  const { wires, ...result } = vector;
  builder.output('y', wires, result.formats);
  const layer = { name: layerName(name), kind, circuit: builder.build(), inputs: sources.map((source) => source.name) };
  return { layer, result };
}

/** What the lowering of a layer gets to see in a stage, where formats for single elements are those of one result. */
export function stageContext(
  { settings, plan }: Pick<HeadTask, 'settings' | 'plan'>,
  builder: CircuitBuilder,
  layer: HardwareLayer,
  inputs: readonly WireVector[],
  order?: readonly number[],
): LoweringContext {
  const context = loweringContext(settings, builder, layer, inputs);
  const elements = resultElements(settings, plan, order);
  return elements === undefined ? context : { ...context, precision: { ...context.precision, elements } };
}

/**
 * The formats asked for the elements of one result, one by one, where there are any.
 *
 * @param order the element of the results, one after another, that is element k of a beat
 * @throws UnsupportedError where results differ in them
 */
function resultElements(
  settings: LoweringSettings,
  plan: LayerPlan,
  order?: readonly number[],
): readonly FixedFormat[] | undefined {
  const { elements } = precisionRequest(settings.network, plan.layer.name, settings.options);
  if (elements === undefined || settings.profile !== 'exact') return undefined;
  const size = plan.output[0]!.length / plan.results;
  const formats = new Array<FixedFormat>(size);
  for (const beat of plan.output) {
    beat.forEach((place, k) => {
      const at = (order?.[k] ?? k) % size;
      const format = elements[place]!;
      const known = formats[at];
      if (known === undefined) formats[at] = format;
      else if (!sameFormat(known, format)) {
        throw new UnsupportedError(
          `Layer "${plan.layer.name}" is asked for results of different formats in elements that one circuit computes in turn; with such formats it can be whole only, with reuse 1.`,
        );
      }
    });
  }
  return formats;
}
