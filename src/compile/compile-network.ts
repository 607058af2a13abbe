/** From a trained network and its precisions to a graph of exact circuits, one per layer. */
import { type CircuitBuilder, circuitBuilder, fitsFormat, type GraphLayer, type LayerGraph } from '../circuit/index.ts';
import { ShapeError, UnsupportedError } from '../errors.ts';
import { type FixedFormat, fractionBits, parseFormat } from '../fixed/index.ts';
import { type Network, type NetworkInput, validateNetwork } from '../network/index.ts';
import { chosenOptimizer } from './adder-options.ts';
import { hardwareLayers, hardwareOutputs } from './hardware-layer.ts';
import { lowerings } from './layers/index.ts';
import { elementFormats, type LoweringContext, resultFormat } from './lowering.ts';
import { type CompileOptions, completeOptions } from './options.ts';
import { precisionRequest, withPrecision } from './precision.ts';
import type { WireVector } from './wire-vector.ts';

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
  validateNetwork(trained);
  const network = withPrecision(trained, options.layerPrecision);
  const { profile, strategy, tableSize, softmax } = completeOptions(options);
  const adderOptimizer = chosenOptimizer(options);
  const layers = hardwareLayers(network, profile);
  const outputs = hardwareOutputs(network, layers);
  const bare = outputs.find((name) => !layers.some((layer) => layer.name === name));
  if (bare !== undefined) {
    throw new UnsupportedError(
      `Network "${network.name}" hands its input "${bare}" on without any gate; it needs at least one layer that computes.`,
    );
  }
  const carried = new Map<string, Omit<WireVector, 'wires'>>();
  const inputs = network.inputs.map((input) => {
    const formats = inputFormats(network, input, options);
    carried.set(input.name, { formats });
    return { name: input.name, formats };
  });

  const compiled = layers.map((layer): GraphLayer => {
    const builder = circuitBuilder(layer.name);
    const vectors = layer.inputs.map((name, k) => {
      const vector = carried.get(name)!;
      return { ...vector, wires: builder.input(layer.inputs.length === 1 ? 'x' : `x${k}`, vector.formats) };
    });
    const context: LoweringContext = {
      builder,
      layer,
      inputs: vectors,
      precision: precisionRequest(network, layer.name, options),
      profile,
      strategy,
      adderOptimizer,
      tableSize,
      softmax,
    };
    const lowered = lowerings[layer.kind](context);
    const { wires, ...result } = asksFormats(context) ? lowered : inFormats(builder, lowered, ports.get(layer.name));
    builder.output('y', wires, result.formats);
    carried.set(layer.name, result);
    return { name: layer.name, kind: layer.kind, circuit: builder.build(), inputs: layer.inputs };
  });
  return { name: network.name, inputs, layers: compiled, outputs };
}

/** Whether a format is asked for the result, one or one per element. */
function asksFormats(context: LoweringContext): boolean {
  return elementFormats(context) !== undefined || resultFormat(context) !== undefined;
}

/** The same values in other formats, if these hold all of them. */
function inFormats(builder: CircuitBuilder, vector: WireVector, formats: readonly FixedFormat[] = []): WireVector {
  const { wires } = vector;
  const areWide =
    formats.length === wires.length && wires.every((wire, k) => fitsFormat(builder.typeOf(wire), formats[k]!));
  if (!areWide) return vector;
  return { ...vector, wires: wires.map((wire, k) => builder.align(wire, fractionBits(formats[k]!))), formats };
}

/** One format per element of an input. */
function inputFormats(network: Network, input: NetworkInput, options: CompileOptions): FixedFormat[] {
  const elements = input.shape.reduce((a, b) => a * b, 1);
  const texts = options.inputFormats?.[input.name];
  if (texts === undefined) {
    const request = precisionRequest(network, input.name, options);
    if (request.elements !== undefined) return checkedFormats(input, elements, request.elements);
    const format = request.format('result');
    return Array.from({ length: elements }, () => format);
  }
  return checkedFormats(
    input,
    elements,
    texts.map((text) => parseFormat(text)),
  );
}

function checkedFormats(input: NetworkInput, elements: number, formats: readonly FixedFormat[]): FixedFormat[] {
  if (formats.length === elements) return [...formats];
  throw new ShapeError(
    `Input "${input.name}" has ${elements} elements, and ${formats.length} formats are given for them.`,
  );
}
