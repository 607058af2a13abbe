/**
 * Writes a prepared module as Verilog-2001: a walk that decides nothing and changes nothing.
 *
 * Combinational logic is net declarations with an assignment, state is one `always @(posedge clk)` with non-blocking
 * assignments for the registers and one per memory, and bits that nothing reads are gathered in one wire named `unused`, which Verilator's lint exempts by
 * that name and synthesis removes. No compiler directives, no time scale, no vendor primitives.
 */
import type { Module, Netlist } from '../netlist/index.ts';
import { concat, expressionText, literal } from './expression.ts';
import type { Expression, Identifier } from './expression.ts';
import { generator } from './generator.ts';
import type { PipelineDepth } from './pipeline-depth.ts';
import { describeCallee, prepareModule } from './prepare.ts';
import type { Callee, PreparedInstance, PreparedMemory, PreparedModule, PreparedRegister } from './prepare.ts';

/** A text file of the emitted folder; `path` is relative to its root, with forward slashes. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

const lineWidth = 110;

/**
 * Print one module as a Verilog-2001 source file.
 *
 * @param callees every module that `module` instantiates, and those below them
 */
export function printModule(module: Module, callees: readonly Module[] = []): string {
  return printPrepared(prepareModule(module, describeAll(callees)));
}

/** Print every module of a netlist, one file `src/<module>.v` each, callees before callers. */
export function printNetlist(netlist: Netlist): readonly TextFile[] {
  const described = describeAll(netlist.modules);
  return netlist.modules.map((module) => {
    const prepared = prepareModule(module, described);
    return { path: `src/${prepared.name}.v`, text: printPrepared(prepared) };
  });
}

/** Describe modules (callees before callers) for their callers. */
export function describeAll(modules: readonly Module[]): ReadonlyMap<string, Callee> {
  const described = new Map<string, Callee>();
  for (const module of modules) described.set(module.name, describeCallee(module, described));
  return described;
}

function printPrepared(module: PreparedModule): string {
  const sections = [
    module.roms.flatMap(({ name, width, depth, path }) => [
      `  reg ${range(width)}${name} [0:${depth - 1}];`,
      `  initial $readmemh("${path}", ${name});`,
    ]),
    module.memories.map(({ name, width, depth }) => `  reg ${range(width)}${name} [0:${depth - 1}];`),
    staged(module.registers, ({ target }) => [`  reg ${range(target.width)}${target.name};`]),
    module.instances.flatMap(({ outputs }) => outputs.map(({ target }) => `  wire ${declaration(target)};`)),
    staged(module.wires, ({ target, value }) => assignment(`  wire ${declaration(target)} = `, value)),
    ...module.instances.map(printInstance),
    printClocked(module.registers),
    ...module.memories.map(printMemoryWrite),
    module.outputs.flatMap(({ target, value }) => assignment(`  assign ${target.name} = `, value)),
    printUnread(module.unread),
  ];
  const body = sections.filter((section) => section.length > 0).map((section) => section.join('\n'));
  return `${printHeader(module)}\n${printPorts(module)}\n${body.join('\n\n')}\n\nendmodule\n`;
}

function printHeader(module: PreparedModule): string {
  const depth = depthText(module.depth);
  return [`Made by ${generator}.`, ...module.comment.split(/\r?\n/), ...depth].map((line) => `// ${line}`).join('\n');
}

/** One line on the registers between inputs and outputs; none where elements of a bus have different numbers of them. */
function depthText(known: PipelineDepth | undefined): readonly string[] {
  if (known === undefined) return ['Values feed back: no fixed pipeline depth.'];
  const { depth, isUniform } = known;
  if (depth === undefined) return [];
  if (depth === 0) return ['Combinational: pipeline depth 0.'];
  const registers = `${isUniform ? '' : 'at most '}${depth} ${depth === 1 ? 'register' : 'registers'}`;
  return [`Pipeline depth: ${registers} from input to output.`];
}

function printPorts(module: PreparedModule): string {
  const ports = [
    ...(module.clock ? ['input wire clk'] : []),
    ...(module.reset ? ['input wire rst'] : []),
    ...module.inputs.map((port) => `input wire ${declaration(port)}`),
    ...module.outputs.map(({ target }) => `output wire ${declaration(target)}`),
  ];
  return `module ${module.name} (\n${ports.map((port) => `  ${port}`).join(',\n')}\n);`;
}

function range(width: number): string {
  return width === 1 ? '' : `[${width - 1}:0] `;
}

function declaration({ name, width }: Identifier): string {
  return `${range(width)}${name}`;
}

/** Print items under a comment per pipeline stage; without comments where all are in one stage or none is known. */
function staged<T extends { readonly stage: number | undefined }>(
  items: readonly T[],
  line: (item: T) => readonly string[],
  indent = '  ',
): string[] {
  const several = items.some(
    (item) => item.stage !== undefined && Math.max(0, item.stage) !== Math.max(0, items[0]!.stage!),
  );
  let current: number | undefined;
  return items.flatMap((item) => {
    const stage = Math.max(0, item.stage ?? 0);
    const heading = several && stage !== current ? [`${indent}// stage ${stage}`] : [];
    current = stage;
    return [...heading, ...line(item)];
  });
}

/** Print `head` and a value, a long concatenation over several lines. */
function assignment(head: string, value: Expression, indent = '  '): string[] {
  const text = `${head}${expressionText(value)};`;
  if (text.length <= lineWidth || value.kind !== 'concat') return [text];
  return [`${head}{`, ...filled(value.parts, `${indent}  `), `${indent}};`];
}

/** Fill lines with comma-separated expressions. */
function filled(parts: readonly Expression[], indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  parts.forEach((part, k) => {
    const item = `${expressionText(part)}${k + 1 < parts.length ? ',' : ''}`;
    if (line !== '' && indent.length + line.length + 1 + item.length > lineWidth) {
      lines.push(indent + line);
      line = item;
    } else line = line === '' ? item : `${line} ${item}`;
  });
  lines.push(indent + line);
  return lines;
}

function printInstance(instance: PreparedInstance): string[] {
  const connections = [
    ...(instance.clock ? ['.clk(clk)'] : []),
    ...(instance.reset ? ['.rst(rst)'] : []),
    ...instance.inputs.map(({ port, value }) => `.${port}(${expressionText(value)})`),
    ...instance.outputs.map(({ port, target }) => `.${port}(${target.name})`),
  ];
  const lines = connections.map((connection, k) => `    ${connection}${k + 1 < connections.length ? ',' : ''}`);
  return [`  ${instance.module} ${instance.name} (`, ...lines, '  );'];
}

function printClocked(registers: readonly PreparedRegister[]): string[] {
  if (registers.length === 0) return [];
  const lines = staged(registers, printRegister, '    ');
  return ['  always @(posedge clk) begin', ...lines, '  end'];
}

/** Reset wins over enable. */
function printRegister({ target, next, reset, enable }: PreparedRegister): string[] {
  const update = enable ? `if (${expressionText(enable)}) ${target.name} <= ` : `${target.name} <= `;
  if (!reset) return assignment(`    ${update}`, next, '    ');
  return [
    `    if (rst) ${target.name} <= ${expressionText(reset)};`,
    ...assignment(`    else ${update}`, next, '    '),
  ];
}

function printMemoryWrite({ name, write: { enable, address, data } }: PreparedMemory): string[] {
  const head = `    if (${expressionText(enable)}) ${name}[${expressionText(address)}] <= `;
  return ['  always @(posedge clk) begin', ...assignment(head, data, '    '), '  end'];
}

function printUnread(unread: readonly Expression[]): string[] {
  if (unread.length === 0) return [];
  // Led by a constant 0, so that the reduction is 0 whatever the bits are.
  const value = concat([literal(1, 0n), ...unread]);
  const comment = '  // Bits that nothing reads, gathered so that lint tells a forgotten net from an intended one.';
  const text = `  wire unused = &${expressionText(value)};`;
  if (text.length <= lineWidth) return [comment, text];
  return [comment, '  wire unused = &{', ...filled(value.kind === 'concat' ? value.parts : [value], '    '), '  };'];
}

/** Print memory words as $readmemh reads them: one per line, all digits of the width. */
export function memoryText(words: readonly bigint[], width: number): string {
  const digits = Math.ceil(width / 4);
  return words.map((word) => `${BigInt.asUintN(width, word).toString(16).padStart(digits, '0')}\n`).join('');
}

/** Print the ROM contents of a netlist, one file per ROM and module. */
export function printMemories(netlist: Netlist): readonly TextFile[] {
  const described = describeAll(netlist.modules);
  return netlist.modules.flatMap((module) =>
    prepareModule(module, described).roms.map(({ path, width, rom }) => ({
      path,
      text: memoryText(module.roms[rom]!.words, width),
    })),
  );
}
