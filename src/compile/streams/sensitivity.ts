/**
 * Layers whose roundings follow the formats of what they read.
 *
 * An exact result that nobody asked a format for has the format that its circuit can prove, and a stage's circuit proves
 * other ones than the unrolled network's. Nearly all layers do not mind, since values are the same. Those that do are
 * told here, so that they can be refused where the formats are not those of the unrolled network.
 */
import { UnsupportedError } from '../../errors.ts';
import type { HardwareKind, HardwareLayer } from '../hardware-layer.ts';
import type { LoweringSettings } from '../lower-layer.ts';
import { precisionRequest } from '../precision.ts';
import { MAX_EXACT_ENTRIES } from '../tables.ts';
import type { ResultType } from './edge.ts';

/** Kinds that tabulate every code of a narrow input, and round a wide one first. */
const tabulated: readonly HardwareKind[] = ['elu', 'selu', 'sigmoid', 'softplus', 'softsign', 'tanh'];

/**
 * Refuse a layer that rounds by formats that are not those of the unrolled network.
 *
 * @throws UnsupportedError naming the layer and what it reads
 */
export function checkFormats(settings: LoweringSettings, layer: HardwareLayer, inputs: readonly ResultType[]): void {
  const unsure = inputs.findIndex(({ isAsUnrolled }) => !isAsUnrolled);
  if (unsure < 0 || !followsFormats(settings, layer, inputs)) return;
  throw new UnsupportedError(
    `Layer "${layer.name}" (${layer.kind}) rounds by the format of what it reads, and "${layer.inputs[unsure]}" has no format of its own in this schedule; ask for one format of its result.`,
  );
}

function followsFormats(
  { network, options, profile }: LoweringSettings,
  { name, kind, attributes, inputs: sources, inputShapes }: HardwareLayer,
  inputs: readonly ResultType[],
): boolean {
  if (profile === 'hls4ml') return true;
  const precision = precisionRequest(network, name, options);
  if (tabulated.includes(kind)) {
    return inputs.some(({ formats }) => formats.some(({ width }) => 2n ** BigInt(width) > MAX_EXACT_ENTRIES));
  }
  if (kind === 'prelu' || kind === 'thresholdedRelu') return precision.role('param') === 'auto';
  if (attributes['operation'] !== 'average') return false;
  // A mean that is not rounded to a format is cut off below the digits of its input.
  const { result } = network.precision?.[name] ?? {};
  const isAsked = result !== undefined && result !== 'auto' && precision.elements === undefined;
  const counts = kind === 'merge' ? [sources.length] : meanCounts(attributes, inputShapes[0]!);
  return !isAsked && counts.some((count) => !Number.isInteger(Math.log2(count)));
}

/** By how many cells a pooling may divide. */
function meanCounts(attributes: HardwareLayer['attributes'], shape: readonly number[]): readonly number[] {
  const size = attributes['size'] as readonly number[] | undefined;
  const cells = (size ?? shape.slice(0, -1)).reduce((a, b) => a * b, 1);
  const isPartial = attributes['padding'] === 'same' && attributes['countPadding'] !== true;
  return isPartial ? Array.from({ length: cells }, (_, k) => k + 1) : [cells];
}
