/**
 * A self-checking test bench of several copies of a pipeline, each with vectors and valid bits of its own.
 *
 * Where the bench of one pipeline reads vectors one by one, this one reads words of whole ports cycle by cycle, because
 * copies that are not in step have no common vector. Otherwise it is the same: inputs change while the clock is low, a
 * copy without a vector gets the complement of its next, and every output must come in its cycle and in no other. In
 * files and printed words the part of a copy that has no result is zero.
 */
import type { Netlist } from '../netlist/index.ts';
import { ValueError } from '../errors.ts';
import { instanceLines, recordingLines } from './bench-frame.ts';
import { memoryDeclaration, portWords, rangeText } from './bench-memory.ts';
import { copyPorts, cyclesOf, goldenWords, stimulusWords } from './copies-vectors.ts';
import { generator } from './generator.ts';
import { nameScope } from './names.ts';
import { describeAll, memoryText } from './print.ts';
import type { TextFile } from './print.ts';
import type { TestVectors } from './test-bench.ts';

/**
 * Print the test bench of a top module of copies and its vector files, all under `tb/`.
 *
 * It ends as that of one pipeline does; of the file of `+out=<path>` see `expectedCopyOutputs`.
 *
 * @param vectors - of each copy; at least one of them has one
 * @throws UnsupportedError if a port is missing, ValueError if the vectors do not fit
 */
export function copiesBench(netlist: Netlist, vectors: readonly TestVectors[]): readonly TextFile[] {
  const copies = vectors.length;
  const top = describeAll(netlist.modules).get(netlist.top)!;
  const { inputs, outputs, dataIn, dataOut } = copyPorts(netlist, copies);
  const count = vectors.reduce((sum, { golden }) => sum + golden.length, 0);
  if (count === 0) throw new ValueError('test bench: 0 vectors, must be at least 1 stimulus and 1 golden output');
  const cycles = cyclesOf(vectors);
  const { resetCycles = 4 } = vectors[0]!;

  const scope = nameScope();
  for (const { name } of [{ name: 'clk' }, { name: 'rst' }, ...inputs, ...outputs]) scope.take(name);
  const own = (name: string): string => scope.take(name);
  const bench = own(`${netlist.top}_tb`);
  const dut = own('dut');
  const [cycle, held, copy, done, bad, file, path] = [
    'cycle',
    'held',
    'copy',
    'done',
    'mismatches',
    'file',
    'path',
  ].map(own);
  const [validStimulus, validGolden] = ['valid_in_stimulus', 'valid_out_golden'].map(own);
  const stimulusOf = dataIn.map(({ name }) => own(`${name}_stimulus`));
  const goldenOf = dataOut.map(({ name }) => own(`${name}_golden`));
  const shownOf = dataOut.map(({ name }) => own(`${name}_shown`));
  const connections = [
    ...(top.clock ? ['clk'] : []),
    ...(top.reset ? ['rst'] : []),
    ...[...inputs, ...outputs].map(({ name }) => name),
  ];
  const memories = [
    { file: 'valid_in', name: validStimulus!, width: copies },
    { file: 'valid_out', name: validGolden!, width: copies },
    ...dataIn.map(({ name, width }, p) => ({ file: `in_${name}`, name: stimulusOf[p]!, width })),
    ...dataOut.map(({ name, width }, p) => ({ file: `out_${name}`, name: goldenOf[p]!, width })),
  ];
  const isWrong = [
    `valid_out[${copy}] !== ${validGolden}[${cycle}][${copy}]`,
    ...dataOut.map(
      ({ own: bits }, p) =>
        `${shownOf[p]}[${copy} * ${bits} +: ${bits}] !== ${goldenOf[p]}[${cycle}][${copy} * ${bits} +: ${bits}]`,
    ),
  ].join(' ||\n            ');
  const set = (index: string): string[] => [
    `valid_in = ${validStimulus}[${index}];`,
    ...dataIn.map(({ name }, p) => `${name} = ${stimulusOf[p]}[${index}];`),
  ];

  const text = [
    `// Made by ${generator}.`,
    `// Self-checking test bench of ${netlist.top}: ${count} vectors in ${copies} copies, ${cycles} cycles.`,
    '// Run from the root of the folder; +out=<path> names the file of the outputs, +vcd writes a wave file.',
    `module ${bench};`,
    '  reg clk;',
    '  reg rst;',
    `  reg ${done};`,
    ...inputs.map(({ name, width }) => `  reg ${rangeText(width)}${name};`),
    ...outputs.map(({ name, width }) => `  wire ${rangeText(width)}${name};`),
    '',
    ...instanceLines(top.module.name, dut, connections),
    '',
    '  // Data of the copies that have a result.',
    ...dataOut.map(({ name, width, own: bits }, p) => {
      const mask = Array.from({ length: copies }, (_, k) => `{${bits}{valid_out[${copies - 1 - k}]}}`);
      return `  wire ${rangeText(width)}${shownOf[p]} = ${name} & {${mask.join(', ')}};`;
    }),
    '',
    ...memories.map(({ name, width }) => memoryDeclaration(width, name, cycles)),
    '',
    `  integer ${cycle};`,
    `  integer ${held};`,
    `  integer ${copy};`,
    `  integer ${bad};`,
    `  integer ${file};`,
    `  reg [2047:0] ${path};`,
    '',
    `  initial ${bad} = 0;`,
    '  initial begin',
    ...memories.map((memory) => `    $readmemh("tb/vectors/${memory.file}.mem", ${memory.name});`),
    ...recordingLines(file!, path!, netlist.top, dut),
    '',
    `    ${done} = 0;`,
    '    clk = 0;',
    '    rst = 1;',
    '    valid_in = 0;',
    ...dataIn.map(({ name }, p) => `    ${name} = ~${stimulusOf[p]}[0];`),
    // Verilator 5.006 shows the clocked process an old count in the first cycle, so that of the reset is another.
    `    ${cycle} = 0;`,
    `    for (${held} = 0; ${held} < ${resetCycles}; ${held} = ${held} + 1) begin`,
    '      #5 clk = 1;',
    '      #5 clk = 0;',
    '    end',
    '    rst = 0;',
    '',
    `    for (${cycle} = 0; ${cycle} < ${cycles}; ${cycle} = ${cycle} + 1) begin`,
    ...set(cycle!).map((line) => `      ${line}`),
    '      #5 clk = 1;',
    '      #5 clk = 0;',
    '    end',
    '',
    `    ${done} = 1;`,
    '    #5 clk = 1;',
    '  end',
    '',
    '  // Outputs as they stand when the clock rises.',
    '  always @(posedge clk)',
    `    if (${done}) begin`,
    `      if (${bad} == 0) $display("PASS ${count} vectors");`,
    `      else $display("FAIL %0d of ${count}", ${bad});`,
    `      $fclose(${file});`,
    '      $finish;',
    '    end else if (!rst) begin',
    `      if (valid_out !== ${copies}'b0)`,
    `        $fdisplay(${file}, "%0d %h", ${cycle}, {${['valid_out', ...shownOf.toReversed()].join(', ')}});`,
    `      for (${copy} = 0; ${copy} < ${copies}; ${copy} = ${copy} + 1) begin`,
    `        if (${isWrong}) begin`,
    `          if (${bad} < 10) begin`,
    `            $display("MISMATCH copy %0d: valid_out %b in cycle %0d, expected %b", ${copy}, valid_out[${copy}], ${cycle}, ${validGolden}[${cycle}][${copy}]);`,
    ...dataOut.map(
      ({ name, own: bits }, p) =>
        `            $display("  ${name} = %h, expected %h", ${shownOf[p]}[${copy} * ${bits} +: ${bits}], ${goldenOf[p]}[${cycle}][${copy} * ${bits} +: ${bits}]);`,
    ),
    '          end',
    `          ${bad} = ${bad} + 1;`,
    '        end',
    '      end',
    '    end',
    'endmodule',
    '',
  ].join('\n');

  const golden = goldenWords(vectors, dataOut);
  const given = stimulusWords(vectors, dataIn);
  return [
    { path: `tb/${bench}.v`, text },
    { path: 'tb/vectors/valid_in.mem', text: memoryText(given.valid, copies) },
    { path: 'tb/vectors/valid_out.mem', text: memoryText(golden.valid, copies) },
    ...dataIn.map(({ name, width }, p) => ({
      path: `tb/vectors/in_${name}.mem`,
      text: portWords(given.data[p]!, width, name),
    })),
    ...dataOut.map(({ name, width }, p) => ({
      path: `tb/vectors/out_${name}.mem`,
      text: portWords(golden.data[p]!, width, name),
    })),
  ];
}
