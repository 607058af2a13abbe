/**
 * What a choice of formats does to a network: parameters that do not fit theirs, and layers whose results wrap around.
 *
 * Overflow in a wrapping accumulator is silent in hls4ml and here, as it is in hardware; these functions say where it
 * can happen and on which samples it does. A sum that wraps on the way and back again is no overflow: only a layer's
 * output counts, compared with the output of the same circuit with 64 more integer bits in every wrapping cast.
 */
import {
  type Circuit,
  type GraphLayer,
  type LayerGraph,
  roundedInterval,
  typeOfFormat,
  type Wire,
} from '../circuit/index.ts';
import { type CompileOptions, hardwareLayers } from '../compile/index.ts';
import { interpret } from '../emulation/index.ts';
import {
  type FixedFormat,
  fractionBits,
  fromDouble,
  parseFormat,
  rawRange,
  toDouble,
  isWrapping,
} from '../fixed/index.ts';
import type { Network } from '../network/index.ts';
import type { Stimulus } from './stimuli.ts';

/** How one parameter of one layer fits its format. */
export interface ParameterFit {
  readonly layer: string;
  readonly role: 'weight' | 'bias' | 'scale';
  readonly format: FixedFormat;
  /** Values a whole step or more beyond the ends of the format, which saturate or wrap. */
  readonly beyond: number;
  /** The value of largest magnitude. */
  readonly largest: number;
  /** Values that are not zero, and how many of them are zero in the format. */
  readonly nonzero: number;
  readonly vanished: number;
}

const precisionRoles = { kernel: 'weight', bias: 'bias', scale: 'scale' } as const;

/** Compare the parameters of all layers with the formats that `compileNetwork` with the same options gives them. */
export function parameterFits(network: Network, options: CompileOptions): ParameterFit[] {
  const { precision: common = 'ap_fixed<16,6>', profile = 'exact', layerPrecision = {} } = options;
  return hardwareLayers(network, profile)
    .filter(({ kind }) => kind !== 'ternaryThreshold') // its scale and bias become thresholds, without a format
    .flatMap(({ name, parameters }) => {
      const texts = { ...network.precision?.[name], ...layerPrecision[name] };
      return (Object.keys(precisionRoles) as (keyof typeof precisionRoles)[]).flatMap((key) => {
        const values = parameters[key];
        if (values === undefined || values.length === 0) return [];
        const role = precisionRoles[key];
        const text = texts[role];
        // Lists are for results only.
        const format = parseFormat(typeof text !== 'string' || text === 'auto' ? common : text);
        return [{ layer: name, role, format, ...fitOf(Array.from(values), format) }];
      });
    });
}

function fitOf(
  values: readonly number[],
  format: FixedFormat,
): Pick<ParameterFit, 'beyond' | 'largest' | 'nonzero' | 'vanished'> {
  const fraction = fractionBits(format);
  const { lo, hi } = rawRange(format);
  const above = toDouble(hi + 1n, fraction);
  const below = toDouble(lo - 1n, fraction);
  const nonzero = values.filter((value) => value !== 0);
  return {
    beyond: values.filter((value) => value >= above || value <= below).length,
    largest: values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0),
    nonzero: nonzero.length,
    vanished: nonzero.filter((value) => value < above && value > below && fromDouble(value, format) === 0n).length,
  };
}

/** Name the layers without tables in which some input within the formats makes a wrapping cast overflow. */
export function layersThatCanWrap(graph: LayerGraph): string[] {
  return graph.layers.filter(canWrap).map(({ name }) => name);
}

function canWrap({ circuit }: GraphLayer): boolean {
  return circuit.tables.length === 0 && circuit.ops.some((_, wire) => castOverflows(circuit, wire));
}

function castOverflows({ ops, types }: Circuit, wire: Wire): boolean {
  const op = ops[wire]!;
  if (op.kind !== 'cast' || !isWrapping(op.format)) return false;
  const value = roundedInterval(types[op.a]!, op.format);
  const room = typeOfFormat(op.format);
  return value.lo < room.lo || value.hi > room.hi;
}

/** A layer whose output wrapped, and on how many of the samples. */
export interface WrappedLayer {
  readonly layer: string;
  readonly samples: number;
}

/** Count the samples on which the output of a layer without tables is not what more integer bits would give. */
export function wrappedLayers(graph: LayerGraph, stimuli: readonly Stimulus[]): WrappedLayer[] {
  const wide = new Map(graph.layers.filter(canWrap).map((layer) => [layer.name, withMoreBits(layer.circuit)]));
  const counts = new Map<string, number>();
  for (const stimulus of stimuli) {
    const vectors = new Map(graph.inputs.map(({ name }, k) => [name, stimulus[k]!]));
    for (const { name, circuit, inputs } of graph.layers) {
      const given = inputs.map((input) => vectors.get(input)!);
      const output = interpret(circuit, given)[0]!;
      vectors.set(name, output);
      const unlimited = wide.has(name) ? interpret(wide.get(name)!, given)[0]! : output;
      if (unlimited.some((code, k) => code !== output[k])) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return graph.layers.flatMap(({ name: layer }) => {
    const samples = counts.get(layer);
    return samples === undefined ? [] : [{ layer, samples }];
  });
}

/** The circuit with wrapping casts that have room; the interpreter reads no intervals, so these may stay as they are. */
function withMoreBits(circuit: Circuit): Circuit {
  const ops = circuit.ops.map((op) =>
    op.kind === 'cast' && isWrapping(op.format)
      ? { ...op, format: { ...op.format, width: op.format.width + 64, integer: op.format.integer + 64 } }
      : op,
  );
  return { ...circuit, ops };
}
