/** The names under which the nets of a netlist stand in its Verilog. */
import type { Net, Netlist } from '../netlist/index.ts';
import { prepareModule } from './prepare.ts';
import { describeAll } from './print.ts';

/** Names by net and module; a net that is printed within an expression has none. */
export function netNames(netlist: Netlist): ReadonlyMap<string, ReadonlyMap<Net, string>> {
  const described = describeAll(netlist.modules);
  return new Map(
    netlist.modules.map((module) => [
      module.name,
      new Map([...prepareModule(module, described).nets].map(([net, { name }]) => [net, name])),
    ]),
  );
}
