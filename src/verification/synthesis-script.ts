/** What Yosys is told to do with an emitted folder, one command per line. */

/** What a script is made for. */
export interface ScriptDesign {
  /** Verilog files, relative to the folder in which Yosys runs. */
  readonly sources: readonly string[];
  readonly top: string;
}

/**
 * Commands that map a design to UltraScale+ cells and write `netlist.json`.
 *
 * @param flatten - dissolve the hierarchy first; else every module is mapped by itself and stays a module
 */
export function xilinxScript({ sources, top }: ScriptDesign, flatten: boolean): readonly string[] {
  return [
    `read_verilog ${sources.join(' ')}`,
    `hierarchy -check -top ${top}`,
    // Yosys would spend a DSP block on every small constant product.
    `synth_xilinx -family xcup -nodsp -noiopad -noclkbuf${flatten ? ' -flatten' : ''} -top ${top}`,
    'write_json netlist.json',
  ];
}

/** Parts of Lattice's iCE40 family that the script and place-and-route know. */
export type Ice40Part = 'hx8k' | 'up5k';

/** Commands that map a design to iCE40 cells and write `netlist.json`; the hierarchy dissolves. */
export function ice40Script({ sources, top }: ScriptDesign, part: Ice40Part): readonly string[] {
  return [
    `read_verilog ${sources.join(' ')}`,
    `hierarchy -check -top ${top}`,
    `synth_ice40 -device ${part === 'up5k' ? 'u' : 'hx'} -top ${top}`,
    // Newer versions keep notes on dissolved scopes as cells, which nextpnr 0.4 would place.
    'delete t:$scopeinfo',
    'write_json netlist.json',
  ];
}
