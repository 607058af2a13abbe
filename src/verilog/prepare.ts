/**
 * Decides everything about a module's text before any of it is printed: names, what is printed inline, the order of
 * declarations, and which bits nobody reads.
 *
 * Inline are constants, and unnamed slices, extensions of identifiers, and extensions, concatenations and complements
 * with one consumer; every other cell gets a line of its own, so that no operator ever stands inside another's width
 * context. Cells that no output depends on are left out. Pure: the netlist is only read.
 */
import { sourcesOf } from '../netlist/index.ts';
import type { Cell, Instance, Module, Net } from '../netlist/index.ts';
import { complement, concat, literal, replicate, visitReferences, whole } from './expression.ts';
import type { Expression, Identifier } from './expression.ts';
import { nameScope, verilogName } from './names.ts';
import { pipelineDepth } from './pipeline-depth.ts';
import type { PipelineDepth } from './pipeline-depth.ts';

export interface PreparedWire {
  readonly target: Identifier;
  readonly value: Expression;
  /** Registers between the inputs and this value; undefined where the module has no such number. */
  readonly stage: number | undefined;
}

export interface PreparedRegister {
  readonly target: Identifier;
  readonly next: Expression;
  readonly reset: Expression | undefined;
  readonly enable: Expression | undefined;
  readonly stage: number | undefined;
}

export interface PreparedInstance {
  readonly name: string;
  readonly module: string;
  readonly clock: boolean;
  readonly reset: boolean;
  readonly inputs: readonly { readonly port: string; readonly value: Expression }[];
  readonly outputs: readonly { readonly port: string; readonly target: Identifier }[];
}

export interface PreparedRom {
  /** Index in the module's `roms`. */
  readonly rom: number;
  readonly name: string;
  readonly width: number;
  readonly depth: number;
  /** Path of the words, relative to the root of the emitted folder. */
  readonly path: string;
}

export interface PreparedMemory {
  /** Index in the module's `memories`. */
  readonly memory: number;
  readonly name: string;
  readonly width: number;
  readonly depth: number;
  readonly write: { readonly enable: Expression; readonly address: Expression; readonly data: Expression };
}

export interface PreparedModule {
  readonly name: string;
  readonly comment: string;
  /** Registers from inputs to outputs; undefined where registers feed back. */
  readonly depth: PipelineDepth | undefined;
  /** Whether the module has the port `clk`, and `rst`. */
  readonly clock: boolean;
  readonly reset: boolean;
  readonly inputs: readonly Identifier[];
  readonly outputs: readonly { readonly target: Identifier; readonly value: Expression }[];
  readonly roms: readonly PreparedRom[];
  readonly memories: readonly PreparedMemory[];
  readonly wires: readonly PreparedWire[];
  readonly registers: readonly PreparedRegister[];
  readonly instances: readonly PreparedInstance[];
  /** The identifier that shows each net with a declaration of its own. */
  readonly nets: ReadonlyMap<Net, Identifier>;
  /** Declared bits that nothing reads, as part selects. */
  readonly unread: readonly Expression[];
}

/** What an instantiating module must know of the one it instantiates. */
export interface Callee {
  readonly module: Module;
  readonly clock: boolean;
  readonly reset: boolean;
  readonly depth: PipelineDepth | undefined;
}

/** Prefix of the names of unnamed nets, by cell kind. */
const prefixes: Record<Cell['kind'], string> = {
  constant: 'constant',
  input: 'in',
  extend: 'ext',
  slice: 'bits',
  concat: 'cat',
  not: 'not',
  and: 'and',
  or: 'or',
  xor: 'xor',
  add: 'sum',
  subtract: 'diff',
  multiply: 'prod',
  equal: 'eq',
  less: 'lt',
  mux: 'mux',
  rom: 'rom',
  memory: 'word',
  register: 'reg',
  instance: 'out',
};

/** File of a ROM's words, relative to the root of the emitted folder. */
export function memoryPath(module: string, rom: string): string {
  return `src/memfiles/${verilogName(module)}_${verilogName(rom)}.mem`;
}

/** Describe a module to the modules that instantiate it; `callees` holds those it instantiates itself. */
export function describeCallee(module: Module, callees: ReadonlyMap<string, Callee>): Callee {
  const depths = new Map([...callees].map(([name, callee]) => [name, callee.depth]));
  const live = liveNets(module);
  const isLive = (net: Net): boolean => live[net]! > 0;
  const called = liveInstances(module, live).map((instance) => calleeOf(instance, callees));
  const registers = module.cells.filter((cell, net) => cell.kind === 'register' && isLive(net));
  const hasMemory = module.cells.some((cell, net) => cell.kind === 'memory' && isLive(net));
  const hasPort = (name: string): boolean => module.inputs.some((port) => port.name === name);
  return {
    module,
    clock: !hasPort('clk') && (registers.length > 0 || hasMemory || called.some((callee) => callee.clock)),
    reset:
      !hasPort('rst') &&
      (registers.some((cell) => cell.kind === 'register' && cell.reset !== undefined) ||
        called.some((callee) => callee.reset)),
    depth: pipelineDepth(module, depths),
  };
}

/** Count the live consumers of each net; 0 means that no output depends on it. */
function liveNets(module: Module): Uint32Array {
  const uses = new Uint32Array(module.cells.length);
  const seen = new Uint8Array(module.cells.length);
  const seenInstances = new Set<number>();
  const stack = module.outputs.map((port) => port.net);
  for (const net of stack) uses[net]! += 1;
  while (stack.length > 0) {
    const net = stack.pop()!;
    if (seen[net]) continue;
    seen[net] = 1;
    const cell = module.cells[net]!;
    if (cell.kind === 'instance') {
      if (seenInstances.has(cell.instance)) continue;
      seenInstances.add(cell.instance);
    }
    for (const source of sourcesOf(cell, module)) {
      uses[source]! += 1;
      stack.push(source);
    }
  }
  return uses;
}

function liveInstances(module: Module, live: Uint32Array): readonly Instance[] {
  const used = new Set<number>();
  module.cells.forEach((cell, net) => {
    if (cell.kind === 'instance' && live[net]! > 0) used.add(cell.instance);
  });
  return module.instances.filter((_, index) => used.has(index));
}

function calleeOf(instance: Instance, callees: ReadonlyMap<string, Callee>): Callee {
  const callee = callees.get(instance.module);
  if (!callee) throw new Error(`prepare: instance ${instance.name} names the unknown module ${instance.module}`);
  return callee;
}

/** Prepare a module for printing; `callees` describes the modules that it instantiates. */
export function prepareModule(module: Module, callees: ReadonlyMap<string, Callee> = new Map()): PreparedModule {
  const self = describeCallee(module, callees);
  const uses = liveNets(module);
  const scope = nameScope();
  if (self.clock) scope.take('clk');
  if (self.reset) scope.take('rst');
  const inputs = module.inputs.map((port) => ({ name: scope.take(port.name), width: port.width }));
  const outputs = module.outputs.map((port) => ({ name: scope.take(port.name), width: port.width }));
  scope.take('unused');

  // A declared identifier per net, or none where the net is printed inline.
  const declared = new Map<Net, Identifier>();
  const instanceOutputs = new Map<string, Identifier>();
  const lines: Net[] = [];
  module.cells.forEach((cell, net) => {
    if (uses[net] === 0) return;
    if (cell.kind === 'input') {
      declared.set(net, inputs[cell.port]!);
      return;
    }
    if (isInline(module, net, uses[net]!, (operand) => declared.has(operand))) return;
    if (cell.kind === 'instance') {
      const key = `${cell.instance} ${cell.output}`;
      const known = instanceOutputs.get(key);
      if (known) {
        declared.set(net, known);
        return;
      }
      const instance = module.instances[cell.instance]!;
      const port = calleeOf(instance, callees).module.outputs[cell.output]!;
      const target = { name: scope.take(module.names[net] ?? `${instance.name}_${port.name}`), width: port.width };
      instanceOutputs.set(key, target);
      declared.set(net, target);
      return;
    }
    const source = cell.kind === 'register' ? declared.get(cell.d) : undefined;
    const wanted = module.names[net] ?? (source ? `${source.name}_q` : `${prefixes[cell.kind]}_${net}`);
    declared.set(net, { name: scope.take(wanted), width: module.widths[net]! });
    lines.push(net);
  });

  const romNames = new Map<number, string>();
  const memoryNames = new Map<number, string>();
  module.cells.forEach((cell, net) => {
    if (uses[net] === 0) return;
    if (cell.kind === 'rom' && !romNames.has(cell.rom)) romNames.set(cell.rom, scope.take(module.roms[cell.rom]!.name));
    if (cell.kind === 'memory' && !memoryNames.has(cell.memory))
      memoryNames.set(cell.memory, scope.take(module.memories[cell.memory]!.name));
  });

  const bits = bitReader(module, declared);
  const all = (net: Net): Expression => bits(net, 0, module.widths[net]!);
  const stageOf = (net: Net): number | undefined => self.depth?.stages[net];

  const wires: PreparedWire[] = [];
  const registers: PreparedRegister[] = [];
  for (const net of lines) {
    const cell = module.cells[net]!;
    const target = declared.get(net)!;
    if (cell.kind === 'register') {
      const reset = cell.reset === undefined ? undefined : literal(target.width, cell.reset);
      const enable = cell.enable === undefined ? undefined : all(cell.enable);
      registers.push({ target, next: all(cell.d), reset, enable, stage: stageOf(net) });
    } else {
      const value = cellExpression(cell, net, module, all, bits, { romNames, memoryNames });
      wires.push({ target, value, stage: stageOf(net) });
    }
  }

  const instances = module.instances.flatMap((instance, index): PreparedInstance[] => {
    const callee = calleeOf(instance, callees);
    const live = callee.module.outputs.some((_, k) => instanceOutputs.has(`${index} ${k}`));
    if (!live) return [];
    const ports = portNames(callee);
    return [
      {
        name: scope.take(instance.name),
        module: verilogName(instance.module),
        clock: callee.clock,
        reset: callee.reset,
        inputs: instance.inputs.map((net, k) => ({ port: ports.inputs[k]!, value: all(net) })),
        outputs: callee.module.outputs.map((port, k) => ({
          port: ports.outputs[k]!,
          target: instanceOutputs.get(`${index} ${k}`) ?? {
            name: scope.take(`${instance.name}_${port.name}`),
            width: port.width,
          },
        })),
      },
    ];
  });

  const prepared = {
    name: verilogName(module.name),
    comment: module.comment,
    depth: self.depth,
    clock: self.clock,
    reset: self.reset,
    inputs,
    outputs: module.outputs.map((port, k) => ({ target: outputs[k]!, value: all(port.net) })),
    roms: [...romNames].map(([rom, name]) => ({
      rom,
      name,
      width: module.roms[rom]!.width,
      depth: module.roms[rom]!.words.length,
      path: memoryPath(module.name, module.roms[rom]!.name),
    })),
    memories: [...memoryNames].map(([memory, name]) => {
      const { width, words, write } = module.memories[memory]!;
      return {
        memory,
        name,
        width,
        depth: words,
        write: { enable: all(write.enable), address: all(write.address), data: all(write.data) },
      };
    }),
    wires: byStage(wires),
    registers: byStage(registers),
    instances,
    nets: declared,
  };
  return { ...prepared, unread: unreadBits(prepared) };
}

/** Names of a module's ports as its own text declares them. */
export function portNames(callee: Callee): { readonly inputs: readonly string[]; readonly outputs: readonly string[] } {
  const scope = nameScope();
  if (callee.clock) scope.take('clk');
  if (callee.reset) scope.take('rst');
  const inputs = callee.module.inputs.map((port) => scope.take(port.name));
  return { inputs, outputs: callee.module.outputs.map((port) => scope.take(port.name)) };
}

function isInline(module: Module, net: Net, uses: number, isDeclared: (net: Net) => boolean): boolean {
  const cell = module.cells[net]!;
  if (cell.kind === 'constant') return true;
  if (module.names[net] !== undefined) return false;
  switch (cell.kind) {
    case 'slice':
      return true;
    case 'extend':
      return uses === 1 || isDeclared(cell.a) || module.cells[cell.a]!.kind === 'slice';
    case 'concat':
    case 'not':
      return uses === 1;
    default:
      return false;
  }
}

type BitReader = (net: Net, lsb: number, width: number) => Expression;

/** Make the function that spells any bits of a net, looking through inline cells to declared identifiers. */
function bitReader(module: Module, declared: ReadonlyMap<Net, Identifier>): BitReader {
  const read: BitReader = (net, lsb, width) => {
    const of = declared.get(net);
    return of ? { kind: 'bits', of, lsb, width } : inlineBits(module, read, net, lsb, width);
  };
  return read;
}

/** Spell bits of a structural cell by bits of its operands. */
function inlineBits(module: Module, read: BitReader, net: Net, lsb: number, width: number): Expression {
  const cell = module.cells[net]!;
  switch (cell.kind) {
    case 'constant':
      return literal(width, cell.value >> BigInt(lsb));
    case 'slice':
      return read(cell.a, lsb + cell.lsb, width);
    case 'not':
      return complement(read(cell.a, lsb, width));
    case 'extend': {
      const inner = module.widths[cell.a]!;
      const kept = Math.max(0, Math.min(inner - lsb, width));
      const low = kept > 0 ? [read(cell.a, lsb, kept)] : [];
      if (kept === width) return low[0]!;
      const high = width - kept;
      return concat([cell.signed ? replicate(high, read(cell.a, inner - 1, 1)) : literal(high, 0n), ...low]);
    }
    case 'concat': {
      const parts: Expression[] = [];
      let offset = 0;
      for (const part of cell.parts.toReversed()) {
        const from = Math.max(lsb, offset);
        const to = Math.min(lsb + width, offset + module.widths[part]!);
        if (from < to) parts.unshift(read(part, from - offset, to - from));
        offset += module.widths[part]!;
      }
      return concat(parts);
    }
    default:
      throw new Error(`prepare: cell ${net} of kind ${cell.kind} cannot be printed inline`);
  }
}

const operators = { and: '&', or: '|', xor: '^', add: '+', subtract: '-', equal: '==', less: '<' } as const;

/** Spell the cell that gets a line of its own. */
function cellExpression(
  cell: Cell,
  net: Net,
  module: Module,
  all: (net: Net) => Expression,
  bits: BitReader,
  { romNames, memoryNames }: { readonly [names in 'romNames' | 'memoryNames']: ReadonlyMap<number, string> },
): Expression {
  const width = module.widths[net]!;
  switch (cell.kind) {
    case 'extend':
    case 'slice':
    case 'concat':
    case 'not':
      return inlineBits(module, bits, net, 0, width);
    case 'and':
    case 'or':
    case 'xor':
    case 'add':
    case 'subtract':
    case 'equal':
      return { kind: 'binary', width, operator: operators[cell.kind], a: all(cell.a), b: all(cell.b), signed: false };
    case 'less': {
      const never = neverLess(module, cell.a, cell.b, cell.signed);
      if (never) return literal(1, 0n);
      return { kind: 'binary', width, operator: '<', a: all(cell.a), b: all(cell.b), signed: cell.signed };
    }
    case 'multiply': {
      // Both operands at the width of the product: the context then widens nothing. Where one is signed both are
      // spelled signed, so that synthesis sees the sign extension and trims the multiplier back to its true size.
      const widen = (operand: Net, signed: boolean): Expression => {
        const inner = module.widths[operand]!;
        const high = signed ? replicate(width - inner, bits(operand, inner - 1, 1)) : literal(width - inner, 0n);
        return concat([high, all(operand)]);
      };
      const a = widen(cell.a, cell.signedA);
      const b = widen(cell.b, cell.signedB);
      return { kind: 'binary', width, operator: '*', a, b, signed: cell.signedA || cell.signedB };
    }
    case 'mux':
      return { kind: 'conditional', width, select: all(cell.select), a: all(cell.a), b: all(cell.b) };
    case 'rom':
      return { kind: 'word', width, memory: romNames.get(cell.rom)!, address: all(cell.address) };
    case 'memory':
      return { kind: 'word', width, memory: memoryNames.get(cell.memory)!, address: all(cell.address) };
    case 'constant':
    case 'input':
    case 'register':
    case 'instance':
      throw new Error(`prepare: cell ${net} of kind ${cell.kind} has no expression`);
    default:
      return cell satisfies never;
  }
}

/** Whether a < b is false for every value, which Verilator would report as a constant comparison. */
function neverLess(module: Module, a: Net, b: Net, signed: boolean): boolean {
  const width = BigInt(module.widths[a]!);
  const smallest = signed ? 1n << (width - 1n) : 0n;
  const largest = ((1n << width) - 1n) ^ smallest;
  const [left, right] = [module.cells[a]!, module.cells[b]!];
  return (
    (left.kind === 'constant' && left.value === largest) || (right.kind === 'constant' && right.value === smallest)
  );
}

/** Order by stage, else as given; definitions stay before their uses, because stages never fall along a path. */
function byStage<T extends { readonly stage: number | undefined }>(items: readonly T[]): readonly T[] {
  return items.toSorted((p, q) => (p.stage ?? 0) - (q.stage ?? 0));
}

/** Find the declared bits that no expression reads. */
function unreadBits(module: Omit<PreparedModule, 'unread'>): readonly Expression[] {
  const read = new Map<string, Uint8Array>();
  const mark = (of: Identifier, lsb: number, width: number): void => {
    let flags = read.get(of.name);
    if (!flags) read.set(of.name, (flags = new Uint8Array(of.width)));
    flags.fill(1, lsb, lsb + width);
  };
  for (const { value } of module.wires) visitReferences(value, mark);
  for (const { value } of module.outputs) visitReferences(value, mark);
  for (const { inputs } of module.instances) for (const { value } of inputs) visitReferences(value, mark);
  for (const { next, enable } of module.registers) {
    visitReferences(next, mark);
    if (enable) visitReferences(enable, mark);
  }
  for (const { write } of module.memories)
    for (const value of [write.enable, write.address, write.data]) visitReferences(value, mark);
  const identifiers = [
    ...module.inputs.filter(({ name }) => name !== 'clk' && name !== 'rst'),
    ...module.instances.flatMap(({ outputs }) => outputs.map(({ target }) => target)),
    ...module.wires.map(({ target }) => target),
    ...module.registers.map(({ target }) => target),
  ];
  const unread: Expression[] = [];
  for (const of of identifiers) {
    const flags = read.get(of.name);
    if (!flags) {
      unread.push(whole(of));
      continue;
    }
    for (let lsb = flags.indexOf(0); lsb >= 0;) {
      const next = flags.indexOf(1, lsb);
      const end = next < 0 ? of.width : next;
      unread.push({ kind: 'bits', of, lsb, width: end - lsb });
      lsb = flags.indexOf(0, end);
    }
  }
  return unread;
}
