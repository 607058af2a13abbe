/** From a trained network and its precisions to a graph of exact circuits, one per layer. */
import type { GraphLayer, LayerGraph } from '../circuit/index.ts';
import type { FixedFormat } from '../fixed/index.ts';
import type { Network } from '../network/index.ts';
import { hardwareNetwork } from './hardware-network.ts';
import { inputFormats } from './input-formats.ts';
import { lowerLayer } from './lower-layer.ts';
import type { CompileOptions } from './options.ts';
import type { VectorType } from './wire-vector.ts';

/**
 * Compile a network to circuits.
 *
 * The left wing ends here: what leaves holds integers, formats and wires only.
 *
 * An exact result that nobody asked a format for gets the narrowest that its adders can prove, so it depends on the
 * strategy. `ports` names formats for such results by layer; they are taken where they hold every value.
 *
 * @throws ShapeError, ValueError, FormatError or UnsupportedError with the layer's name
 */
export function compileNetwork(
  trained: Network,
  options: CompileOptions = {},
  ports: ReadonlyMap<string, readonly FixedFormat[]> = new Map(),
): LayerGraph {
  const { settings, layers, outputs } = hardwareNetwork(trained, options);
  const { network } = settings;
  const carried = new Map<string, VectorType>();
  const inputs = network.inputs.map((input) => {
    const formats = inputFormats(network, input, options);
    carried.set(input.name, { formats });
    return { name: input.name, formats };
  });
  const compiled = layers.map((layer): GraphLayer => {
    const vectors = layer.inputs.map((name) => carried.get(name)!);
    const { circuit, result } = lowerLayer(settings, layer, vectors, ports.get(layer.name));
    carried.set(layer.name, result);
    return { name: layer.name, kind: layer.kind, circuit, inputs: layer.inputs };
  });
  return { name: network.name, inputs, layers: compiled, outputs };
}
