/**
 * The emitted folder as data: sources, memory files, test bench with vectors, and the scripts that simulate, lint and
 * synthesise them. Nothing is written here; `writeProject` does that.
 *
 * The folder is self-contained: every path in it is relative to its root, and every command is run from there.
 */
import { describeAll, printMemories, printNetlist } from './print.ts';
import type { TextFile } from './print.ts';
import type { ProjectDesign, ProjectNames } from './project-design.ts';
import { readmeText } from './readme.ts';
import { constraintsText, makefileText, vivadoText, yosysText } from './scripts.ts';
import { topPorts } from './top-ports.ts';

/** Print a whole project folder but `manifest.json`, which the writer adds. */
export function projectFiles(design: ProjectDesign): readonly TextFile[] {
  const { netlist, bench } = design;
  const sources = printNetlist(netlist);
  const memories = printMemories(netlist);
  const top = describeAll(netlist.modules).get(netlist.top)!;
  const names: ProjectNames = {
    top: netlist.top,
    bench: `${netlist.top}_tb`,
    sources: sources.map(({ path }) => path),
    memories: memories.map(({ path }) => path),
    ports: topPorts(netlist),
    hasClock: top.clock,
  };
  return [
    ...sources,
    ...memories,
    ...bench.files,
    { path: 'tb/icarus.f', text: ['+timescale+1ns/1ps', bench.files[0]!.path, ...names.sources, ''].join('\n') },
    { path: `constraints/${netlist.top}.xdc`, text: constraintsText(design, names) },
    { path: 'build_vivado.tcl', text: vivadoText(design, names) },
    { path: 'build_yosys.ys', text: yosysText(names) },
    { path: 'Makefile', text: makefileText(names) },
    { path: 'README.txt', text: readmeText(design, names) },
  ];
}

/** The facts of `manifest.json` beside the file hashes. */
export function projectManifest(design: ProjectDesign): Readonly<Record<string, string | number>> {
  return {
    model: design.model,
    top: design.netlist.top,
    part: design.part,
    clockMHz: design.clockMHz,
    latencyCycles: design.latencyCycles,
    initiationInterval: design.initiationInterval,
    // One copy is how a pipeline is without the option.
    ...(design.copies !== undefined && { copies: design.copies }),
    strategy: design.strategy,
    vectors: design.bench.vectors,
  };
}
