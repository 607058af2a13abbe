/** Makefile and README.txt of a counterexample's folder. */
import type { Netlist } from '../../netlist/index.ts';
import { generator, type TestVectors, topPorts } from '../../verilog/index.ts';

export function makefileText(top: string): string {
  return `# Made by ${generator}.
# make: runs the test bench in Icarus Verilog, writes ${top}.vcd, and fails while the design differs.
.PHONY: sim clean

sim:
\tiverilog -g2005 -s ${top}_tb -c tb/icarus.f -o bench.vvp
\tvvp -n bench.vvp +vcd | tee bench.log
\t@grep -q '^PASS' bench.log

clean:
\trm -f bench.vvp bench.log ${top}.vcd tb/outputs.txt
`;
}

/** @param vectors - of each copy */
export function readmeText(netlist: Netlist, vectors: readonly TestVectors[], sentence: string): string {
  const ports = topPorts(netlist);
  const names = (direction: 'in' | 'out'): readonly string[] =>
    ports
      .filter((port) => port.direction === direction)
      .map(({ name }) => name)
      .filter((name) => !['clk', 'rst', 'valid_in', 'valid_out'].includes(name));
  const words = (direction: 'in' | 'out', row: readonly bigint[]): string =>
    names(direction)
      .map((name, k) => `${name} = 0x${row[k]!.toString(16)}`)
      .join(', ');
  const rows = vectors.flatMap(({ pattern, stimuli, golden, goldenCycles }, copy) => {
    const presented = pattern.flatMap((isValid, cycle) => (isValid ? [cycle] : []));
    const where = vectors.length === 1 ? '' : `copy ${copy}, `;
    return stimuli.map(
      (row, k) =>
        `  ${where}cycle ${presented[k]}: ${words('in', row)}\n    must give in cycle ${goldenCycles[k]}: ${words('out', golden[k]!)}`,
    );
  });
  return `A counterexample to ${netlist.top}
Made by ${generator}.

${sentence}

Vectors, as words of the ports (element 0 in the least significant bits; cycles count from the first after reset)
${rows.join('\n')}

How to run (from this folder)
  make            Icarus Verilog checks every output and its cycle, prints PASS or FAIL and writes ${netlist.top}.vcd

Files
  src/            the audited Verilog, copied
  tb/             self-checking test bench with these vectors
`;
}
