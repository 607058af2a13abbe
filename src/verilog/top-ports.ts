/** The ports of a netlist's top module as they stand in the Verilog, clock and reset included. */
import type { Netlist } from '../netlist/index.ts';
import { portNames } from './prepare.ts';
import { describeAll } from './print.ts';

export interface VerilogPort {
  readonly name: string;
  readonly direction: 'in' | 'out';
  /** Bits, at least 1. */
  readonly width: number;
}

/** List the ports of the top module in their order. */
export function topPorts(netlist: Netlist): readonly VerilogPort[] {
  const top = describeAll(netlist.modules).get(netlist.top)!;
  const names = portNames(top);
  return [
    ...(top.clock ? [{ name: 'clk', direction: 'in' as const, width: 1 }] : []),
    ...(top.reset ? [{ name: 'rst', direction: 'in' as const, width: 1 }] : []),
    ...top.module.inputs.map(({ width }, k) => ({ name: names.inputs[k]!, direction: 'in' as const, width })),
    ...top.module.outputs.map(({ width }, k) => ({ name: names.outputs[k]!, direction: 'out' as const, width })),
  ];
}
