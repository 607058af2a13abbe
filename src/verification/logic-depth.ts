/**
 * Logic depth of a mapped design: the most levels that a signal passes between two registers.
 *
 * A level is a look-up table (an inverter is one), a whole carry chain from where the signal enters to where it leaves,
 * an asynchronous read of a memory, or a DSP block without registers. Wide multiplexers (MUXF7 to MUXF9) stand behind
 * their tables and are none. Registers, clocked memories and ports begin and end paths. Levels are no delays: a chain of
 * 40 bits is one level as a chain of 4 is.
 */
import { FormatError } from '../errors.ts';
import type { YosysCell, YosysDesign } from '../verilog/index.ts';
import { flatCells } from './flat-cells.ts';
import type { FlatCell, FlatNet } from './flat-cells.ts';

/** What an output bit waits for. */
interface Arc {
  readonly net: FlatNet;
  readonly levels: 0 | 1;
}

/**
 * Count the levels of the longest path within `top` and all below it; paths cross the borders of modules.
 *
 * @throws FormatError if there is no such module, or its logic has a loop
 */
export function logicDepth(design: YosysDesign, top: string): number {
  const drivers = new Map<FlatNet, readonly Arc[]>();
  const carryOuts = new Set<FlatNet>();
  const cells = flatCells(design, top);
  for (const { type, connections } of cells)
    if (isCarry(type)) for (const net of connections['CO'] ?? []) if (net !== null) carryOuts.add(net);
  for (const cell of cells) for (const [net, arcs] of arcsOf(cell, carryOuts)) if (net !== null) drivers.set(net, arcs);
  const levels = new Map<FlatNet, number>();
  let deepest = 0;
  for (const net of drivers.keys()) deepest = Math.max(deepest, settle(net, drivers, levels, top));
  return deepest;
}

/** Find the level of a net and of all that it waits for; paths are long, so the stack is ours. */
function settle(
  from: FlatNet,
  drivers: ReadonlyMap<FlatNet, readonly Arc[]>,
  levels: Map<FlatNet, number>,
  top: string,
): number {
  const waiting = new Set<FlatNet>();
  const stack = [from];
  for (let net = stack.at(-1); net !== undefined; net = stack.at(-1)) {
    const arcs = drivers.get(net) ?? [];
    const open = levels.has(net) ? undefined : arcs.filter((arc) => !levels.has(arc.net));
    if (open !== undefined && open.length > 0) {
      if (waiting.has(net)) throw new FormatError(`Yosys JSON: the logic of module ${top} has a loop.`);
      waiting.add(net);
      for (const arc of open) stack.push(arc.net);
      continue;
    }
    if (open !== undefined) levels.set(net, Math.max(0, ...arcs.map((arc) => levels.get(arc.net)! + arc.levels)));
    stack.pop();
  }
  return levels.get(from)!;
}

const isCarry = (type: string): boolean => type === 'CARRY4' || type === 'CARRY8';

/** Output bits of a cell with what they wait for; none for a cell that a path begins and ends at. */
function arcsOf({ type, parameters, connections, outputs }: FlatCell, carryOuts: ReadonlySet<FlatNet>) {
  const found: [FlatNet | null, readonly Arc[]][] = [];
  const from = (ports: readonly string[], levels: 0 | 1): Arc[] =>
    ports.flatMap((port) => (connections[port] ?? []).flatMap((net) => (net === null ? [] : [{ net, levels }])));
  const all = (arcs: readonly Arc[]): void => {
    for (const port of outputs) for (const net of connections[port] ?? []) found.push([net, arcs]);
  };
  const inputs = Object.keys(connections).filter((port) => !outputs.includes(port));
  if (/^(LUT[1-6]|INV)$/.test(type)) all(from(inputs, 1));
  else if (/^(MUXF[789]|I?BUFG?|OBUF)$/.test(type)) all(from(inputs, 0));
  else if (isCarry(type)) {
    // Entering the chain is its level; coming from the block below is none.
    const start = from(['CI'], 1).map((arc) => (carryOuts.has(arc.net) ? { ...arc, levels: 0 as const } : arc));
    const below = [...start, ...from(['CYINIT', 'CI_TOP'], 1)];
    const bit = (port: string, k: number): Arc[] => {
      const net = connections[port]?.[k] ?? null;
      return net === null ? [] : [{ net, levels: 1 }];
    };
    (connections['S'] ?? []).forEach((_, k) => {
      below.push(...bit('S', k));
      found.push([connections['O']?.[k] ?? null, [...below]]);
      below.push(...bit('DI', k));
      found.push([connections['CO']?.[k] ?? null, [...below]]);
    });
  } else if (/^RAM(32|64)M/.test(type)) {
    // One port for each letter, with an address of its own.
    for (const port of outputs)
      for (const net of connections[port] ?? []) found.push([net, from([port.replace('DO', 'ADDR')], 1)]);
  } else if (/^(SRL|RAM(?!B))/.test(type))
    all(
      from(
        inputs.filter((port) => /^(A|DPRA)/.test(port)),
        1,
      ),
    );
  else if (type.startsWith('DSP48') && isCombinationalDsp(parameters)) all(from(inputs, 1));
  return found;
}

/** Tell whether no register stands between the operands and the result of a DSP block. */
function isCombinationalDsp(parameters: YosysCell['parameters']): boolean {
  const isOff = (name: string): boolean => /^0+$/.test(String(parameters[name] ?? '1'));
  return isOff('MREG') && isOff('PREG') && (isOff('AREG') || isOff('BREG'));
}
