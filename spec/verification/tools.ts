/** Which tools are there, asked once, with one visible line per absent one. */
import { absentReason, findTool, findYosys } from '../../src/verification/index.ts';

const found = {
  iverilog: await findTool('iverilog'),
  verilator: await findTool('verilator'),
  yosys: await findYosys(),
  nextpnr: await findTool('nextpnr-ice40'),
};

/** Whether a tool is absent; says so on the terminal. */
export function lacks(tool: keyof typeof found, what: string): boolean {
  if (found[tool]) return false;
  process.stderr.write(`skipped: ${what}; ${absentReason(tool === 'nextpnr' ? 'nextpnr-ice40' : tool)}\n`);
  return true;
}
