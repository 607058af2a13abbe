/**
 * Which format each role of a layer gets: asked for by the caller, else written in the network, else the default.
 *
 * hls4ml's `auto` is resolved by the layer that knows the rule (see `layers/dense.ts`); a role whose layer has no rule
 * falls back to the default, as hls4ml's inference does.
 */
import { type FixedFormat, parseFormat } from '../fixed/index.ts';
import type { LayerPrecision, Network } from '../network/index.ts';
import type { CompileOptions } from './options.ts';

export const DEFAULT_PRECISION = 'ap_fixed<16,6>';

/** Formats asked for, for one layer. */
export interface PrecisionRequest {
  /** The format of everything that has none of its own. */
  readonly fallback: FixedFormat;
  /** What was asked for the role: a format, 'auto', or undefined when nothing was said. */
  role(name: string): FixedFormat | 'auto' | undefined;
  /** The format asked for, or the fallback for 'auto' and silence. */
  format(name: string): FixedFormat;
}

/** Collect what is asked for one layer or input. */
export function precisionRequest(network: Network, layer: string, options: CompileOptions): PrecisionRequest {
  const fallback = parseFormat(options.precision ?? DEFAULT_PRECISION);
  const texts: LayerPrecision = { ...network.precision?.[layer], ...options.layerPrecision?.[layer] };
  const role = (name: string): FixedFormat | 'auto' | undefined => {
    const text = texts[name];
    return text === undefined || text === 'auto' ? text : parseFormat(text);
  };
  return {
    fallback,
    role,
    format(name) {
      const asked = role(name);
      return asked === undefined || asked === 'auto' ? fallback : asked;
    },
  };
}
