/**
 * Builds one module cell by cell, checking every width at once and sharing identical combinational cells.
 *
 * One method per cell kind; each returns the net that the new (or already existing) cell drives. Folding is confined
 * to what costs nothing to see: constant operands, neutral elements, and slices, extensions and concatenations of each
 * other. Registers, memories and instances are never shared: two registers with the same input may be meant as two.
 * What feeds back (a register, the write of a memory, an instance) is given its inputs later, once.
 */
import { ShapeError, ValueError } from '../errors.ts';
import { instanceTable } from './build-instances.ts';
import { memoryTable } from './build-memories.ts';
import { evaluateCell, isCombinational, ones, operandsOf } from './cells.ts';
import { CLOCK, RESET, uniqueIdentifier } from './identifiers.ts';
import type { Cell, Module, ModulePort, Net, Rom } from './netlist.ts';

/** Optional behaviour of a register. */
export interface RegisterOptions {
  /**
   * Pattern that the synchronous reset loads.
   * @defaultValue none: the register has no reset
   */
  readonly reset?: bigint;
  /**
   * One-bit net; the register holds its value while this is 0.
   * @defaultValue none: the register loads in every cycle
   */
  readonly enable?: Net;
}

/** An instance whose inputs are given later. */
export interface OpenInstance {
  /** One net per output of the module, in its order. */
  readonly outputs: readonly Net[];
  /** Give one net per input of the module, in its order; once. */
  connect(inputs: readonly Net[]): void;
}

/** A module under construction. Widths are in bits and at least 1; every method throws `ShapeError` on a misfit. */
export interface ModuleBuilder {
  /** Add an input port; its net carries the port's name. */
  input(name: string, width: number): Net;
  /** Keep a name free for an output port that is added later. */
  reserve(name: string): void;
  /** Add an output port that shows `net`. */
  output(name: string, net: Net): void;
  /** Bit pattern, 0 ≤ value < 2^width. */
  constant(value: bigint, width: number): Net;
  /** Zero- or sign-extend to `width` ≥ width(a). */
  extend(a: Net, width: number, signed: boolean): Net;
  /** Bits lsb … lsb + width − 1. */
  slice(a: Net, lsb: number, width: number): Net;
  /** Join parts, most significant first. */
  concat(parts: readonly Net[]): Net;
  not(a: Net): Net;
  and(a: Net, b: Net): Net;
  or(a: Net, b: Net): Net;
  xor(a: Net, b: Net): Net;
  /** a + b modulo 2^width. */
  add(a: Net, b: Net): Net;
  /** a − b modulo 2^width. */
  subtract(a: Net, b: Net): Net;
  /** Full product, width(a) + width(b) bits. */
  multiply(a: Net, b: Net, signedA: boolean, signedB: boolean): Net;
  /** One bit: a = b. */
  equal(a: Net, b: Net): Net;
  /** One bit: a < b. */
  less(a: Net, b: Net, signed: boolean): Net;
  /** a where the one-bit `select` is 1, else b. */
  mux(select: Net, a: Net, b: Net): Net;
  /** Add a ROM (or find one with the same name and contents) and give its number. Words: 2^(address width) of them. */
  addRom(name: string, width: number, words: readonly bigint[]): number;
  /** Read ROM number `rom` at an unsigned address. */
  rom(address: Net, rom: number): Net;
  /** Add a memory of `words` ≥ 2 words and give its number; `memoryWrite` gives what is written to it. */
  addMemory(name: string, width: number, words: number): number;
  /** Write `data` to memory number `memory` at an unsigned address of ceil(log2 words) bits while `enable` is 1; once. */
  memoryWrite(memory: number, enable: Net, address: Net, data: Net): void;
  /** Read memory number `memory` at an unsigned address: the contents before the rising edge of this cycle. */
  memory(address: Net, memory: number): Net;
  /** Add a register fed by `d`. */
  register(d: Net, options?: RegisterOptions): Net;
  /** Add a register whose input is given later by `connect`; for feedback. */
  registerPlaceholder(width: number, options?: RegisterOptions): Net;
  /** Feed a placeholder register, once. */
  connect(register: Net, d: Net): void;
  /** Instantiate a module; gives one net per output of it, in its order. */
  instance(name: string, module: Module, inputs: readonly Net[]): readonly Net[];
  /** Instantiate a module whose inputs are given later; for modules that feed each other. */
  openInstance(name: string, module: Module): OpenInstance;
  /** Name a net after a text (made a valid, unique identifier). A net keeps its first name; gives the name in force. */
  name(net: Net, text: string): string;
  /** The name in force of a net, if it has one. */
  nameOf(net: Net): string | undefined;
  /** Width of a net in bits. */
  widthOf(net: Net): number;
  /** The cell that drives a net. */
  cellOf(net: Net): Cell;
  /** Give the finished module; throws `ValueError` if something that was to be given later is not. */
  build(): Module;
}

/**
 * Start a module.
 *
 * @param name a valid Verilog identifier (see `identifier`)
 * @param comment one line saying what the module computes
 */
export function moduleBuilder(name: string, comment: string): ModuleBuilder {
  const cells: Cell[] = [];
  const widths: number[] = [];
  const names: Record<Net, string> = {};
  const inputs: ModulePort[] = [];
  const outputs: ModulePort[] = [];
  const roms: Rom[] = [];
  const romNumbers = new Map<string, number>();
  const taken = new Set<string>([CLOCK, RESET]);
  const hints = new Map<string, number>();
  const shared = new Map<string, Net>();
  const open = new Set<Net>();
  const reserved = new Set<string>();

  const fail = (rule: string): never => {
    throw new ShapeError(`module ${name}: ${rule}`);
  };
  const widthOf = (net: Net): number => widths[net] ?? fail(`net ${net} does not exist (0 … ${cells.length - 1})`);
  const cellOf = (net: Net): Cell => cells[net] ?? fail(`net ${net} does not exist (0 … ${cells.length - 1})`);
  const checkWidth = (width: number, what: string): void => {
    if (!Number.isInteger(width) || width < 1) fail(`${what} has width ${width}, must be an integer of at least 1`);
  };
  const same = (what: string, a: Net, b: Net): number => {
    if (widthOf(a) !== widthOf(b)) fail(`${what} has operands of ${widthOf(a)} and ${widthOf(b)} bits, must be equal`);
    return widthOf(a);
  };
  const oneBit = (what: string, net: Net): void => {
    if (widthOf(net) !== 1) fail(`${what} has ${widthOf(net)} bits, must have 1`);
  };
  const claimName = (text: string): string => uniqueIdentifier(text, taken, hints);
  const append = (cell: Cell, width: number): Net => {
    cells.push(cell);
    widths.push(width);
    return cells.length - 1;
  };
  const constantOf = (net: Net): bigint | undefined => {
    const cell = cells[net]!;
    return cell.kind === 'constant' ? cell.value : undefined;
  };
  const context = { module: name, fail, widthOf, constantOf, claimName };
  const memories = memoryTable(context);
  const instances = instanceTable(context);
  /** Append a combinational cell unless the same stands already or all its operands are constants. */
  const share = (cell: Cell, width: number): Net => {
    if (
      cell.kind !== 'constant' &&
      cell.kind !== 'memory' &&
      isCombinational(cell) &&
      operandsOf(cell).every((net) => constantOf(net) !== undefined)
    ) {
      const value = evaluateCell(
        cell,
        width,
        (net) => constantOf(net)!,
        widthOf,
        (rom) => roms[rom]!.words,
      );
      return constant(value, width);
    }
    const key = cellKey(cell, width);
    const known = shared.get(key);
    if (known !== undefined) return known;
    const net = append(cell, width);
    shared.set(key, net);
    return net;
  };

  const constant = (value: bigint, width: number): Net => {
    checkWidth(width, 'a constant');
    if (value < 0n || value > ones(width)) fail(`constant ${value} does not fit into ${width} unsigned bits`);
    return share({ kind: 'constant', value }, width);
  };
  const extend = (a: Net, width: number, signed: boolean): Net => {
    checkWidth(width, 'an extension');
    if (width < widthOf(a)) fail(`extension of ${widthOf(a)} bits to ${width}, must be at least as wide`);
    if (width === widthOf(a)) return a;
    const cell = cellOf(a);
    // A zero-extended word has a clear top bit, so any further extension of it is a zero-extension of the original.
    if (cell.kind === 'extend' && (!cell.signed || signed)) return share({ ...cell }, width);
    return share({ kind: 'extend', a, signed }, width);
  };
  const slice = (a: Net, lsb: number, width: number): Net => {
    checkWidth(width, 'a slice');
    const total = widthOf(a);
    if (!Number.isInteger(lsb) || lsb < 0 || lsb + width > total) {
      fail(`slice of bits ${lsb} … ${lsb + width - 1} of a net of ${total} bits, must lie in 0 … ${total - 1}`);
    }
    if (width === total) return a;
    const cell = cellOf(a);
    if (cell.kind === 'slice') return slice(cell.a, cell.lsb + lsb, width);
    if (cell.kind === 'extend') {
      const inner = widthOf(cell.a);
      if (lsb + width <= inner) return slice(cell.a, lsb, width);
      if (lsb >= inner && !cell.signed) return constant(0n, width);
      if (lsb < inner) return extend(slice(cell.a, lsb, inner - lsb), width, cell.signed);
    }
    if (cell.kind === 'concat') {
      const parts: Net[] = [];
      let top = total;
      for (const part of cell.parts) {
        const bottom = top - widthOf(part);
        const from = Math.max(lsb, bottom);
        const to = Math.min(lsb + width, top);
        if (from < to) parts.push(slice(part, from - bottom, to - from));
        top = bottom;
      }
      return concat(parts);
    }
    return share({ kind: 'slice', a, lsb }, width);
  };
  const concat = (parts: readonly Net[]): Net => {
    if (parts.length === 0) fail('a concatenation has no parts, must have at least 1');
    const merged: Net[] = [];
    const push = (part: Net): void => {
      const cell = cellOf(part);
      if (cell.kind === 'concat') return cell.parts.forEach(push);
      const last = merged.at(-1);
      const joined = last === undefined ? undefined : join(last, part);
      if (joined === undefined) merged.push(part);
      else merged[merged.length - 1] = joined;
    };
    parts.forEach(push);
    const first = merged[0]!;
    if (merged.length === 1) return first;
    return share(
      { kind: 'concat', parts: merged },
      merged.reduce((sum, part) => sum + widthOf(part), 0),
    );
  };
  /** One net for two neighbours, where they are two constants or two adjoining slices of one net. */
  const join = (high: Net, low: Net): Net | undefined => {
    const a = cellOf(high);
    const b = cellOf(low);
    if (a.kind === 'constant' && b.kind === 'constant') {
      return constant((a.value << BigInt(widthOf(low))) | b.value, widthOf(high) + widthOf(low));
    }
    if (a.kind === 'slice' && b.kind === 'slice' && a.a === b.a && b.lsb + widthOf(low) === a.lsb) {
      return slice(a.a, b.lsb, widthOf(high) + widthOf(low));
    }
    return undefined;
  };
  const not = (a: Net): Net => {
    const cell = cellOf(a);
    return cell.kind === 'not' ? cell.a : share({ kind: 'not', a }, widthOf(a));
  };
  const logic = (kind: 'and' | 'or' | 'xor', a: Net, b: Net): Net => {
    const width = same(`cell ${kind}`, a, b);
    if (a === b) return kind === 'xor' ? constant(0n, width) : a;
    if (constantOf(a) !== undefined && constantOf(b) === undefined) return logic(kind, b, a);
    const value = constantOf(b);
    if (value === 0n) return kind === 'and' ? b : a;
    if (value === ones(width)) return kind === 'and' ? a : kind === 'or' ? b : not(a);
    // The operands of a commutative cell stand in one order, so that a & b and b & a are one cell.
    return share(a > b && value === undefined ? { kind, a: b, b: a } : { kind, a, b }, width);
  };
  const add = (a: Net, b: Net): Net => {
    const width = same('cell add', a, b);
    if (constantOf(a) === 0n) return b;
    if (constantOf(b) === 0n) return a;
    return share({ kind: 'add', a: Math.min(a, b), b: Math.max(a, b) }, width);
  };
  const subtract = (a: Net, b: Net): Net => {
    const width = same('cell subtract', a, b);
    if (constantOf(b) === 0n) return a;
    return a === b ? constant(0n, width) : share({ kind: 'subtract', a, b }, width);
  };
  const equal = (a: Net, b: Net): Net => {
    const width = same('cell equal', a, b);
    if (a === b) return constant(1n, 1);
    if (constantOf(a) !== undefined && constantOf(b) === undefined) return equal(b, a);
    if (width === 1 && constantOf(b) !== undefined) return constantOf(b) === 1n ? a : not(a);
    return share({ kind: 'equal', a, b }, 1);
  };
  const less = (a: Net, b: Net, signed: boolean): Net => {
    const width = same('cell less', a, b);
    if (a === b) return constant(0n, 1);
    if (signed && constantOf(b) === 0n) return slice(a, width - 1, 1);
    if (!signed && constantOf(b) === 0n) return constant(0n, 1);
    return share({ kind: 'less', a, b, signed }, 1);
  };
  const mux = (select: Net, a: Net, b: Net): Net => {
    oneBit('the select of a mux', select);
    const width = same('cell mux', a, b);
    if (a === b) return a;
    const chosen = constantOf(select);
    if (chosen !== undefined) return chosen === 1n ? a : b;
    const cell = cellOf(select);
    if (cell.kind === 'not') return mux(cell.a, b, a);
    if (width === 1 && constantOf(a) === 1n && constantOf(b) === 0n) return select;
    if (width === 1 && constantOf(a) === 0n && constantOf(b) === 1n) return not(select);
    return share({ kind: 'mux', select, a, b }, width);
  };
  const multiply = (a: Net, b: Net, signedA: boolean, signedB: boolean): Net =>
    share({ kind: 'multiply', a, b, signedA, signedB }, widthOf(a) + widthOf(b));

  const addRom = (romName: string, width: number, words: readonly bigint[]): number => {
    checkWidth(width, `ROM ${romName}`);
    const addressWidth = Math.log2(words.length);
    if (!Number.isInteger(addressWidth) || addressWidth < 1) {
      fail(`ROM ${romName} has ${words.length} words, must have a power of two of at least 2`);
    }
    const wrong = words.findIndex((word) => word < 0n || word > ones(width));
    if (wrong >= 0) fail(`ROM ${romName} word ${wrong} is ${words[wrong]}, must fit into ${width} unsigned bits`);
    const key = `${romName}|${width}|${words.join(',')}`;
    const known = romNumbers.get(key);
    if (known !== undefined) return known;
    roms.push({ name: claimName(romName), width, words });
    romNumbers.set(key, roms.length - 1);
    return roms.length - 1;
  };
  const rom = (address: Net, number: number): Net => {
    const table = roms[number] ?? fail(`ROM ${number} does not exist (there are ${roms.length})`);
    if (table.words.length !== 2 ** widthOf(address)) {
      fail(`ROM ${table.name} of ${table.words.length} words has an address of ${widthOf(address)} bits`);
    }
    return share({ kind: 'rom', address, rom: number }, table.width);
  };
  const memory = (address: Net, number: number): Net => {
    const { width, words } = memories.readShape(number, address);
    // Beyond the last word anything may be read.
    if ((constantOf(address) ?? 0n) >= BigInt(words)) return constant(ones(width), width);
    return share({ kind: 'memory', address, memory: number }, width);
  };
  const registerCell = (d: Net, width: number, options: RegisterOptions): Net => {
    checkWidth(width, 'a register');
    if (options.enable !== undefined) oneBit('the enable of a register', options.enable);
    if (options.reset !== undefined && (options.reset < 0n || options.reset > ones(width))) {
      fail(`register reset value ${options.reset} does not fit into ${width} unsigned bits`);
    }
    return append({ kind: 'register', d, ...options }, width);
  };
  const openInstance = (instanceName: string, callee: Module): OpenInstance => {
    const instance = instances.add(instanceName, callee);
    return {
      outputs: callee.outputs.map(({ width }, output) => append({ kind: 'instance', instance, output }, width)),
      connect: (nets) => instances.connect(instance, nets),
    };
  };
  const port = (list: ModulePort[], portName: string, net: Net): void => {
    if (reserved.delete(portName)) taken.delete(portName);
    const given = claimName(portName);
    if (given !== portName) fail(`port ${portName} must have a name that is a free Verilog identifier, like ${given}`);
    list.push({ name: portName, width: widthOf(net), net });
  };

  return {
    input: (portName, width) => {
      checkWidth(width, `input port ${portName}`);
      const net = append({ kind: 'input', port: inputs.length }, width);
      port(inputs, portName, net);
      names[net] = portName;
      return net;
    },
    reserve: (portName) => {
      reserved.add(portName);
      taken.add(portName);
    },
    output: (portName, net) => port(outputs, portName, net),
    constant,
    extend,
    slice,
    concat,
    not,
    and: (a, b) => logic('and', a, b),
    or: (a, b) => logic('or', a, b),
    xor: (a, b) => logic('xor', a, b),
    add,
    subtract,
    multiply,
    equal,
    less,
    mux,
    addRom,
    rom,
    addMemory: memories.add,
    memoryWrite: memories.write,
    memory,
    register: (d, options = {}) => registerCell(d, widthOf(d), options),
    registerPlaceholder: (width, options = {}) => {
      // Fed by itself until connected, so that the list of cells is well formed at every moment.
      const net = registerCell(cells.length, width, options);
      open.add(net);
      return net;
    },
    connect: (register, d) => {
      const cell = cellOf(register);
      if (cell.kind !== 'register' || !open.has(register)) {
        throw new ValueError(
          `module ${name}: net ${register} is a ${cell.kind}, must be an unconnected register placeholder`,
        );
      }
      same('register placeholder', register, d);
      cells[register] = { ...cell, d };
      open.delete(register);
    },
    instance: (instanceName, callee, nets) => {
      const instance = openInstance(instanceName, callee);
      instance.connect(nets);
      return instance.outputs;
    },
    openInstance,
    name: (net, text) => {
      widthOf(net);
      return (names[net] ??= claimName(text));
    },
    nameOf: (net) => names[net],
    widthOf,
    cellOf,
    build: () => {
      if (open.size > 0) {
        throw new ValueError(
          `module ${name}: ${open.size} register placeholder(s) are not connected, the first is net ${[...open][0]}`,
        );
      }
      return {
        name,
        comment,
        inputs: [...inputs],
        outputs: [...outputs],
        cells: [...cells],
        widths: [...widths],
        names: { ...names },
        instances: instances.build(),
        roms: [...roms],
        memories: memories.build(),
      };
    },
  };
}

/** A text that is equal for equal cells of equal width. */
function cellKey(cell: Cell, width: number): string {
  switch (cell.kind) {
    case 'constant':
      return `k${width}:${cell.value}`;
    case 'extend':
      return `e${width}:${cell.a}:${cell.signed}`;
    case 'slice':
      return `s${width}:${cell.a}:${cell.lsb}`;
    case 'multiply':
      return `m:${cell.a}:${cell.b}:${cell.signedA}:${cell.signedB}`;
    case 'less':
      return `l:${cell.a}:${cell.b}:${cell.signed}`;
    case 'rom':
      return `r:${cell.address}:${cell.rom}`;
    case 'memory':
      return `w:${cell.address}:${cell.memory}`;
    default:
      return `${cell.kind}:${operandsOf(cell).join(':')}`;
  }
}
