/**
 * The Verilog bench of the ground truth: plays stimuli into a design, and keeps its outputs or compares them with kept
 * ones.
 *
 * Inputs change just after the rising edge, as registers outside would change them, and outputs are read just before the
 * next one; so a register that falls for the wrong edge shows. The text ends by itself at the first wrong value, or
 * some thousand cycles after the first unknown one, in case a wrong value follows.
 */

interface BenchPort {
  readonly name: string;
  readonly width: number;
}

/** Cycles from a first unknown output on in which a wrong value is still looked for. */
const patience = 4096;

/**
 * Print the bench of a top module with the ports clk, rst, valid_in, valid_out and these.
 *
 * With `+bench=<name>` it reads `<name>.stimuli` and `<name>.expected`, one word per line in binary; with `+record` it
 * writes the latter. It prints SAME, or `VALUE cycle <n>: …`, or `UNKNOWN cycle <n>: …`.
 */
export function benchText(
  top: string,
  inputs: readonly BenchPort[],
  outputs: readonly BenchPort[],
  cycles: number,
): string {
  const bits = (ports: readonly BenchPort[]): number => ports.reduce((sum, { width }) => sum + width, 0);
  const range = (width: number): string => (width === 1 ? '' : `[${width - 1}:0] `);
  const names = ['clk', 'rst', 'valid_in', 'valid_out', ...inputs.map(({ name }) => name)];
  const connections = [...names, ...outputs.map(({ name }) => name)].map((name) => `    .${name}(${name})`);
  const found = `{valid_out, ${outputs.map(({ name }) => name).join(', ')}}`;
  const data = bits(outputs);
  return `
\`timescale 1ns/1ps
module mutation_bench;
  reg clk;
  reg rst;
  reg valid_in;
${inputs.map(({ name, width }) => `  reg ${range(width)}${name};`).join('\n')}
  wire valid_out;
${outputs.map(({ name, width }) => `  wire ${range(width)}${name};`).join('\n')}

  ${top} dut (
${connections.join(',\n')}
  );

  reg [${bits(inputs) + 1}:0] bench_stimuli [0:${cycles - 1}];
  reg [${data}:0] bench_expected [0:${cycles - 1}];
  reg [${data}:0] bench_wanted;
  reg [${data}:0] bench_found;
  reg [${data}:0] bench_mask;
  reg [${data}:0] bench_wrong;
  reg [255:0] bench_name;
  integer bench_cycle;
  integer bench_file;
  integer bench_unknown;
  reg bench_record;

  initial begin
    if ($value$plusargs("bench=%s", bench_name) == 0) bench_name = "bench";
    $readmemb({bench_name, ".stimuli"}, bench_stimuli);
    bench_record = $test$plusargs("record");
    if (bench_record) bench_file = $fopen({bench_name, ".expected"}, "w");
    else $readmemb({bench_name, ".expected"}, bench_expected);
    bench_unknown = -1;
    clk = 0;
    for (bench_cycle = 0; bench_cycle < ${cycles}; bench_cycle = bench_cycle + 1) begin
      {rst, valid_in, ${inputs.map(({ name }) => name).join(', ')}} = bench_stimuli[bench_cycle];
      #4 clk = 0;
      #4 bench_found = ${found};
      if (bench_record) $fdisplay(bench_file, "%b", bench_found);
      else begin
        bench_wanted = bench_expected[bench_cycle];
        bench_mask = {bench_wanted[${data}] !== 1'bx, {${data}{bench_wanted[${data}] === 1'b1}}};
        // A bit that is known on both sides and differs; X counts as no such bit.
        bench_wrong = (bench_found ^ bench_wanted) & bench_mask;
        if (bench_wrong !== {${data + 1}{1'b0}}) begin
          if (|bench_wrong === 1'b1) begin
            $display("VALUE cycle %0d: outputs are %b, must be %b", bench_cycle, bench_found, bench_wanted);
            $finish;
            bench_cycle = ${cycles};
          end else if (bench_unknown < 0) begin
            $display("UNKNOWN cycle %0d: outputs are %b, must be %b", bench_cycle, bench_found, bench_wanted);
            bench_unknown = bench_cycle;
          end
        end
        if (bench_unknown >= 0 && bench_cycle - bench_unknown > ${patience}) bench_cycle = ${cycles};
      end
      #1 clk = 1;
      #1;
    end
    if (bench_cycle == ${cycles} && bench_unknown < 0) $display("SAME");
    $finish;
  end
endmodule
`.trimStart();
}
