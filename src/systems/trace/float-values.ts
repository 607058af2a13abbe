/**
 * The float model's value behind every hardware value.
 *
 * Hardware layers keep names of network layers, but not all network layers become hardware: batch normalization may be
 * folded into the dense layer before it, a ternary tanh merged with the normalization before it, dropout, linear and
 * reshaping layers have no gates. A hardware layer therefore stands for the last network layer whose value it carries.
 */
import type { LayerGraph } from '../../circuit/index.ts';
import { forwardLayers, type Network } from '../../network/index.ts';
import { tensor, toFlat } from '../../tensor/index.ts';

/** Float samples by input name, row-major [samples][elements]. */
export type FloatInputs = Readonly<Record<string, Float64Array>>;

/**
 * Tell which network layer (or input) each hardware layer and graph input stands for.
 *
 * @returns names of the network by names of the graph
 */
export function networkNames(network: Network, graph: LayerGraph): ReadonlyMap<string, string> {
  const kept = new Set(graph.layers.map((layer) => layer.name));
  const carrier = new Map(network.inputs.map(({ name }) => [name, name]));
  const standsFor = new Map(network.inputs.map(({ name }) => [name, name]));
  for (const layer of network.layers) {
    const name = kept.has(layer.name) ? layer.name : carrier.get(layer.inputs[0]!)!;
    carrier.set(layer.name, name);
    standsFor.set(name, layer.name);
  }
  return standsFor;
}

/** Samples that go through the float model at once, so that a convolution's windows stay in memory. */
const CHUNK = 256;

/**
 * Run the float model and return the values behind each graph input and hardware layer, [samples][elements].
 *
 * The float model computes in single precision, as it was trained.
 */
export function floatValues(
  network: Network,
  graph: LayerGraph,
  samples: number,
  inputs: FloatInputs,
): ReadonlyMap<string, Float64Array> {
  const names = networkNames(network, graph);
  const result = new Map<string, Float64Array>();
  for (const { name } of graph.inputs) result.set(name, inputs[name]!);
  for (let from = 0; from < samples; from += CHUNK) {
    const count = Math.min(CHUNK, samples - from);
    const values = forwardLayers(
      network,
      Object.fromEntries(
        network.inputs.map(({ name, shape }) => {
          const elements = shape.reduce((a, b) => a * b, 1);
          const rows = inputs[name]!.subarray(from * elements, (from + count) * elements);
          return [name, tensor(Float32Array.from(rows), [count, ...shape])];
        }),
      ),
    );
    for (const { name } of graph.layers) {
      const flat = toFlat(values.get(names.get(name)!)!.value);
      let whole = result.get(name);
      if (whole === undefined) result.set(name, (whole = new Float64Array((flat.length / count) * samples)));
      whole.set(flat, (flat.length / count) * from);
    }
  }
  return result;
}
