/**
 * Which format each role of a layer gets: asked for by the caller, else written in the network, else the default.
 *
 * hls4ml's `auto` is resolved by the layer that knows the rule (see `layers/dense.ts`); a role whose layer has no rule
 * falls back to the default, as hls4ml's inference does.
 */
import { UnsupportedError, ValueError } from '../errors.ts';
import { type FixedFormat, parseFormat } from '../fixed/index.ts';
import type { LayerPrecision, Network } from '../network/index.ts';
import { type CompileOptions, DEFAULT_PRECISION } from './options.ts';

/** Formats asked for, for one layer. */
export interface PrecisionRequest {
  /** The format of everything that has none of its own. */
  readonly fallback: FixedFormat;
  /** Formats asked for element by element of the result; undefined where one holds for all of them, or none is asked. */
  readonly elements: readonly FixedFormat[] | undefined;
  /**
   * What was asked for the role: a format, 'auto', or undefined when nothing was said.
   *
   * @throws UnsupportedError where there is a list, since whoever asks this needs one format
   */
  role(name: string): FixedFormat | 'auto' | undefined;
  /** The format asked for, or the fallback for 'auto' and silence. */
  format(name: string): FixedFormat;
}

/**
 * Write the precisions asked for over the network's own.
 *
 * @throws ValueError if a name is neither a layer nor an input of the network
 */
export function withPrecision(network: Network, asked: CompileOptions['layerPrecision'] = {}): Network {
  const known = [...network.inputs, ...network.layers].map(({ name }) => name);
  const unknown = Object.keys(asked).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ValueError(
      `Precision is given for "${unknown}", which network "${network.name}" does not have; it has ${known.join(', ')}.`,
    );
  }
  const merged = known
    .map((name) => [name, { ...network.precision?.[name], ...asked[name] }] as const)
    .filter(([, roles]) => Object.keys(roles).length > 0);
  return { ...network, precision: Object.fromEntries(merged) };
}

/** Collect what is asked for one layer or input. */
export function precisionRequest(network: Network, layer: string, options: CompileOptions): PrecisionRequest {
  const fallback = parseFormat(options.precision ?? DEFAULT_PRECISION);
  const texts: LayerPrecision = network.precision?.[layer] ?? {};
  const role = (name: string): FixedFormat | 'auto' | undefined => {
    const text = texts[name];
    if (text === undefined || text === 'auto') return text;
    if (typeof text === 'string') return parseFormat(text);
    throw new UnsupportedError(
      `Role "${name}" of "${layer}" has a list of ${text.length} formats; only results may have one, in the exact profile and of kinds that round nowhere else.`,
    );
  };
  const { result } = texts;
  return {
    fallback,
    elements: typeof result === 'object' ? result.map((text) => parseFormat(text)) : undefined,
    role,
    format(name) {
      const asked = role(name);
      return asked === undefined || asked === 'auto' ? fallback : asked;
    },
  };
}
