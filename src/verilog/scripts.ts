/** Constraint, build and make files of an emitted folder. Each is run from the folder's root. */
import { generator } from './generator.ts';
import type { ProjectDesign, ProjectNames } from './project-design.ts';

/** Period in nanoseconds to the picosecond, as constraints state it. */
export function periodNs(clockMHz: number): string {
  return (1000 / clockMHz).toFixed(3);
}

export function constraintsText(design: ProjectDesign, names: ProjectNames): string {
  const source = names.hasClock ? ' [get_ports clk]' : '';
  return [
    `# Made by ${generator}.`,
    `# Clock of ${names.top}: ${design.clockMHz} MHz.`,
    `create_clock -name clk -period ${periodNs(design.clockMHz)}${source}`,
    '',
  ].join('\n');
}

export function vivadoText(design: ProjectDesign, names: ProjectNames): string {
  return [
    '# NOT RUN where this file was made: no Vivado was available. Check its reports before relying on them.',
    `# Made by ${generator}. Non-project flow, out of context: vivado -mode batch -source build_vivado.tcl`,
    `set top ${names.top}`,
    `set part ${design.part}`,
    'file mkdir build/vivado',
    '',
    ...names.sources.map((path) => `read_verilog ${path}`),
    ...names.memories.map((path) => `read_mem ${path}`),
    `read_xdc -mode out_of_context constraints/${names.top}.xdc`,
    '',
    'synth_design -top $top -part $part -mode out_of_context -flatten_hierarchy rebuilt',
    'report_utilization -hierarchical -file build/vivado/utilization_synth.rpt',
    'opt_design',
    'place_design',
    'phys_opt_design',
    'route_design',
    'report_utilization -hierarchical -file build/vivado/utilization.rpt',
    'report_timing_summary -file build/vivado/timing.rpt',
    'report_drc -file build/vivado/drc.rpt',
    'write_checkpoint -force build/vivado/$top.dcp',
    '',
  ].join('\n');
}

export function yosysText(names: ProjectNames): string {
  return [
    `# Made by ${generator}. Resource cross-check: make synth`,
    '# -nodsp: Yosys would spend a DSP block on every small constant product.',
    ...names.sources.map((path) => `read_verilog ${path}`),
    `hierarchy -check -top ${names.top}`,
    `synth_xilinx -family xcup -nodsp -noiopad -noclkbuf -top ${names.top}`,
    'stat -tech xilinx',
    'write_json build/yosys.json',
    '',
  ].join('\n');
}

export function makefileText(names: ProjectNames): string {
  const sources = names.sources.join(' ');
  return `# Made by ${generator}.
# Targets: sim (Icarus), sim-verilator, lint (all three readers), synth (Yosys), vivado, clean.
TOP := ${names.top}
BENCH := ${names.bench}
SOURCES := ${sources}
# VCD=1 with sim or sim-verilator writes $(TOP).vcd.
# OPT=-O2 makes the compiled Verilator model some ten times faster and its build several times slower.
OPT ?= -O0
VERILATED := build/verilator$(if $(VCD),_vcd)

.PHONY: sim sim-verilator lint synth vivado clean

sim: build/icarus.vvp
\tvvp -n build/icarus.vvp +out=build/icarus_outputs.txt $(if $(VCD),+vcd) | tee build/icarus.log
\t@grep -q '^PASS' build/icarus.log

build/icarus.vvp: tb/icarus.f tb/$(BENCH).v $(SOURCES) | build
\tiverilog -g2005 -Wall -s $(BENCH) -c tb/icarus.f -o $@

sim-verilator: $(VERILATED)/V$(BENCH)
\t$(VERILATED)/V$(BENCH) +out=build/verilator_outputs.txt $(if $(VCD),+vcd) | tee build/verilator.log
\t@grep -q '^PASS' build/verilator.log

$(VERILATED)/V$(BENCH): tb/$(BENCH).v $(SOURCES) | build
\tverilator --binary --timing --timescale 1ns/1ps $(if $(VCD),--trace) -O3 --x-assign fast --x-initial fast \\
\t  -MAKEFLAGS "OPT_FAST=$(OPT) OPT_SLOW=-O0 OPT_GLOBAL=$(OPT)" --Mdir $(VERILATED) --top-module $(BENCH) tb/$(BENCH).v $(SOURCES)

lint:
\tiverilog -g2005 -Wall -t null -s $(TOP) $(SOURCES)
\tverilator --lint-only -Wall --top-module $(TOP) $(SOURCES)
\tyosys -q -p "read_verilog $(SOURCES); hierarchy -check -top $(TOP); proc; check -assert"

synth: | build
\tyosys -q -l build/yosys.log -s build_yosys.ys
\t@sed -n '/Number of cells/,$$p' build/yosys.log | tail -n 40

vivado:
\tvivado -mode batch -source build_vivado.tcl

build:
\tmkdir -p build

clean:
\trm -rf build $(TOP).vcd tb/outputs.txt
`;
}
