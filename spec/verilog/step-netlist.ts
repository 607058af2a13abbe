/** Runs a netlist cycle by cycle straight from the meaning of its cells: slow, and independent of the simulator. */
import { evaluateCell, isCombinational } from '../../src/netlist/index.ts';
import type { Module, Net, Netlist } from '../../src/netlist/index.ts';

interface Node {
  readonly module: Module;
  readonly children: readonly Node[];
  readonly state: Map<Net, bigint>;
  readonly memo: Map<Net, bigint>;
  readonly input: (port: number) => bigint;
}

/** Give a function that applies one cycle's reset and inputs and returns the outputs seen before the clock edge. */
export function stepper(netlist: Netlist): (reset: boolean, inputs: readonly bigint[]) => readonly bigint[] {
  const modules = new Map(netlist.modules.map((module) => [module.name, module]));
  let current: readonly bigint[] = [];
  const nodes: Node[] = [];
  const build = (module: Module, input: (port: number) => bigint): Node => {
    const children: Node[] = [];
    const node: Node = { module, children, state: new Map(), memo: new Map(), input };
    for (const instance of module.instances)
      children.push(build(modules.get(instance.module)!, (port) => value(node, instance.inputs[port]!)));
    nodes.push(node);
    return node;
  };
  const value = (node: Node, net: Net): bigint => {
    const known = node.memo.get(net);
    if (known !== undefined) return known;
    const cell = node.module.cells[net]!;
    let result: bigint;
    if (cell.kind === 'input') result = node.input(cell.port);
    else if (cell.kind === 'register') result = node.state.get(net) ?? 0n;
    else if (cell.kind === 'instance') {
      const child = node.children[cell.instance]!;
      result = value(child, child.module.outputs[cell.output]!.net);
    } else if (isCombinational(cell))
      result = evaluateCell(
        cell,
        node.module.widths[net]!,
        (operand) => value(node, operand),
        (operand) => node.module.widths[operand]!,
        (rom) => node.module.roms[rom]!.words,
      );
    else throw new Error('unreachable');
    node.memo.set(net, result);
    return result;
  };
  const top = build(modules.get(netlist.top)!, (port) => current[port]!);
  return (reset, inputs) => {
    current = inputs;
    for (const node of nodes) node.memo.clear();
    const outputs = top.module.outputs.map((port) => value(top, port.net));
    const next = nodes.map((node) =>
      node.module.cells.flatMap((cell, net): [Net, bigint][] => {
        if (cell.kind !== 'register') return [];
        if (reset && cell.reset !== undefined) return [[net, cell.reset]];
        if (cell.enable !== undefined && value(node, cell.enable) === 0n) return [];
        return [[net, value(node, cell.d)]];
      }),
    );
    nodes.forEach((node, k) => next[k]!.forEach(([net, word]) => node.state.set(net, word)));
    return outputs;
  };
}
