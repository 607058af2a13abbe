/**
 * The Yosys script that counts resources for UltraScale+ under the rules of our estimate.
 *
 * `synth_xilinx -family xcup` in four parts, so that two choices can be made between them that it would make otherwise:
 * it would spend a DSP block on every product, multiples of small constants too, and spread memories of any size over
 * look-up tables. Here products of two variables of at least `DSP_MINIMUM_WIDTH` bits each take DSP blocks and no
 * others, and memories of at least `BRAM_MINIMUM_BITS` bits that are read into registers take block RAM.
 */
import { BRAM_MINIMUM_BITS, DSP_MINIMUM_WIDTH } from '../estimation/index.ts';

/** Reads of one memory that the script looks for; a memory with more stays in look-up tables. */
const MOST_READS = 256;

/** Name of the file of `softProductMap`, which must stand in the folder where the script runs. */
export const SOFT_PRODUCT_FILE = 'soft_products.v';

/** A mapping that keeps products of constants and narrow variables away from DSP blocks. */
export function softProductMap(): string {
  return `(* techmap_celltype = "$mul" *)
module soft_product (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  localparam CONSTANT = (&_TECHMAP_CONSTMSK_A_) || (&_TECHMAP_CONSTMSK_B_);
  wire _TECHMAP_FAIL_ = !CONSTANT && A_WIDTH >= ${DSP_MINIMUM_WIDTH} && B_WIDTH >= ${DSP_MINIMUM_WIDTH};
  \\$__soft_mul #(.A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED), .A_WIDTH(A_WIDTH), .B_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH))
    _TECHMAP_REPLACE_ (.A(A), .B(B), .Y(Y));
endmodule
`;
}

/** What a script is written for. */
export interface SynthesisScript {
  /** Verilog files, relative to the folder where the script runs. */
  readonly sources: readonly string[];
  readonly top: string;
  /** Whether the hierarchy is dissolved first. */
  readonly flatten: boolean;
  /** File for the mapped netlist. */
  readonly netlist: string;
}

/** Write the commands; the file of `softProductMap` must stand beside the sources. */
export function synthesisScript({ sources, top, flatten, netlist }: SynthesisScript): string {
  const options = `-family xcup -noiopad -noclkbuf${flatten ? ' -flatten' : ''} -top ${top}`;
  return [
    `read_verilog ${sources.join(' ')}`,
    `hierarchy -check -top ${top}`,
    `synth_xilinx ${options} -run begin:map_dsp`,
    `techmap -map ${SOFT_PRODUCT_FILE}`,
    `synth_xilinx ${options} -run map_dsp:map_memory`,
    ...blockMemories(),
    `synth_xilinx ${options} -run map_memory:`,
    `write_json ${netlist}`,
    '',
  ].join('\n');
}

/** Mark large memories whose reads are all registered. */
function blockMemories(): string[] {
  const union = (sets: readonly string[]): string => sets.map((set, k) => (k === 0 ? set : `${set} %u`)).join(' ');
  const sizes = Array.from({ length: Math.log2(BRAM_MINIMUM_BITS) + 1 }, (_, bits) => {
    const words = 2 ** bits;
    const exact = words < BRAM_MINIMUM_BITS ? `r:SIZE=${words}` : `r:SIZE>=${words}`;
    return `t:$mem_v2 ${exact} %i r:WIDTH>=${Math.ceil(BRAM_MINIMUM_BITS / words)} %i`;
  });
  const registered = Array.from({ length: MOST_READS }, (_, k) => `r:RD_CLK_ENABLE=${k + 1}'b${'1'.repeat(k + 1)}`);
  return [
    `select -set large ${union(sizes)}`,
    `select -set registered ${union(registered)}`,
    'setattr -set rom_block 1 @large @registered %i',
  ];
}
