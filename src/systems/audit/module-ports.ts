/** Ports of modules that Yosys has read. */
import type { VerilogPort, YosysDesign } from '../../verilog/index.ts';

/** List the ports of a module; none where there is no such module. */
export function portsOf(design: YosysDesign, module: string): readonly VerilogPort[] {
  return Object.entries(design.modules[module]?.ports ?? {}).map(([name, { direction, bits }]) => ({
    name,
    direction: direction === 'output' ? 'out' : 'in',
    width: bits.length,
  }));
}
