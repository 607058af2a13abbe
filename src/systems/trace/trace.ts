/**
 * Every intermediate value of a network three times, side by side: in floats, in fixed point, and in the simulated RTL.
 *
 * Fixed-point values are those of the layers' circuits. Every cast is watched with its exact operand, because that is
 * where values are lost: rounded, saturated, or, silently, wrapped around.
 */
import type { GraphLayer, LayerGraph } from '../../circuit/index.ts';
import { formatOfType } from '../../circuit/index.ts';
import { ShapeError, ValueError } from '../../errors.ts';
import {
  decodeDouble,
  type FixedFormat,
  formatText,
  fractionBits,
  fromDouble,
  rawRange,
  sameFormat,
  toDouble,
} from '../../fixed/index.ts';
import type { Network } from '../../network/index.ts';
import { formatsText } from './formats-text.ts';
import { type CastCollector, castCollector, type CastStatistics, neededInteger } from './cast-statistics.ts';
import { type CastSite, castSites } from './cast-sites.ts';
import { type FloatInputs, floatValues, networkNames } from './float-values.ts';
import { type Differences, type LayerTrace, LOST, type Trace } from './layer-trace.ts';
import { type Codes, observeCircuit } from './observed-circuit.ts';
import { type RtlValues, rtlValues, type TracedPipeline } from './rtl-values.ts';

/** What to trace besides the float and the fixed-point model. */
export interface TraceOptions {
  /** The clocked netlist of the graph, to be simulated. @defaultValue none */
  readonly rtl?: TracedPipeline;
  /** Name of the numerics profile, for the record. @defaultValue 'exact' */
  readonly profile?: string;
}

/** Operands held at once, so that the casts of large layers stay in memory. */
const OPERANDS = 4_000_000;

/**
 * Trace samples through a network and the graph compiled from it.
 *
 * @param inputs - float samples by input name, row-major [samples][elements]
 * @throws ShapeError or ValueError for samples that do not fit the inputs or are not finite
 */
export function traceNetwork(
  network: Network,
  graph: LayerGraph,
  inputs: FloatInputs,
  options: TraceOptions = {},
): Trace {
  const samples = countSamples(graph, inputs);
  const floats = floatValues(network, graph, samples, inputs);
  const names = networkNames(network, graph);
  const codes = new Map<string, Codes>();
  const drafts: Draft[] = [];
  for (const input of graph.inputs) {
    const draft = traceInput(input.name, input.formats, inputs[input.name]!, samples);
    codes.set(input.name, draft.codes);
    drafts.push(draft);
  }
  for (const layer of graph.layers) {
    const draft = traceLayer(
      layer,
      layer.inputs.map((name) => codes.get(name)!),
      samples,
    );
    codes.set(layer.name, draft.codes);
    drafts.push(draft);
  }
  const row = (name: string, sample: number): bigint[] => {
    const { formats } = drafts.find((draft) => draft.name === name)!;
    return formats.map((_, element) => BigInt(codes.get(name)![sample * formats.length + element]!));
  };
  const stimuli = Array.from({ length: samples }, (_, sample) => graph.inputs.map(({ name }) => row(name, sample)));
  const { rtl } = options;
  const simulated = rtl === undefined ? null : rtlValues(rtl, stimuli, row);
  return {
    model: network.name,
    profile: options.profile ?? 'exact',
    samples,
    layers: drafts.map((draft) =>
      finish(draft, floats.get(draft.name)!, names.get(draft.name) ?? draft.name, samples, simulated),
    ),
    rtl:
      simulated === null
        ? null
        : {
            latencyCycles: simulated.latencyCycles,
            periodNs: rtl!.schedule.periodNs,
            compared: simulated.compared,
          },
  };
}

function countSamples(graph: LayerGraph, inputs: FloatInputs): number {
  let samples: number | undefined;
  for (const { name, formats } of graph.inputs) {
    const values = inputs[name];
    const rows = (values?.length ?? 0) / formats.length;
    if (values === undefined || !Number.isInteger(rows) || rows < 1 || (samples !== undefined && rows !== samples)) {
      throw new ShapeError(
        `Input "${name}" of the trace has ${values?.length ?? 'no'} numbers; it takes ${formats.length} per sample${samples === undefined ? ' and at least one sample' : `, and there are ${samples} samples`}.`,
      );
    }
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new ValueError(
        `Input "${name}" of the trace has ${values[bad]} in sample ${Math.floor(bad / formats.length)}, element ${bad % formats.length}; samples must be finite numbers.`,
      );
    }
    samples = rows;
  }
  return samples!;
}

/** One input or layer before it is compared. */
interface Draft {
  readonly name: string;
  readonly kind: string;
  readonly formats: readonly FixedFormat[];
  /** Whether somebody asked for the formats, so that another can be suggested. */
  readonly asked: boolean;
  readonly codes: Codes;
  readonly exact: Float64Array;
  readonly casts: readonly CastStatistics[];
  readonly lost: Uint8Array;
}

function traceInput(name: string, formats: readonly FixedFormat[], values: Float64Array, samples: number): Draft {
  const collectors = new Map<string, CastCollector>();
  const sites = formats.map((format, element) => {
    const key = formatText(format);
    let collector = collectors.get(key);
    if (collector === undefined) {
      collectors.set(key, (collector = castCollector('input', false, format, samples, formats.length)));
    }
    return collector.floatingSite({ elements: [element], rectifies: false });
  });
  const codes = Array.from(values, (value, k) => {
    const element = k % formats.length;
    const { raw, fraction } = decodeDouble(value);
    sites[element]!(Math.floor(k / formats.length), raw, fraction);
    return fromDouble(value, formats[element]!);
  });
  return {
    name,
    kind: 'input',
    formats,
    asked: true,
    codes,
    exact: values,
    ...collected([...collectors.values()], samples * formats.length),
  };
}

function traceLayer(layer: GraphLayer, inputs: readonly Codes[], samples: number): Draft {
  const { circuit, kind, name } = layer;
  const { formats, wires } = circuit.outputs[0]!;
  const sites = castSites(circuit, kind);
  const observed = observeCircuit(circuit, sites);
  const collectors = new Map<string, CastCollector>();
  const record = sites.map((site, k) => {
    const key = `${site.role} ${site.modular} ${formatText(site.format)}`;
    let collector = collectors.get(key);
    if (collector === undefined) {
      collectors.set(key, (collector = castCollector(site.role, site.modular, site.format, samples, formats.length)));
    }
    return collector.site(site, observed.fractions[k]!, observed.widths[k]!);
  });
  const shown = exactSites(sites, formats.length);
  const exact = new Float64Array(samples * formats.length).fill(NaN);
  const parts: Codes[] = [];
  const step = Math.max(4, Math.floor(OPERANDS / Math.max(1, sites.length) / 4) * 4);
  for (let from = 0; from < samples; from += step) {
    const count = Math.min(step, samples - from);
    const rows = inputs.map((codes, k) => {
      const width = circuit.inputs[k]!.wires.length;
      return codes.slice(from * width, (from + count) * width);
    });
    const { output, operands } = observed.run(count, rows);
    parts.push(output);
    for (let sample = 0; sample < count; sample++) {
      for (const [k, add] of record.entries()) add(from + sample, operands[sample * sites.length + k]!);
      for (const [element, site] of shown.entries()) {
        if (site < 0) continue;
        const raw = operands[sample * sites.length + site]!;
        exact[(from + sample) * formats.length + element] = toDouble(BigInt(raw), observed.fractions[site]!);
      }
    }
  }
  // A format that nobody asked for is the narrowest of its wire's interval.
  const asked = formats.some((format, k) => !sameFormat(format, formatOfType(circuit.types[wires[k]!]!)));
  return {
    name,
    kind,
    formats,
    asked: asked || sites.some((site) => (site.role === 'result' || site.role === 'accumulator') && !site.rectifies),
    codes: parts.length === 1 ? parts[0]! : parts.flatMap((part) => Array.from(part, BigInt)),
    exact,
    ...collected([...collectors.values()], samples * formats.length),
  };
}

/** What the collectors found, and which values were lost. */
function collected(collectors: readonly CastCollector[], values: number): Pick<Draft, 'casts' | 'lost'> {
  const lost = new Uint8Array(values);
  const casts = collectors.map((collector) => {
    const found = collector.result();
    const hit = collector.lost();
    const bit = found.overflow.events > 0 ? LOST.overflow : LOST.saturation;
    // A wrapped partial sum loses nothing by itself, and tables clamp by design.
    const isLoss = !found.modular && !(found.role === 'table' && bit === LOST.saturation);
    if (hit !== null && isLoss) for (const [k, isHit] of hit.entries()) if (isHit === 1) lost[k]! |= bit;
    return found;
  });
  return { casts, lost };
}

/** Per element the site whose operand is the element's exact value: its accumulator, else its result; −1 for none. */
function exactSites(sites: readonly CastSite[], elements: number): Int32Array {
  const found = new Int32Array(elements).fill(-1);
  for (const role of ['accumulator', 'result'] as const) {
    const own = new Map<number, number>();
    for (const [k, site] of sites.entries()) {
      if (site.role !== role || site.modular) continue;
      for (const element of site.elements) own.set(element, own.has(element) ? -1 : k);
    }
    for (const [element, site] of own) if (found[element] === -1) found[element] = site;
  }
  return found;
}

function finish(
  draft: Draft,
  float: Float64Array,
  standsFor: string,
  samples: number,
  simulated: RtlValues | null,
): LayerTrace {
  const { name, kind, formats, codes } = draft;
  const elements = formats.length;
  const first = formats[0]!;
  const uniform = formats.every((format) => format === first || sameFormat(format, first));
  // hls4ml's binary activations: codes 0 and 1 of one unsigned bit stand for −1 and 1.
  const binary = kind === 'binaryTanh' && uniform && !first.signed && first.width === 1;
  const fractions = formats.map(fractionBits);
  const fixed = Float64Array.from({ length: samples * elements }, (_, k) => {
    const value = toDouble(BigInt(codes[k]!), fractions[k % elements]!);
    return binary ? 2 * value - 1 : value;
  });
  const ends = uniform ? rawRange(first) : null;
  const constant = constantElements(fixed, samples, elements);
  const varies = new Set(constantElements(float, samples, elements));
  const [low, high] = extremes(fixed);
  const [floatLow, floatHigh] = extremes(float);
  return {
    name,
    kind,
    standsFor,
    elements,
    formats: formatsText(formats),
    format: uniform ? formatText(first) : null,
    asked: draft.asked,
    fractions,
    difference: differences(float, fixed, fractions, samples),
    casts: draft.casts,
    low,
    high,
    floatLow,
    floatHigh,
    range: ends === null ? null : [toDouble(ends.lo, fractions[0]!), toDouble(ends.hi, fractions[0]!)],
    couldBe: uniform && draft.asked && !binary && samples > 1 ? narrower(first, draft) : null,
    constant,
    constantInFixedOnly: constant.filter((element) => !varies.has(element)),
    stage: simulated?.stages.get(name) ?? null,
    rtlDifferences: simulated === null ? null : (simulated.differences.get(name) ?? []),
    // Samples are given to the RTL as they are: an input's elements are all there.
    rtlBuilt: simulated === null ? null : (simulated.read.get(name) ?? formats.map(() => true)),
    values: { float, fixed, codes, exact: draft.exact, lost: draft.lost },
  };
}

function differences(
  float: Float64Array,
  fixed: Float64Array,
  fractions: readonly number[],
  samples: number,
): Differences {
  const elements = fractions.length;
  const units = fractions.map((fraction) => 2 ** fraction);
  let [max, sum, squares, maxLsb, sumLsb, squaresLsb, worst] = [0, 0, 0, 0, 0, 0, 0];
  for (let k = 0; k < float.length; k++) {
    const absolute = Math.abs(float[k]! - fixed[k]!);
    const lsb = absolute * units[k % elements]!;
    sum += absolute;
    squares += absolute * absolute;
    sumLsb += lsb;
    squaresLsb += lsb * lsb;
    maxLsb = Math.max(maxLsb, lsb);
    if (absolute > max) [max, worst] = [absolute, k];
  }
  const count = samples * elements;
  return {
    max,
    mean: sum / count,
    rms: Math.sqrt(squares / count),
    maxLsb,
    meanLsb: sumLsb / count,
    rmsLsb: Math.sqrt(squaresLsb / count),
    worst: { sample: Math.floor(worst / elements), element: worst % elements },
  };
}

function extremes(values: Float64Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function constantElements(values: Float64Array, samples: number, elements: number): number[] {
  if (samples < 2) return [];
  return Array.from({ length: elements }, (_, element) => element).filter((element) => {
    for (let k = element + elements; k < values.length; k += elements) if (values[k] !== values[element]) return false;
    return true;
  });
}

/** The format with the integer bits that the outputs needed, before overflow where one was seen; null if it is this. */
function narrower(format: FixedFormat, { casts, codes }: Draft): string | null {
  let [lo, hi] = [BigInt(codes[0]!), BigInt(codes[0]!)];
  for (const code of codes) {
    const raw = BigInt(code);
    if (raw < lo) lo = raw;
    if (raw > hi) hi = raw;
  }
  const text = formatText(format);
  const lost = casts.filter((group) => group.format === text && !group.modular && isOutside(group));
  const integer = Math.max(neededInteger(lo, hi, format), ...lost.map((group) => group.neededInteger));
  const width = integer + fractionBits(format);
  return integer === format.integer || width < 1 ? null : formatText({ ...format, width, integer });
}

/** Tell whether any value was outside the format. */
function isOutside({ overflow, saturation }: CastStatistics): boolean {
  return overflow.events + saturation.events > 0;
}
