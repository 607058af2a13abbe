/**
 * Facts about a module that only its whole subtree tells: whether it needs the implicit clock and reset, and which of
 * its outputs follow which inputs within one cycle.
 */
import { isCombinational, operandsOf } from './cells.ts';
import type { Cell, Module, Net, Netlist } from './netlist.ts';

/** Which implicit ports a module has. */
export interface ImplicitPorts {
  /** True if the module or one below it holds a register or a memory. */
  readonly clock: boolean;
  /** True if the module or one below it holds a register with a reset value. */
  readonly reset: boolean;
}

/** Say for every module, by name, whether it needs the implicit clock and reset. */
export function implicitPorts(netlist: Netlist): ReadonlyMap<string, ImplicitPorts> {
  const result = new Map<string, ImplicitPorts>();
  for (const module of netlist.modules) {
    let clock = module.memories.length > 0;
    let reset = false;
    for (const cell of module.cells) {
      if (cell.kind !== 'register') continue;
      clock = true;
      reset ||= cell.reset !== undefined;
    }
    for (const instance of module.instances) {
      const below = result.get(instance.module);
      clock ||= below?.clock ?? false;
      reset ||= below?.reset ?? false;
    }
    result.set(module.name, { clock, reset });
  }
  return result;
}

/** Find a module of a netlist by name; undefined if there is none. */
export function findModule(netlist: Netlist, name: string): Module | undefined {
  return netlist.modules.find((module) => module.name === name);
}

/**
 * List the nets that a cell depends on within its own module, in this cycle or an earlier one: for an instance output, the
 * inputs of the instance; for a read of a memory, what is written to it too.
 */
export function sourcesOf(cell: Cell, module: Module): readonly Net[] {
  if (cell.kind === 'instance') return module.instances[cell.instance]!.inputs;
  if (cell.kind !== 'memory') return operandsOf(cell);
  const { enable, address, data } = module.memories[cell.memory]!.write;
  return [cell.address, enable, address, data];
}

/**
 * Nets that a net follows within the cycle: operands of combinational cells; for an instance output the instance
 * inputs that `paths` lists for it.
 *
 * @param paths per module name and output number, the input numbers with a combinational path to it
 */
export function combinationalSources(
  module: Module,
  net: Net,
  paths: ReadonlyMap<string, readonly (readonly number[])[]>,
): readonly Net[] {
  const cell = module.cells[net]!;
  if (isCombinational(cell)) return operandsOf(cell);
  if (cell.kind !== 'instance') return [];
  const instance = module.instances[cell.instance]!;
  return (paths.get(instance.module)?.[cell.output] ?? []).map((input) => instance.inputs[input]!);
}

/**
 * Inputs with a combinational path to each output of a module, given the same for the modules below it.
 *
 * @returns one sorted list of input numbers per output
 */
export function combinationalPaths(
  module: Module,
  paths: ReadonlyMap<string, readonly (readonly number[])[]>,
): readonly (readonly number[])[] {
  return module.outputs.map((output) => {
    const seen = new Set<Net>([output.net]);
    const stack = [output.net];
    const inputs = new Set<number>();
    for (let net = stack.pop(); net !== undefined; net = stack.pop()) {
      const cell = module.cells[net]!;
      if (cell.kind === 'input') inputs.add(cell.port);
      for (const source of combinationalSources(module, net, paths)) {
        if (seen.has(source)) continue;
        seen.add(source);
        stack.push(source);
      }
    }
    return [...inputs].toSorted((a, b) => a - b);
  });
}
