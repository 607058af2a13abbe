/**
 * Whether the parts of a folder are of one design: the network, the circuit and the top module of the Verilog.
 *
 * Parts that differ in a name, a count or a format are not two versions of one function, so there is nothing to prove
 * between them; the first disagreement is named instead.
 */
import type { GraphInput, LayerGraph } from '../../circuit/index.ts';
import { ValueError } from '../../errors.ts';
import { type FixedFormat, formatText } from '../../fixed/index.ts';
import type { Netlist } from '../../netlist/index.ts';
import { topPorts, type VerilogPort } from '../../verilog/index.ts';

/**
 * Check that a circuit has the inputs, layers and outputs of the network's own.
 *
 * @param specification - what the network of the folder compiles to
 * @throws ValueError that names the first that differs
 */
export function checkCircuitPorts(folder: string, specification: LayerGraph, circuit: LayerGraph): void {
  const difference = graphDifference(specification, circuit);
  if (difference === undefined) return;
  throw new ValueError(
    `model/circuit.json in "${folder}" is not of model/network.json with the options of model/compile.json: ${difference}.`,
  );
}

/**
 * Check that the top module that was read from the Verilog has the ports of the netlist.
 *
 * @param found - ports of the module in any order
 * @throws ValueError that names the first port that differs
 */
export function checkTopPorts(folder: string, netlist: Netlist, found: readonly VerilogPort[]): void {
  const wanted = topPorts(netlist);
  const difference =
    wanted
      .map((port) =>
        portDifference(
          port,
          found.find(({ name }) => name === port.name),
        ),
      )
      .find(isThere) ??
    found
      .filter(({ name }) => wanted.every((port) => port.name !== name))
      .map(({ name }) => `it has a port "${name}", which the circuit has not`)[0];
  if (difference === undefined) return;
  throw new ValueError(`src/${netlist.top}.v in "${folder}" is not of model/circuit.json: ${difference}.`);
}

function graphDifference(specification: LayerGraph, circuit: LayerGraph): string | undefined {
  if (circuit.name !== specification.name) {
    return `it is named "${circuit.name}", and the network "${specification.name}"`;
  }
  return (
    namesDifference('inputs', namesOf(specification.inputs), namesOf(circuit.inputs)) ??
    namesDifference('layers', namesOf(specification.layers), namesOf(circuit.layers)) ??
    namesDifference('outputs', specification.outputs, circuit.outputs) ??
    specification.inputs
      .map((input, k) => formatsDifference(`input "${input.name}"`, input, circuit.inputs[k]!))
      .find(isThere) ??
    specification.layers
      .map(
        ({ name, inputs, circuit: own }, k) =>
          namesDifference(`sources of layer "${name}"`, inputs, circuit.layers[k]!.inputs) ??
          formatsDifference(`layer "${name}"`, own.outputs[0]!, circuit.layers[k]!.circuit.outputs[0]!),
      )
      .find(isThere)
  );
}

function portDifference(wanted: VerilogPort, found: VerilogPort | undefined): string | undefined {
  if (found === undefined) return `it has no port "${wanted.name}"`;
  const text = ({ direction, width }: VerilogPort): string =>
    `${direction === 'in' ? 'an input' : 'an output'} of ${width} ${width === 1 ? 'bit' : 'bits'}`;
  if (found.direction === wanted.direction && found.width === wanted.width) return undefined;
  return `its port "${wanted.name}" is ${text(found)}, and the circuit's ${text(wanted)}`;
}

function namesDifference(what: string, wanted: readonly string[], found: readonly string[]): string | undefined {
  const text = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
  if (wanted.length === found.length && wanted.every((name, k) => name === found[k])) return undefined;
  return `its ${what} are ${text(found)}, and the network's ${text(wanted)}`;
}

function formatsDifference(
  what: string,
  wanted: { readonly formats: readonly FixedFormat[] },
  found: { readonly formats: readonly FixedFormat[] },
): string | undefined {
  if (wanted.formats.length !== found.formats.length) {
    return `its ${what} has ${found.formats.length} elements, and the network's ${wanted.formats.length}`;
  }
  const own = wanted.formats.map(formatText);
  const other = found.formats.map(formatText);
  const element = own.findIndex((format, k) => format !== other[k]);
  if (element < 0) return undefined;
  return `element ${element} of its ${what} is ${other[element]}, and the network's is ${own[element]}`;
}

function namesOf(list: readonly Pick<GraphInput, 'name'>[]): readonly string[] {
  return list.map(({ name }) => name);
}

function isThere(difference: string | undefined): difference is string {
  return difference !== undefined;
}
