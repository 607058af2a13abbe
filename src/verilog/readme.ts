/** README.txt of an emitted folder, for the engineer who places the design in a system. */
import { alignedColumns } from './aligned-columns.ts';
import { generator } from './generator.ts';
import type { ProjectDesign, ProjectNames } from './project-design.ts';
import { periodNs } from './scripts.ts';

const clockRoles: Readonly<Record<string, string>> = {
  clk: 'clock, rising edge',
  rst: 'synchronous reset, active high; clears the valid bits and what controls, never data',
};

export function readmeText(design: ProjectDesign, names: ProjectNames): string {
  const { latencyCycles, clockMHz, initiationInterval } = design;
  const latencyNs = ((latencyCycles * 1000) / clockMHz).toFixed(1);
  return `${names.top}: ${design.model} as Verilog-2001
Made by ${generator}.

Part                 ${design.part}
Clock                ${clockMHz} MHz (period ${periodNs(clockMHz)} ns), the target of scheduling; not a routed result
Latency              ${latencyCycles} cycles (${latencyNs} ns at the target clock), measured by simulation
Initiation interval  ${initiationInterval}, measured by simulation
${design.copies === undefined ? '' : `Copies               ${design.copies}, each with its own vectors; figures above are those of every one\n`}Strategy             ${design.strategy}

Ports of module ${names.top}
${portTable(design, names)}

Buses hold their elements side by side, element 0 in the least significant bits; every element is a two's-complement
or unsigned fixed-point pattern. ${design.protocol.text}

How to run (from this folder)
  make sim            Icarus Verilog: checks every vector of tb/vectors and its cycle; prints PASS or FAIL
  make sim-verilator  the same in Verilator 5; add VCD=1 to either for ${names.top}.vcd
  make lint           Icarus -Wall, Verilator --lint-only -Wall and Yosys; none of them prints a warning
  make synth          Yosys synth_xilinx for resource counts (build/yosys.log)
  make vivado         Vivado, out of context; the script was not run where it was made
$readmemh paths are relative to this folder: start the tools here.

Files
  src/                one module per file, callees first: ${names.sources.map((path) => path.slice('src/'.length)).join(', ')}
  src/memfiles/       contents of tables${names.memories.length === 0 ? ' (this design has none)' : ''}
  tb/                 self-checking test bench, stimuli and golden outputs
  constraints/        clock
  manifest.json       SHA-256 of every file and the figures above
`;
}

function portTable(design: ProjectDesign, names: ProjectNames): string {
  const rows = names.ports.map(({ name, direction, width }) => [
    name,
    direction,
    width,
    clockRoles[name] ?? design.protocol.roles[name] ?? design.portContents?.[name] ?? 'data',
  ]);
  return alignedColumns([['name', 'dir', 'bits', 'meaning'], ...rows]);
}
