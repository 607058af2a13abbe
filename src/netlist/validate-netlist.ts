/**
 * Checks everything that the netlist's types cannot say, so that printing, simulation and counting need not.
 *
 * The module builder keeps most of these rules by itself; netlists that come from elsewhere (a file, a hand-written
 * generator, a test) are checked here. The first broken rule is reported in one sentence.
 */
import { ShapeError } from '../errors.ts';
import { addressWidth, ones, operandsOf } from './cells.ts';
import { combinationalPaths, combinationalSources, implicitPorts } from './hierarchy.ts';
import { CLOCK, RESET, isIdentifier } from './identifiers.ts';
import type { Cell, Memory, Module, Net, Netlist } from './netlist.ts';

/**
 * Check every invariant of a netlist.
 *
 * Rules: module, port, net, instance, ROM and memory names are valid identifiers and unique in their module; modules are unique
 * and stand before their callers, the top exists; every net exists and has the width its cell implies; only registers
 * and instances refer forward, and the writes of memories; ports match their cells and instances match their modules;
 * ROMs have 2^(address width) words that fit, memories addresses of ceil(log2 words) bits, of which none is a constant
 * beyond the last word, and that of the write none at all; no combinational loop, not even through instances.
 *
 * @throws ShapeError naming the module, the cell or port, what it has and what it must have
 */
export function validateNetlist(netlist: Netlist): void {
  const known = new Map<string, Module>();
  const implicit = implicitPorts(netlist);
  const paths = new Map<string, readonly (readonly number[])[]>();
  for (const module of netlist.modules) {
    if (!isIdentifier(module.name))
      throw new ShapeError(`module name "${module.name}" is not a free Verilog identifier`);
    if (known.has(module.name)) throw new ShapeError(`module ${module.name} is defined twice, must be defined once`);
    checkNames(module, implicit.get(module.name)!);
    checkCells(module, known);
    checkPorts(module);
    checkLoops(module, paths);
    known.set(module.name, module);
    paths.set(module.name, combinationalPaths(module, paths));
  }
  if (!known.has(netlist.top)) {
    throw new ShapeError(`top module ${netlist.top} is not among the modules (${[...known.keys()].join(', ')})`);
  }
}

function checkNames(module: Module, implicit: { readonly clock: boolean; readonly reset: boolean }): void {
  const owner = new Map<string, string>();
  if (implicit.clock) owner.set(CLOCK, 'the implicit clock');
  if (implicit.reset) owner.set(RESET, 'the implicit reset');
  const claim = (name: string, what: string): void => {
    if (!isIdentifier(name))
      throw new ShapeError(`module ${module.name}: ${what} has the name "${name}", must be a free Verilog identifier`);
    const other = owner.get(name);
    if (other !== undefined)
      throw new ShapeError(`module ${module.name}: ${what} has the name ${name}, which ${other} already has`);
    owner.set(name, what);
  };
  const inputNames = new Map(module.inputs.map((port) => [port.net, port.name]));
  for (const port of module.inputs) claim(port.name, `input port ${port.name}`);
  for (const port of module.outputs) claim(port.name, `output port ${port.name}`);
  for (const [text, name] of Object.entries(module.names)) {
    const net = Number(text);
    if (module.cells[net] === undefined)
      throw new ShapeError(`module ${module.name}: name ${name} is given to net ${text}, which does not exist`);
    if (inputNames.get(net) !== name) claim(name, `net ${net}`);
  }
  for (const instance of module.instances) claim(instance.name, `instance ${instance.name}`);
  for (const rom of module.roms) claim(rom.name, `ROM ${rom.name}`);
  for (const memory of module.memories) claim(memory.name, `memory ${memory.name}`);
}

function checkCells(module: Module, known: ReadonlyMap<string, Module>): void {
  const { cells, widths } = module;
  if (widths.length !== cells.length)
    throw new ShapeError(
      `module ${module.name}: ${cells.length} cells have ${widths.length} widths, must have one each`,
    );
  for (const rom of module.roms) {
    const wrong = rom.words.findIndex((word) => word < 0n || word > ones(rom.width));
    if (wrong >= 0)
      throw new ShapeError(
        `module ${module.name}: ROM ${rom.name} word ${wrong} is ${rom.words[wrong]}, must fit into ${rom.width} unsigned bits`,
      );
  }
  for (const memory of module.memories) {
    const complaint = memoryComplaint(module, memory);
    if (complaint !== undefined) throw new ShapeError(`module ${module.name}: memory ${memory.name} ${complaint}`);
  }
  for (const instance of module.instances) {
    const callee = known.get(instance.module);
    const where = `module ${module.name}: instance ${instance.name}`;
    if (callee === undefined)
      throw new ShapeError(`${where} is of module ${instance.module}, which must be defined before it`);
    if (instance.inputs.length !== callee.inputs.length)
      throw new ShapeError(`${where} has ${instance.inputs.length} inputs, must have ${callee.inputs.length}`);
    callee.inputs.forEach((port, k) => {
      const width = widths[instance.inputs[k]!];
      if (width !== port.width)
        throw new ShapeError(`${where} port ${port.name} gets ${width ?? 'no'} bits, must get ${port.width}`);
    });
  }
  cells.forEach((cell, net) => {
    const complaint = cellComplaint(module, known, cell, net);
    if (complaint !== undefined) throw new ShapeError(`module ${module.name}: cell ${net} (${cell.kind}) ${complaint}`);
  });
}

/** What is wrong with a memory, as the end of a sentence; undefined if nothing is. */
function memoryComplaint({ cells, widths }: Module, { width, words, write }: Memory): string | undefined {
  if (!Number.isInteger(width) || width < 1) return `has width ${width}, must be an integer of at least 1`;
  if (!Number.isInteger(words) || words < 2) return `has ${words} words, must be an integer of at least 2`;
  const expected = { enable: 1, address: addressWidth(words), data: width } as const;
  for (const port of ['enable', 'address', 'data'] as const) {
    const has = widths[write[port]];
    if (has !== expected[port]) return `has a write ${port} of ${has ?? 'no'} bits, must have ${expected[port]}`;
  }
  const address = cells[write.address]!;
  // Yosys makes a register of such a memory, and warns of the other words.
  return address.kind === 'constant' ? `is only written at word ${address.value}, must be a register then` : undefined;
}

/** What is wrong with one cell, as the end of a sentence; undefined if nothing is. */
function cellComplaint(module: Module, known: ReadonlyMap<string, Module>, cell: Cell, net: Net): string | undefined {
  const { widths } = module;
  const width = widths[net]!;
  if (!Number.isInteger(width) || width < 1) return `has width ${width}, must be an integer of at least 1`;
  for (const operand of operandsOf(cell)) {
    if (!Number.isInteger(operand) || operand < 0 || operand >= widths.length)
      return `reads net ${operand}, must be 0 … ${widths.length - 1}`;
    if (operand >= net && cell.kind !== 'register')
      return `reads net ${operand}, must read an earlier one (only registers and instances refer forward)`;
  }
  const of = (operand: Net): number => widths[operand]!;
  const expect = (wanted: number): string | undefined =>
    width === wanted ? undefined : `has ${width} bits, must have ${wanted}`;
  const alike = (a: Net, b: Net): string | undefined =>
    of(a) === of(b) ? undefined : `has operands of ${of(a)} and ${of(b)} bits, must be equal`;
  switch (cell.kind) {
    case 'constant':
      return cell.value < 0n || cell.value > ones(width)
        ? `has value ${cell.value}, must fit into ${width} unsigned bits`
        : undefined;
    case 'input': {
      const port = module.inputs[cell.port];
      if (port === undefined) return `is of input port ${cell.port}, but there are ${module.inputs.length}`;
      return port.net === net
        ? expect(port.width)
        : `is of input port ${port.name}, which names net ${port.net} as its own`;
    }
    case 'extend':
      return width < of(cell.a) ? `extends ${of(cell.a)} bits to ${width}, must not be narrower` : undefined;
    case 'slice':
      return cell.lsb < 0 || !Number.isInteger(cell.lsb) || cell.lsb + width > of(cell.a)
        ? `takes bits ${cell.lsb} … ${cell.lsb + width - 1}, must lie in 0 … ${of(cell.a) - 1}`
        : undefined;
    case 'concat':
      return cell.parts.length === 0
        ? 'has no parts, must have at least 1'
        : expect(cell.parts.reduce((sum, part) => sum + of(part), 0));
    case 'not':
      return expect(of(cell.a));
    case 'and':
    case 'or':
    case 'xor':
    case 'add':
    case 'subtract':
      return alike(cell.a, cell.b) ?? expect(of(cell.a));
    case 'multiply':
      return expect(of(cell.a) + of(cell.b));
    case 'equal':
    case 'less':
      return alike(cell.a, cell.b) ?? expect(1);
    case 'mux':
      if (of(cell.select) !== 1) return `has a select of ${of(cell.select)} bits, must have 1`;
      return alike(cell.a, cell.b) ?? expect(of(cell.a));
    case 'rom': {
      const rom = module.roms[cell.rom];
      if (rom === undefined) return `reads ROM ${cell.rom}, but there are ${module.roms.length}`;
      if (rom.words.length !== 2 ** of(cell.address))
        return `has an address of ${of(cell.address)} bits for ROM ${rom.name} of ${rom.words.length} words, must have 2^address words`;
      return expect(rom.width);
    }
    case 'memory': {
      const memory = module.memories[cell.memory];
      if (memory === undefined) return `reads memory ${cell.memory}, but there are ${module.memories.length}`;
      if (addressWidth(memory.words) !== of(cell.address))
        return `has an address of ${of(cell.address)} bits for memory ${memory.name} of ${memory.words} words, must have ${addressWidth(memory.words)}`;
      const address = module.cells[cell.address]!;
      if (address.kind === 'constant' && address.value >= BigInt(memory.words))
        return `always reads word ${address.value} of memory ${memory.name}, must be below ${memory.words}`;
      return expect(memory.width);
    }
    case 'register':
      if (cell.enable !== undefined && of(cell.enable) !== 1)
        return `has an enable of ${of(cell.enable)} bits, must have 1`;
      if (cell.reset !== undefined && (cell.reset < 0n || cell.reset > ones(width)))
        return `has reset value ${cell.reset}, must fit into ${width} unsigned bits`;
      return expect(of(cell.d));
    case 'instance': {
      const instance = module.instances[cell.instance];
      if (instance === undefined) return `is of instance ${cell.instance}, but there are ${module.instances.length}`;
      const output = known.get(instance.module)!.outputs[cell.output];
      if (output === undefined)
        return `is output ${cell.output} of ${instance.name}, which module ${instance.module} does not have`;
      return expect(output.width);
    }
    default:
      return cell satisfies never;
  }
}

function checkPorts(module: Module): void {
  for (const port of [...module.inputs, ...module.outputs]) {
    const width = module.widths[port.net];
    if (width !== port.width) {
      throw new ShapeError(
        `module ${module.name}: port ${port.name} has ${port.width} bits but its net ${port.net} has ${width ?? 'none'}, must be equal`,
      );
    }
  }
  module.inputs.forEach((port, k) => {
    const cell = module.cells[port.net]!;
    if (cell.kind !== 'input' || cell.port !== k) {
      throw new ShapeError(
        `module ${module.name}: input port ${port.name} names net ${port.net}, a ${cell.kind} cell, must name its own input cell`,
      );
    }
  });
}

/** Depth-first search for a cycle of combinational cells and combinational paths through instances. */
function checkLoops(module: Module, paths: ReadonlyMap<string, readonly (readonly number[])[]>): void {
  // Without instances operands always stand earlier, so that no cycle can be.
  if (module.instances.length === 0) return;
  const state = new Uint8Array(module.cells.length);
  for (let start = 0; start < module.cells.length; start += 1) {
    if (state[start] !== 0) continue;
    const stack = [{ net: start, sources: combinationalSources(module, start, paths), next: 0 }];
    state[start] = 1;
    while (stack.length > 0) {
      const frame = stack.at(-1)!;
      const source = frame.sources[frame.next];
      if (source === undefined) {
        state[frame.net] = 2;
        stack.pop();
        continue;
      }
      frame.next += 1;
      if (state[source] === 1) {
        const loop = [
          ...stack.slice(stack.findIndex((entry) => entry.net === source)).map((entry) => entry.net),
          source,
        ];
        throw new ShapeError(
          `module ${module.name}: nets ${loop.map((net) => module.names[net] ?? `#${net}`).join(' <- ')} form a combinational loop, must pass a register`,
        );
      }
      if (state[source] === 0) {
        state[source] = 1;
        stack.push({ net: source, sources: combinationalSources(module, source, paths), next: 0 });
      }
    }
  }
}
