/** Which ports of somebody else's top module are the inputs and outputs of a model. */
import type { LayerGraph } from '../../circuit/index.ts';
import { ValueError } from '../../errors.ts';
import { busWidth, CLOCK, identifier, RESET, VALID_IN, VALID_OUT } from '../../netlist/index.ts';
import type { VerilogPort } from '../../verilog/index.ts';

export interface ForeignPorts {
  /** Port of each graph input, and of each graph output. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

interface Vector {
  readonly name: string;
  readonly width: number;
}

/**
 * Match ports and vectors: by name where all names are there, else in their order.
 *
 * @throws ValueError if there are more or fewer of them, or one has another width
 */
export function matchPorts(graph: LayerGraph, top: string, ports: readonly VerilogPort[]): ForeignPorts {
  const data = ports.filter(({ name }) => ![CLOCK, RESET, VALID_IN, VALID_OUT].includes(name));
  const formats = (layer: string): Vector['width'] =>
    busWidth(graph.layers.find(({ name }) => name === layer)!.circuit.outputs[0]!.formats);
  return {
    inputs: match(
      'input',
      top,
      graph.inputs.map((input) => ({ name: input.name, width: busWidth(input.formats) })),
      data.filter(({ direction }) => direction === 'in'),
    ),
    outputs: match(
      'output',
      top,
      graph.outputs.map((name) => ({ name, width: formats(name) })),
      data.filter(({ direction }) => direction === 'out'),
    ),
  };
}

function match(
  kind: 'input' | 'output',
  top: string,
  vectors: readonly Vector[],
  ports: readonly VerilogPort[],
): readonly string[] {
  const list = (items: readonly Vector[]): string =>
    items.length === 0 ? 'none' : items.map(({ name, width }) => `${name} (${width} bits)`).join(', ');
  if (vectors.length !== ports.length) {
    throw new ValueError(
      `Module "${top}" has ${ports.length} data ${kind}s: ${list(ports)}; the model has ${vectors.length}: ${list(vectors)}.`,
    );
  }
  const named = vectors.map(({ name }) => ports.find((port) => port.name === identifier(name)));
  const chosen = named.every((port) => port !== undefined) ? named : ports;
  vectors.forEach(({ name, width }, k) => {
    if (chosen[k]!.width === width) return;
    throw new ValueError(
      `Port ${chosen[k]!.name} of module "${top}" has ${chosen[k]!.width} bits; ${kind} "${name}" of the model has ${width}.`,
    );
  });
  return chosen.map((port) => port!.name);
}
