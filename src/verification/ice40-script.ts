/** The Yosys script that maps an emitted folder to iCE40 cells for place-and-route. */
import type { SynthesisScript } from './synthesis-script.ts';

/** Parts of Lattice's iCE40 family that the script and place-and-route know. */
export type Ice40Part = 'hx8k' | 'up5k';

/** Commands that map a design to iCE40 cells and write `netlist.json`; the hierarchy dissolves. */
export function ice40Script({ sources, top }: Pick<SynthesisScript, 'sources' | 'top'>, part: Ice40Part): string {
  return [
    `read_verilog ${sources.join(' ')}`,
    `hierarchy -check -top ${top}`,
    `synth_ice40 -device ${part === 'up5k' ? 'u' : 'hx'} -top ${top}`,
    // Newer versions keep notes on dissolved scopes as cells, which nextpnr 0.4 would place.
    'delete t:$scopeinfo',
    'write_json netlist.json',
    '',
  ].join('\n');
}
