/**
 * A self-checking test bench of a stream design in plain Verilog, for Icarus (-g2005) and Verilator 5 (--binary --timing).
 *
 * It repeats the scenarios cycle for cycle: one process drives the clock, the reset and all inputs, which change while the
 * clock is low; another looks at all outputs as they stand when the clock rises (why two, `test-bench.ts` tells). In every
 * cycle each ready of an input and each valid of an output must be what the simulation showed; a beat must have its value
 * as long as it stands; at the end of a scenario each FIFO must have been as full, at most, as it was there. While valid
 * is 0 an input carries the complement of its next beat. An X or Z counts as a difference.
 */
import type { Netlist } from '../netlist/index.ts';
import { instanceLines, recordingLines } from './bench-frame.ts';
import { memoryDeclaration, portWords, rangeText } from './bench-memory.ts';
import { generator } from './generator.ts';
import type { TextFile } from './print.ts';
import { type BenchFifo, type BenchStream, streamBenchNames } from './stream-bench-names.ts';
import {
  type StreamVectors,
  checkScenarios,
  handshakeWords,
  outputBeats,
  resetCyclesOf,
  scenarioCycles,
  scenarioStarts,
} from './stream-vectors.ts';

/**
 * Print the test bench of a stream design and its vector files, all under `tb/`.
 *
 * The simulation prints up to ten mismatches and every wrong number of beats, and ends with `PASS <n> vectors` (beats of outputs) or `FAIL <m> of <n>`,
 * where m counts differences; it writes a line as of `expectedStreamOutputs` per cycle with a beat to the file of
 * `+out=<path>`, and a VCD file where `+vcd` is given.
 *
 * @throws UnsupportedError if the netlist does not have the ports and FIFOs of the streams, ValueError if the scenarios
 *   do not fit them
 */
export function streamBench(netlist: Netlist, vectors: StreamVectors): readonly TextFile[] {
  checkScenarios(vectors);
  const names = streamBenchNames(netlist, vectors);
  const {
    bench,
    dut,
    done,
    cycle,
    scenario,
    now,
    handshakes,
    mismatches: bad,
    file,
    path,
    inputs,
    outputs,
    fifos,
  } = names;
  const { scenarios } = vectors;
  const words = handshakeWords(vectors);
  const bits = 2 + 2 * (inputs.length + outputs.length);
  const total = outputBeats(vectors);
  const wordsOf = (stream: BenchStream): string => memoryDeclaration(stream.width, stream.words, stream.beats.length);
  const files = {
    handshakes: 'tb/vectors/handshakes.mem',
    input: ({ data }: BenchStream): string => `tb/vectors/in_${data}.mem`,
    output: ({ data }: BenchStream): string => `tb/vectors/out_${data}.mem`,
    fifo: ({ instance }: BenchFifo): string => `tb/vectors/maximum_${instance}.mem`,
  };
  /** Count a difference, and print it if it is one of the first. */
  const report = (indent: string, text: string, values: readonly string[]): string[] => [
    `${indent}if (${bad} < 10)`,
    `${indent}  $display("MISMATCH scenario %0d cycle %0d: ${text}", ${[scenario, cycle, ...values].join(', ')});`,
    `${indent}${bad} = ${bad} + 1;`,
  ];
  const differs = (name: string, bit: number): string[] => [
    `      if (${name} !== ${now}[${bit}]) begin`,
    ...report('        ', `${name} is %b, expected %b`, [name, `${now}[${bit}]`]),
    '      end',
  ];
  const moves = ({ valid, ready }: BenchStream): string => `${valid} & ${ready}`;
  const written = outputs
    .toReversed()
    .map((stream) => `{${moves(stream)}, ${stream.data} & {${stream.width}{${moves(stream)}}}}`);

  const text = [
    `// Made by ${generator}.`,
    `// Self-checking test bench of ${netlist.top}: ${total} beats of outputs in ${words.length} cycles.`,
    ...scenarioLines(vectors),
    `// Bits of ${handshakes}: 0 is rst, 1 the last cycle of a scenario,`,
    `// ${[...inputs, ...outputs].map(({ valid, ready, bit }) => `${bit} ${valid}, ${bit + 1} ${ready}`).join(', ')}.`,
    '// Run from the root of the folder; +out=<path> names the file of the outputs, +vcd writes a wave file.',
    `module ${bench};`,
    '  reg clk;',
    '  reg rst;',
    `  reg ${done};`,
    ...inputs.flatMap(({ valid, data, ready, width }) => [
      `  reg ${valid};`,
      `  reg ${rangeText(width)}${data};`,
      `  wire ${ready};`,
    ]),
    ...outputs.flatMap(({ valid, data, ready, width }) => [
      `  wire ${valid};`,
      `  wire ${rangeText(width)}${data};`,
      `  reg ${ready};`,
    ]),
    '',
    ...instanceLines(names.top, dut, names.ports),
    '',
    memoryDeclaration(bits, handshakes, words.length),
    ...[...inputs, ...outputs].map(wordsOf),
    ...fifos.map(({ width, words: golden }) => memoryDeclaration(width, golden, scenarios.length)),
    '',
    `  reg ${rangeText(bits)}${now};`,
    `  integer ${cycle};`,
    `  integer ${scenario};`,
    ...[...inputs, ...outputs].map(({ count }) => `  integer ${count};`),
    ...fifos.map(({ width, maximum }) => `  reg ${rangeText(width)}${maximum};`),
    `  integer ${bad};`,
    `  integer ${file};`,
    `  reg [2047:0] ${path};`,
    '',
    `  initial ${scenario} = 0;`,
    `  initial ${bad} = 0;`,
    ...outputs.map(({ count }) => `  initial ${count} = 0;`),
    ...fifos.map(({ maximum }) => `  initial ${maximum} = 0;`),
    '  initial begin',
    `    $readmemh("${files.handshakes}", ${handshakes});`,
    ...inputs.map((stream) => `    $readmemh("${files.input(stream)}", ${stream.words});`),
    ...outputs.map((stream) => `    $readmemh("${files.output(stream)}", ${stream.words});`),
    ...fifos.map((fifo) => `    $readmemh("${files.fifo(fifo)}", ${fifo.words});`),
    ...recordingLines(file, path, netlist.top, dut),
    '',
    `    ${done} = 0;`,
    '    clk = 0;',
    ...inputs.map(({ count }) => `    ${count} = 0;`),
    `    for (${cycle} = 0; ${cycle} < ${words.length}; ${cycle} = ${cycle} + 1) begin`,
    `      ${now} = ${handshakes}[${cycle}];`,
    `      rst = ${now}[0];`,
    ...inputs.flatMap(({ valid, data, words: stimulus, count, beats, bit }) => [
      `      ${valid} = ${now}[${bit}];`,
      `      if (${valid}) ${data} = ${stimulus}[${count}];`,
      `      else if (${count} < ${beats.length}) ${data} = ~${stimulus}[${count}];`,
      `      else ${data} = ~${stimulus}[${beats.length - 1}];`,
      `      if (${valid} && ${now}[${bit + 1}]) ${count} = ${count} + 1;`,
    ]),
    ...outputs.map(({ ready, bit }) => `      ${ready} = ${now}[${bit + 1}];`),
    '      #5 clk = 1;',
    '      #5 clk = 0;',
    '    end',
    '',
    `    ${done} = 1;`,
    '    #5 clk = 1;',
    '  end',
    '',
    '  // Everything as it stands when the clock rises.',
    '  always @(posedge clk)',
    `    if (${done}) begin`,
    ...outputs.flatMap(({ data, count, beats }) => [
      `      if (${count} != ${beats.length}) begin`,
      `        $display("MISMATCH: %0d beats of ${data}, expected ${beats.length}", ${count});`,
      `        ${bad} = ${bad} + 1;`,
      '      end',
    ]),
    `      if (${bad} == 0) $display("PASS ${total} vectors");`,
    `      else $display("FAIL %0d of ${total}", ${bad});`,
    `      $fclose(${file});`,
    '      $finish;',
    '    end else if (!rst) begin',
    ...inputs.flatMap(({ ready, bit }) => differs(ready, bit + 1)),
    ...outputs.flatMap(({ valid, data, words: golden, count, beats, bit }) => [
      ...differs(valid, bit),
      `      if (${valid} === 1'b1 && ${count} < ${beats.length} && ${data} !== ${golden}[${count}]) begin`,
      ...report('        ', `${data} is %h, expected %h`, [data, `${golden}[${count}]`]),
      '      end',
    ]),
    `      if ({${outputs.map(moves).join(', ')}} !== ${outputs.length}'d0)`,
    `        $fdisplay(${file}, "%0d %h", ${cycle}, {${written.join(', ')}});`,
    ...outputs.map((stream) => `      if (${moves(stream)}) ${stream.count} = ${stream.count} + 1;`),
    ...fifos.map(({ register, maximum }) => `      if (${register} > ${maximum}) ${maximum} = ${register};`),
    `      if (${now}[1]) begin`,
    ...fifos.flatMap(({ instance, words: golden, maximum }) => [
      `        if (${maximum} !== ${golden}[${scenario}]) begin`,
      ...report('          ', `${instance} held at most %0d beats, expected %0d`, [maximum, `${golden}[${scenario}]`]),
      '        end',
      `        ${maximum} = 0;`,
    ]),
    `        ${scenario} = ${scenario} + 1;`,
    '      end',
    '    end',
    'endmodule',
    '',
  ].join('\n');

  return [
    { path: `tb/${bench}.v`, text },
    { path: files.handshakes, text: portWords(words, bits, handshakes) },
    ...inputs.map((stream) => ({
      path: files.input(stream),
      text: portWords(stream.beats, stream.width, stream.data),
    })),
    ...outputs.map((stream) => ({
      path: files.output(stream),
      text: portWords(stream.beats, stream.width, stream.data),
    })),
    ...fifos.map((fifo, k) => ({
      path: files.fifo(fifo),
      text: portWords(
        scenarios.map(({ occupancy }) => BigInt(occupancy[k]!)),
        fifo.width,
        fifo.instance,
      ),
    })),
  ];
}

/** One comment line per scenario. */
function scenarioLines(vectors: StreamVectors): readonly string[] {
  const starts = scenarioStarts(vectors);
  return vectors.scenarios.map((scenario, s) => {
    const end = starts[s]! + scenarioCycles(scenario) - 1;
    return `// Scenario ${s}, cycles ${starts[s]} to ${end} after ${resetCyclesOf(vectors)} of reset: ${scenario.name.replaceAll(/\s+/g, ' ')}.`;
  });
}
