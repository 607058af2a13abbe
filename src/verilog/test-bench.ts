/**
 * A self-checking test bench in plain Verilog, for Icarus (-g2005) and Verilator 5 (--binary --timing).
 *
 * One process drives the clock and all inputs, which change while the clock is low; another reads the outputs as they
 * stand when the clock rises, so that no race exists. Cycle 0 is the first cycle after reset; an output of cycle c was
 * visible before rising edge c. The clocked process also reports, because Verilator 5.006
 * takes variables for constant that a process reads after its delays. While `valid_in` is 0 the data inputs carry the complement of the next vector, so that
 * a design that listens to invalid data is found out. Each output must have the expected value in the expected cycle;
 * an X or Z counts as a difference.
 */
import type { Netlist } from '../netlist/index.ts';
import { UnsupportedError, ValueError } from '../errors.ts';
import { instanceLines, recordingLines } from './bench-frame.ts';
import { memoryDeclaration, portWords, rangeText } from './bench-memory.ts';
import { generator } from './generator.ts';
import { nameScope } from './names.ts';
import { portNames } from './prepare.ts';
import { describeAll, memoryText } from './print.ts';
import type { TextFile } from './print.ts';

export interface TestVectors {
  /** Per vector one bus word per data input (all inputs of the top module but `valid_in`), in port order. */
  readonly stimuli: readonly (readonly bigint[])[];
  /** Per expected output one bus word per data output (all outputs of the top module but `valid_out`). */
  readonly golden: readonly (readonly bigint[])[];
  /** Cycle in which each golden output must show, counted from the first cycle after reset; increasing. */
  readonly goldenCycles: readonly number[];
  /** Per cycle, whether `valid_in` is 1; as many true entries as stimuli. The run has one cycle per entry. */
  readonly pattern: readonly boolean[];
  /**
   * Cycles of reset before the run, at least 1.
   * @defaultValue 4
   */
  readonly resetCycles?: number;
}

/** An output of a bench: the cycle in which it shows and the data outputs as one word, the first port lowest. */
export interface BenchOutput {
  readonly cycle: number;
  readonly word: bigint;
}

/** List the outputs that a run of the bench must write. */
export function expectedOutputs(netlist: Netlist, vectors: TestVectors): readonly BenchOutput[] {
  const top = netlist.modules.find(({ name }) => name === netlist.top)!;
  const widths = top.outputs.filter(({ name }) => name !== 'valid_out').map(({ width }) => width);
  return vectors.golden.map((words, k) => ({
    cycle: vectors.goldenCycles[k]!,
    word: words.reduceRight((packed, word, port) => (packed << BigInt(widths[port]!)) | word, 0n),
  }));
}

/** Read the file of outputs that a run of the bench wrote; a word with X or Z digits reads as −1. */
export function readBenchOutputs(text: string): readonly BenchOutput[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [cycle, word] = line.split(' ');
      return { cycle: Number(cycle), word: /^[0-9a-f]+$/.test(word ?? '') ? BigInt(`0x${word}`) : -1n };
    });
}

/** What a simulation of the same stimuli showed; cycles count from the first cycle after reset. */
export interface MeasuredBatch {
  readonly outputs: readonly (readonly bigint[])[];
  /** Cycle in which each stimulus was presented. */
  readonly presentedAt: readonly number[];
  /** Cycle in which each output was valid. */
  readonly validAt: readonly number[];
}

/**
 * Give the idle cycles before a vector: none for the first 16 of every 32 vectors, then a mix of 0 to 3, so that a
 * bench sees full rate, lone vectors and everything between.
 */
export function benchGap(vector: number): number {
  return vector % 32 < 16 ? 0 : [1, 0, 2, 0, 0, 3][vector % 6]!;
}

/** Make the test vectors that repeat a simulated batch: same stimuli, same cycles, its outputs as golden. */
export function measuredVectors(stimuli: TestVectors['stimuli'], batch: MeasuredBatch): TestVectors {
  const cycles = Math.max(batch.presentedAt.at(-1) ?? 0, batch.validAt.at(-1) ?? 0) + 1;
  const pattern = new Array<boolean>(cycles + 8).fill(false);
  for (const cycle of batch.presentedAt) pattern[cycle] = true;
  return { stimuli, golden: batch.outputs, goldenCycles: batch.validAt, pattern };
}

/**
 * Print the test bench of a netlist's top module and its vector files, all under `tb/`.
 *
 * The top module must have the one-bit ports `valid_in` and `valid_out` and at least one data input and output. The
 * simulation prints up to ten mismatches and ends with `PASS <n> vectors` or `FAIL <m> of <n>`; it writes
 * `<cycle> <hex word>` per output to the file of `+out=<path>` (the first output port in the low bits) and a VCD file
 * where `+vcd` is given.
 *
 * @throws UnsupportedError if a port is missing, ValueError if the vectors do not fit each other
 */
export function testBench(netlist: Netlist, vectors: TestVectors): readonly TextFile[] {
  const { stimuli, golden, goldenCycles, pattern, resetCycles = 4 } = vectors;
  const described = describeAll(netlist.modules);
  const top = described.get(netlist.top)!;
  const names = portNames(top);
  const inputs = top.module.inputs.map((port, k) => ({ name: names.inputs[k]!, width: port.width }));
  const outputs = top.module.outputs.map((port, k) => ({ name: names.outputs[k]!, width: port.width }));
  const dataIn = inputs.filter(({ name }) => name !== 'valid_in');
  const dataOut = outputs.filter(({ name }) => name !== 'valid_out');
  if (dataIn.length !== inputs.length - 1 || dataOut.length !== outputs.length - 1)
    throw new UnsupportedError(
      `test bench: module ${netlist.top} has the ports ${[...inputs, ...outputs].map(({ name }) => name).join(', ')}, must have valid_in and valid_out`,
    );
  if (dataIn.length === 0 || dataOut.length === 0)
    throw new UnsupportedError(`test bench: module ${netlist.top} has no data port on one side, must have one on each`);
  if (pattern.filter(Boolean).length !== stimuli.length)
    throw new ValueError(
      `test bench: the pattern has ${pattern.filter(Boolean).length} valid cycles, must have one per stimulus (${stimuli.length})`,
    );
  if (goldenCycles.length !== golden.length)
    throw new ValueError(
      `test bench: ${goldenCycles.length} golden cycles, must be one per golden output (${golden.length})`,
    );
  if (stimuli.length === 0 || golden.length === 0)
    throw new ValueError('test bench: 0 vectors, must be at least 1 stimulus and 1 golden output');

  const scope = nameScope();
  for (const { name } of [{ name: 'clk' }, { name: 'rst' }, ...inputs, ...outputs]) scope.take(name);
  const own = (name: string): string => scope.take(name);
  const bench = own(`${netlist.top}_tb`);
  const dut = own('dut');
  const [cycle, sent, done, seen, bad, file, path] = [
    'cycle',
    'sent',
    'done',
    'seen',
    'mismatches',
    'file',
    'path',
  ].map(own);
  const valid = own('valid_pattern');
  const when = own('golden_cycle');
  const stimulusOf = new Map(dataIn.map(({ name }) => [name, own(`${name}_stimulus`)]));
  const goldenOf = new Map(dataOut.map(({ name }) => [name, own(`${name}_golden`)]));
  const column = (rows: readonly (readonly bigint[])[], k: number): (bigint | undefined)[] => rows.map((row) => row[k]);
  const inputFile = (name: string): string => `tb/vectors/in_${name}.mem`;
  const outputFile = (name: string): string => `tb/vectors/out_${name}.mem`;

  const connections = [
    ...(top.clock ? ['clk'] : []),
    ...(top.reset ? ['rst'] : []),
    ...[...inputs, ...outputs].map(({ name }) => name),
  ];
  const differences = dataOut.map(({ name }) => `${name} !== ${goldenOf.get(name)}[${seen}]`);
  const isWrong = [`valid_out !== 1'b1`, `${cycle} !== ${when}[${seen}]`, ...differences].join(' ||\n          ');

  const text = [
    `// Made by ${generator}.`,
    `// Self-checking test bench of ${netlist.top}: ${stimuli.length} vectors in ${pattern.length} cycles.`,
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
    memoryDeclaration(1, valid, pattern.length),
    memoryDeclaration(32, when, golden.length),
    ...dataIn.map(({ name, width }) => memoryDeclaration(width, stimulusOf.get(name)!, stimuli.length)),
    ...dataOut.map(({ name, width }) => memoryDeclaration(width, goldenOf.get(name)!, golden.length)),
    '',
    `  integer ${cycle};`,
    `  integer ${sent};`,
    `  integer ${seen};`,
    `  integer ${bad};`,
    `  integer ${file};`,
    `  reg [2047:0] ${path};`,
    '',
    `  initial ${seen} = 0;`,
    `  initial ${bad} = 0;`,
    '  initial begin',
    `    $readmemh("tb/vectors/valid_in.mem", ${valid});`,
    `    $readmemh("tb/vectors/golden_cycle.mem", ${when});`,
    ...dataIn.map(({ name }) => `    $readmemh("${inputFile(name)}", ${stimulusOf.get(name)});`),
    ...dataOut.map(({ name }) => `    $readmemh("${outputFile(name)}", ${goldenOf.get(name)});`),
    ...recordingLines(file!, path!, netlist.top, dut),
    '',
    `    ${sent} = 0;`,
    `    ${done} = 0;`,
    '    clk = 0;',
    '    rst = 1;',
    '    valid_in = 0;',
    ...dataIn.map(({ name }) => `    ${name} = ~${stimulusOf.get(name)}[0];`),
    `    for (${cycle} = 0; ${cycle} < ${resetCycles}; ${cycle} = ${cycle} + 1) begin`,
    '      #5 clk = 1;',
    '      #5 clk = 0;',
    '    end',
    '    rst = 0;',
    '',
    `    for (${cycle} = 0; ${cycle} < ${pattern.length}; ${cycle} = ${cycle} + 1) begin`,
    `      valid_in = ${valid}[${cycle}];`,
    `      if (valid_in) begin`,
    ...dataIn.map(({ name }) => `        ${name} = ${stimulusOf.get(name)}[${sent}];`),
    `        ${sent} = ${sent} + 1;`,
    `      end else if (${sent} < ${stimuli.length}) begin`,
    ...dataIn.map(({ name }) => `        ${name} = ~${stimulusOf.get(name)}[${sent}];`),
    '      end',
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
    `      if (${seen} < ${golden.length}) begin`,
    `        $display("MISMATCH: %0d outputs, expected ${golden.length}", ${seen});`,
    `        ${bad} = ${bad} + ${golden.length} - ${seen};`,
    '      end',
    `      if (${bad} == 0) $display("PASS ${golden.length} vectors");`,
    `      else $display("FAIL %0d of ${golden.length}", ${bad});`,
    `      $fclose(${file});`,
    '      $finish;',
    `    end else if (!rst && valid_out !== 1'b0) begin`,
    `      $fdisplay(${file}, "%0d %h", ${cycle}, {${dataOut
      .toReversed()
      .map(({ name }) => name)
      .join(', ')}});`,
    `      if (${seen} >= ${golden.length}) begin`,
    `        if (${bad} < 10) $display("MISMATCH cycle %0d: output after the last expected one", ${cycle});`,
    `        ${bad} = ${bad} + 1;`,
    `      end else if (${isWrong}) begin`,
    `        if (${bad} < 10) begin`,
    `          $display("MISMATCH vector %0d: valid_out %b in cycle %0d, expected 1 in cycle %0d", ${seen}, valid_out, ${cycle}, ${when}[${seen}]);`,
    ...dataOut.map(
      ({ name }) => `          $display("  ${name} = %h, expected %h", ${name}, ${goldenOf.get(name)}[${seen}]);`,
    ),
    '        end',
    `        ${bad} = ${bad} + 1;`,
    '      end',
    `      ${seen} = ${seen} + 1;`,
    '    end',
    'endmodule',
    '',
  ].join('\n');

  return [
    { path: `tb/${bench}.v`, text },
    { path: 'tb/vectors/valid_in.mem', text: memoryText(pattern.map(BigInt), 1) },
    { path: 'tb/vectors/golden_cycle.mem', text: memoryText(goldenCycles.map(BigInt), 32) },
    ...dataIn.map(({ name, width }, k) => ({
      path: inputFile(name),
      text: portWords(column(stimuli, k), width, name),
    })),
    ...dataOut.map(({ name, width }, k) => ({
      path: outputFile(name),
      text: portWords(column(golden, k), width, name),
    })),
  ];
}
