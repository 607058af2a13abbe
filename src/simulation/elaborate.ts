/**
 * Flattens the hierarchy of a netlist into one list of cells in evaluation order.
 *
 * Ports vanish: an input of an instance is its parent's net, an output of an instance is its child's net. What remains
 * has one driver each, so that a value is stored and computed once however many module boundaries it crosses. Every
 * instance of a module has memories of its own.
 */
import { findModule, isCombinational, operandsOf, validateNetlist } from '../netlist/index.ts';
import type { Cell, Memory, Module, Net, Netlist } from '../netlist/index.ts';

/** Number of a flattened value. */
export type Slot = number;

/** One module instance in the hierarchy. */
export interface Scope {
  /** Instance names from the top down; empty for the top. */
  readonly path: readonly string[];
  readonly module: Module;
  /** slots[net]: where the value of each net of the module lives. */
  readonly slots: readonly Slot[];
}

/** A cell with the module that it comes from and the slots of its operands. */
export interface FlatCell {
  readonly cell: Cell;
  readonly module: Module;
  readonly width: number;
  /** Slots of `operandsOf(cell)`, in that order. */
  readonly operands: readonly Slot[];
  /** Number of the flattened memory that a `memory` cell reads; −1 for every other cell. */
  readonly memory: number;
}

/** A memory with the slots of what is written to it. */
export interface FlatMemory {
  readonly memory: Memory;
  readonly enable: Slot;
  readonly address: Slot;
  readonly data: Slot;
}

/** A netlist without hierarchy. */
export interface Elaboration {
  readonly top: Module;
  /** Every instance, parents before children. */
  readonly scopes: readonly Scope[];
  /** cells[slot]. */
  readonly cells: readonly FlatCell[];
  readonly memories: readonly FlatMemory[];
  /** Combinational slots (without constants), operands before users. */
  readonly order: readonly Slot[];
}

interface Node {
  readonly path: readonly string[];
  readonly module: Module;
  readonly parent: Node | undefined;
  /** Nets of the parent that feed the inputs. */
  readonly inputs: readonly Net[];
  readonly children: Node[];
  readonly slots: Slot[];
  /** Number of the first memory of the module among the flattened ones. */
  readonly firstMemory: number;
}

/** Validate and flatten a netlist. */
export function elaborate(netlist: Netlist): Elaboration {
  validateNetlist(netlist);
  const nodes: Node[] = [];
  let memoryCount = 0;
  const grow = (module: Module, path: readonly string[], parent: Node | undefined, inputs: readonly Net[]): Node => {
    const slots = module.cells.map(() => -1);
    const node: Node = { path, module, parent, inputs, children: [], slots, firstMemory: memoryCount };
    memoryCount += module.memories.length;
    nodes.push(node);
    for (const instance of module.instances) {
      node.children.push(grow(findModule(netlist, instance.module)!, [...path, instance.name], node, instance.inputs));
    }
    return node;
  };
  const top = findModule(netlist, netlist.top)!;
  grow(top, [], undefined, []);

  const owners: { readonly node: Node; readonly net: Net }[] = [];
  for (const node of nodes) {
    node.module.cells.forEach((cell, net) => {
      if ((cell.kind === 'input' && node.parent !== undefined) || cell.kind === 'instance') return;
      node.slots[net] = owners.length;
      owners.push({ node, net });
    });
  }
  const resolve = (node: Node, net: Net): Slot => {
    let at = node;
    let current = net;
    while (at.slots[current]! < 0) {
      const cell = at.module.cells[current]!;
      if (cell.kind === 'input') {
        current = at.inputs[cell.port]!;
        at = at.parent!;
      } else if (cell.kind === 'instance') {
        at = at.children[cell.instance]!;
        current = at.module.outputs[cell.output]!.net;
      }
    }
    return at.slots[current]!;
  };
  for (const node of nodes) node.module.cells.forEach((_, net) => (node.slots[net] = resolve(node, net)));

  const cells = owners.map(({ node, net }): FlatCell => {
    const cell = node.module.cells[net]!;
    return {
      cell,
      module: node.module,
      width: node.module.widths[net]!,
      operands: operandsOf(cell).map((operand) => node.slots[operand]!),
      memory: cell.kind === 'memory' ? node.firstMemory + cell.memory : -1,
    };
  });
  return {
    top,
    scopes: nodes.map(({ path, module, slots }) => ({ path, module, slots })),
    cells,
    memories: nodes.flatMap(({ module, slots }) =>
      module.memories.map((memory): FlatMemory => {
        const { enable, address, data } = memory.write;
        return { memory, enable: slots[enable]!, address: slots[address]!, data: slots[data]! };
      }),
    ),
    order: evaluationOrder(cells),
  };
}

/** Order combinational cells so that operands come first; there are no loops in a valid netlist. */
function evaluationOrder(cells: readonly FlatCell[]): Slot[] {
  const order: Slot[] = [];
  const seen = new Uint8Array(cells.length);
  const next = new Int32Array(cells.length);
  for (let root = 0; root < cells.length; root += 1) {
    const stack = [root];
    while (stack.length > 0) {
      const slot = stack.at(-1)!;
      const { cell, operands } = cells[slot]!;
      if (seen[slot] === 1 || !isCombinational(cell) || cell.kind === 'constant') {
        stack.pop();
        continue;
      }
      const operand = operands[next[slot]!];
      next[slot]! += 1;
      if (operand !== undefined) stack.push(operand);
      else {
        seen[slot] = 1;
        order.push(slot);
        stack.pop();
      }
    }
  }
  return order;
}
