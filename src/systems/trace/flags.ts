/** What a reader of a trace must not miss, one sentence each, the worst first. */
import { formatNumber } from '../../report/index.ts';
import type { CastStatistics, Occurrences } from './cast-statistics.ts';
import type { LayerTrace, Trace } from './layer-trace.ts';

/**
 * - `mismatch`: the simulated RTL differs from the circuit.
 * - `overflow`: a value wrapped around. `saturation`: a value was clipped.
 * - `constant`: an output never changes. `range`: a format could have other integer bits.
 */
export type FlagKind = 'mismatch' | 'overflow' | 'saturation' | 'constant' | 'range';

/** One remark on one layer. */
export interface Flag {
  readonly kind: FlagKind;
  readonly layer: string;
  readonly text: string;
}

const order: readonly FlagKind[] = ['mismatch', 'overflow', 'saturation', 'constant', 'range'];

/** Write the remarks on a trace. */
export function flagsOf(trace: Trace): Flag[] {
  // Behind values that were lost, small values prove nothing about a format.
  const firstLoss = trace.layers.findIndex((layer) =>
    layer.casts.some((group) => group.role !== 'table' && lost(group) > 0),
  );
  const flags = trace.layers.flatMap((layer, k) => layerFlags(layer, trace.samples, firstLoss < 0 || k <= firstLoss));
  return order.flatMap((kind) => flags.filter((flag) => flag.kind === kind));
}

function layerFlags(layer: LayerTrace, samples: number, isTrusted: boolean): Flag[] {
  const flags: Flag[] = [];
  const add = (kind: FlagKind, text: string): void => {
    flags.push({ kind, layer: layer.name, text: `${layer.name}: ${text}` });
  };
  const [wrong] = layer.rtlDifferences ?? [];
  if (wrong !== undefined) {
    add(
      'mismatch',
      `the simulated RTL differs from the circuit in ${layer.rtlDifferences!.length} values, first in element ${wrong.element} of sample ${wrong.sample} at cycle ${wrong.cycle} (${wrong.found}, must be ${wrong.expected})`,
    );
  }
  for (const group of layer.casts) {
    // A table clamps its argument by design: its ends are its asymptotes.
    if (!group.modular && group.overflow.events > 0) add('overflow', lossText(layer, group, group.overflow, samples));
    if (group.role !== 'table' && group.saturation.events > 0) {
      add('saturation', lossText(layer, group, group.saturation, samples));
    }
  }
  if (layer.constant.length > 0 && layer.kind !== 'input') {
    const count = layer.constant.length;
    const only = layer.constantInFixedOnly;
    const also =
      only.length === 0
        ? 'as in floats'
        : `${only.length === count ? 'all' : only.length} only in fixed point (${listText('element', only)})`;
    add(
      'constant',
      `${countText(count, layer)} ${count === 1 ? 'is' : 'are'} constant over ${samples} samples, ${also}`,
    );
  }
  if (layer.couldBe !== null) {
    const isTooNarrow = layer.casts.some((group) => group.format === layer.format && lost(group) > 0);
    const used = `values ${formatNumber(layer.low)} to ${formatNumber(layer.high)}, range ${rangeText(layer.range!)}`;
    if (isTooNarrow) {
      add('range', `${layer.format} would have to be ${layer.couldBe} to hold every value of these samples`);
    } else if (isTrusted) {
      add('range', `${layer.format} could be ${layer.couldBe} on these samples (${used})`);
    }
  }
  return flags;
}

const lost = ({ modular, overflow, saturation }: CastStatistics): number =>
  modular ? 0 : overflow.events + saturation.events;

function lossText(layer: LayerTrace, group: CastStatistics, loss: Occurrences, samples: number): string {
  const isOne = loss.elements === 1;
  const verb = loss === group.overflow ? `overflow${isOne ? 's' : ''}` : `${isOne ? 'is' : 'are'} clipped by`;
  const what = group.role === 'table' ? 'the table input ' : group.role === 'internal' ? 'an intermediate ' : '';
  const largest = Math.max(Math.abs(group.low), Math.abs(group.high));
  const where = `${what}${group.format} in ${loss.samples} of ${samples} samples`;
  return `${countText(loss.elements, layer)} ${verb} ${where} (largest |value| ${formatNumber(largest)}, range ${rangeText(group.range)})`;
}

function countText(count: number, layer: LayerTrace): string {
  const noun = layer.kind === 'dense' ? 'neuron' : layer.kind === 'input' ? 'element' : 'output';
  return `${count} of ${layer.elements} ${noun}${layer.elements === 1 ? '' : 's'}`;
}

/** Elements by number, the first few of many. */
function listText(noun: string, elements: readonly number[]): string {
  const shown = elements.slice(0, 6).join(', ');
  return `${noun}${elements.length === 1 ? '' : 's'} ${shown}${elements.length > 6 ? ', …' : ''}`;
}

/** `±32` where the ends differ by their last bit at most, else both ends. */
export function rangeText([low, high]: readonly [number, number]): string {
  const isSymmetric = low < 0 && high > 0 && high >= -low / 2 && high <= -low;
  return isSymmetric ? `±${formatNumber(-low)}` : `${formatNumber(low)} to ${formatNumber(high)}`;
}
