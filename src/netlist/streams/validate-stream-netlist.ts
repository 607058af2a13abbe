/** Checks the contract of stream designs that can be read off the netlist, without running it. */
import { ShapeError } from '../../errors.ts';
import { busWidth } from '../bus.ts';
import { combinationalPaths, findModule } from '../hierarchy.ts';
import type { Module, ModulePort } from '../netlist.ts';
import { type StreamNetlist, readyPort, validPort } from './stream-netlist.ts';

/** Nets that the module of a FIFO names; all have one bit but the count. */
const FIFO_NETS = ['count', 'in_valid', 'out_valid', 'out_ready'] as const;

/**
 * Check ports, widths and FIFOs of a stream design, and that no ready follows its own valid within a cycle. The netlist
 * itself is checked by `validateNetlist`.
 *
 * @throws ShapeError naming the port or FIFO and what it must be
 */
export function validateStreamNetlist({ netlist, inputs, outputs, fifos }: StreamNetlist): void {
  const top = findModule(netlist, netlist.top);
  if (top === undefined) throw new ShapeError(`stream design ${netlist.name} has no top module ${netlist.top}`);
  const port = (ports: readonly ModulePort[], name: string, width: number): void => {
    const found = ports.find((candidate) => candidate.name === name);
    if (found?.width !== width) {
      throw new ShapeError(
        `stream design ${netlist.name}: port ${name} has ${found?.width ?? 'no'} bits, must have ${width}`,
      );
    }
  };
  const count = (ports: readonly ModulePort[], expected: number, what: string): void => {
    if (ports.length !== expected)
      throw new ShapeError(`stream design ${netlist.name} has ${ports.length} ${what}, its streams make ${expected}`);
  };
  if (inputs.length === 0 || outputs.length === 0) {
    throw new ShapeError(
      `stream design ${netlist.name} has ${inputs.length} input and ${outputs.length} output streams, must have at least 1 of each`,
    );
  }
  for (const [streams, forward, backward] of [
    [inputs, top.inputs, top.outputs],
    [outputs, top.outputs, top.inputs],
  ] as const) {
    for (const { name, type } of streams) {
      port(forward, validPort(name), 1);
      port(forward, name, busWidth(type.formats));
      port(backward, readyPort(name), 1);
    }
  }
  count(top.inputs, 2 * inputs.length + outputs.length, 'input ports');
  count(top.outputs, inputs.length + 2 * outputs.length, 'output ports');
  checkReady(netlist.modules, top, inputs, netlist.name);
  for (const fifo of fifos) {
    const instance = top.instances.find(({ name }) => name === fifo.instance);
    const module = instance && findModule(netlist, instance.module);
    if (module === undefined) throw new ShapeError(`stream design ${netlist.name} has no FIFO ${fifo.instance}`);
    const names = new Set([
      ...Object.values(module.names),
      ...[...module.inputs, ...module.outputs].map(({ name }) => name),
    ]);
    const absent = FIFO_NETS.find((name) => !names.has(name));
    if (absent !== undefined) {
      throw new ShapeError(`FIFO ${fifo.instance} of ${netlist.name} has no net ${absent}, must have one`);
    }
  }
}

function checkReady(modules: readonly Module[], top: Module, inputs: StreamNetlist['inputs'], design: string): void {
  const paths = new Map<string, readonly (readonly number[])[]>();
  for (const module of modules) paths.set(module.name, combinationalPaths(module, paths));
  for (const { name } of inputs) {
    const output = top.outputs.findIndex((port) => port.name === readyPort(name));
    const follows = paths.get(top.name)![output]!.some((input) => top.inputs[input]!.name === validPort(name));
    if (follows) {
      throw new ShapeError(
        `stream design ${design}: ${readyPort(name)} follows ${validPort(name)} within the cycle, must not depend on it`,
      );
    }
  }
}
