/**
 * A whole circuit as one combinational module: what its pipeline computes, without the clock.
 *
 * Ports are flattened buses, element 0 in the least significant bits, each element as wide as its format. Used as the
 * reference of the pipelined form and wherever a circuit is small enough to stand between two registers.
 */
import { isSigned, widthOf } from '../circuit/index.ts';
import type { Circuit, Port } from '../circuit/index.ts';
import { busWidth, elementBit } from './bus.ts';
import { identifier } from './identifiers.ts';
import { lowerOperation } from './lower-operation.ts';
import { moduleBuilder } from './module-builder.ts';
import type { ModuleBuilder } from './module-builder.ts';
import type { Module, Net } from './netlist.ts';
import { fitWord } from './words.ts';

/** Cut element `index` out of a flattened bus, in `width` bits (at most those of its format). */
export function busElement(
  builder: ModuleBuilder,
  bus: Net,
  port: Pick<Port, 'formats'>,
  index: number,
  width: number,
): Net {
  const lsb = elementBit(port.formats, index);
  return builder.slice(bus, lsb, Math.min(width, port.formats[index]!.width));
}

/** Join the words of an output port into a flattened bus, each extended to the width of its format. */
export function joinBus(builder: ModuleBuilder, circuit: Circuit, port: Port, net: (element: number) => Net): Net {
  const words = port.wires.map((wire, k) =>
    fitWord(builder, { net: net(k), signed: isSigned(circuit.types[wire]!) }, port.formats[k]!.width),
  );
  return builder.concat(words.toReversed());
}

/**
 * Lower a circuit to one combinational module with the circuit's port names.
 *
 * @param name of the module
 * @defaultValue `name`: the circuit's name as an identifier
 */
export function lowerCircuit(circuit: Circuit, name: string = identifier(circuit.name)): Module {
  const builder = moduleBuilder(name, `${circuit.name}, combinational`);
  const buses = circuit.inputs.map((port) => builder.input(identifier(port.name), busWidth(port.formats)));
  for (const port of circuit.outputs) builder.reserve(identifier(port.name));
  const nets: Net[] = [];
  circuit.ops.forEach((_, wire) => {
    const net = lowerOperation(
      builder,
      circuit,
      wire,
      (operand) => nets[operand]!,
      (port, index) => busElement(builder, buses[port]!, circuit.inputs[port]!, index, widthOf(circuit.types[wire]!)),
    );
    nets.push(net);
    const label = circuit.labels[wire];
    if (label !== undefined) builder.name(net, label);
  });
  for (const port of circuit.outputs) {
    builder.output(
      port.name,
      joinBus(builder, circuit, port, (k) => nets[port.wires[k]!]!),
    );
  }
  return builder.build();
}
