/** Where the left wing ends: a network, checked, as its hardware layers and what they are lowered with. */
import { UnsupportedError } from '../errors.ts';
import { type Network, validateNetwork } from '../network/index.ts';
import { type HardwareLayer, hardwareLayers, hardwareOutputs } from './hardware-layer.ts';
import { type LoweringSettings, loweringSettings } from './lower-layer.ts';
import type { CompileOptions } from './options.ts';
import { withPrecision } from './precision.ts';

export interface HardwareNetwork {
  readonly settings: LoweringSettings;
  /** In topological order. */
  readonly layers: readonly HardwareLayer[];
  /** Names of the hardware layers whose results are the outputs. */
  readonly outputs: readonly string[];
}

/**
 * Check a network and list its hardware layers.
 *
 * @throws ValueError or ShapeError for a broken network, UnsupportedError for an output without any gate
 */
export function hardwareNetwork(trained: Network, options: CompileOptions): HardwareNetwork {
  validateNetwork(trained);
  const network = withPrecision(trained, options.layerPrecision);
  const settings = loweringSettings(network, options);
  const layers = hardwareLayers(network, settings.profile);
  const outputs = hardwareOutputs(network, layers);
  const bare = outputs.find((name) => !layers.some((layer) => layer.name === name));
  if (bare !== undefined) {
    throw new UnsupportedError(
      `Network "${network.name}" hands its input "${bare}" on without any gate; it needs at least one layer that computes.`,
    );
  }
  return { settings, layers, outputs };
}
