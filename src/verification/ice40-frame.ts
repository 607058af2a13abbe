/**
 * A frame around a design with wide buses, so that it fits the few pins of a small part: four of them.
 *
 * Inputs come from one long shift register, outputs are folded into another by exclusive or, so that every input bit
 * can change and every output bit is seen. All paths of the design then run between registers, as they would in a
 * firmware; those of the frame itself are one table long. It takes one logic cell per data bit.
 */
import { CLOCK, RESET } from '../netlist/index.ts';
import type { YosysPort } from '../verilog/index.ts';

/** Name of the frame's module. */
export const FRAME = 'ice40_frame';

export interface Frame {
  readonly text: string;
  /** Logic cells of the frame itself, one register each. */
  readonly logicCells: number;
}

/** Write the frame of a top module as Verilog. */
export function ice40Frame(top: string, ports: Readonly<Record<string, YosysPort>>): Frame {
  const data = Object.entries(ports).filter(([name]) => name !== CLOCK && name !== RESET);
  const width = { input: 0, output: 0 };
  const joined = data.map(([name, { direction, bits }]) => {
    const side = direction === 'input' ? 'input' : 'output';
    const from = width[side];
    width[side] += bits.length;
    return `.${name}(${side === 'input' ? 'x' : 'y'}[${width[side] - 1}:${from}])`;
  });
  const control = [CLOCK, RESET].filter((name) => name in ports).map((name) => `.${name}(${name})`);
  const text = `module ${FRAME} (input wire ${CLOCK}, input wire ${RESET}, input wire si, output wire so);
  reg [${width.input}:0] x;
  reg [${width.output}:0] seen;
  wire [${width.output - 1}:0] y;
  always @(posedge ${CLOCK}) begin
    // Inverted, so that no register of the design can be merged with the next bit.
    x <= ~{x[${width.input - 1}:0], si};
    seen <= {seen[${width.output - 1}:0], x[${width.input}]} ^ {y, 1'b0};
  end
  assign so = seen[${width.output}];
  ${top} u_design (${[...control, ...joined].join(', ')});
endmodule
`;
  return { text, logicCells: width.input + width.output + 2 };
}
