/** The cells of a Yosys design without its hierarchy: the instances below a module, joined by nets of one numbering. */
import { FormatError } from '../errors.ts';
import type { YosysBit, YosysCell, YosysDesign } from '../verilog/index.ts';
import { isModule } from './mapped-resources.ts';

/** Number of a net in the flat design. */
export type FlatNet = number;

/** A cell of the flat design. */
export interface FlatCell {
  readonly type: string;
  readonly parameters: YosysCell['parameters'];
  /** Nets of each connection, least significant first; null for a constant bit. */
  readonly connections: Readonly<Record<string, readonly (FlatNet | null)[]>>;
  /** Names of the connections that it drives. */
  readonly outputs: readonly string[];
}

/**
 * List the cells of a module and all below it.
 *
 * @throws FormatError if there is no such module
 */
export function flatCells(design: YosysDesign, top: string): readonly FlatCell[] {
  if (design.modules[top] === undefined) throw new FormatError(`Yosys JSON: there is no module ${top}.`);
  const cells: { readonly cell: YosysCell; readonly nets: Readonly<Record<string, readonly (FlatNet | null)[]>> }[] =
    [];
  // A module may join two of its ports, so nets of one signal can have several numbers until all are known.
  const same: number[] = [];
  const find = (net: FlatNet): FlatNet => {
    let root = net;
    while (same[root] !== root) root = same[root]!;
    for (let at = net; same[at] !== root;) {
      const next = same[at]!;
      same[at] = root;
      at = next;
    }
    return root;
  };
  const fresh = (): FlatNet => same.push(same.length) - 1;
  const walk = (name: string, outside: Readonly<Record<string, readonly (FlatNet | null)[]>>): void => {
    const module = design.modules[name]!;
    const inside = new Map<number, FlatNet>();
    const netOf = (bit: YosysBit): FlatNet | null => {
      if (typeof bit !== 'number') return null;
      let net = inside.get(bit);
      if (net === undefined) inside.set(bit, (net = fresh()));
      return net;
    };
    for (const [port, nets] of Object.entries(outside)) {
      module.ports[port]?.bits.forEach((bit, k) => {
        const [own, outer] = [netOf(bit), nets[k] ?? null];
        if (own !== null && outer !== null) same[find(own)] = find(outer);
      });
    }
    for (const cell of Object.values(module.cells)) {
      const nets = Object.fromEntries(
        Object.entries(cell.connections).map(([port, bits]) => [port, bits.map(netOf)] as const),
      );
      if (isModule(design, cell.type)) walk(cell.type, nets);
      else cells.push({ cell, nets });
    }
  };
  walk(top, {});
  return cells.map(({ cell: { type, parameters, portDirections }, nets }) => ({
    type,
    parameters,
    connections: Object.fromEntries(
      Object.entries(nets).map(([port, bits]) => [port, bits.map((net) => (net === null ? null : find(net)))] as const),
    ),
    outputs: Object.keys(portDirections).filter((port) => portDirections[port] === 'output'),
  }));
}
