/** What the printer decides, checked on random netlists without any tool: widths, meaning, order and unread bits. */
import { describe, expect, it } from 'vitest';
import { addressWidth, evaluateCell, isCombinational } from '../../src/netlist/index.ts';
import type { Module, Net } from '../../src/netlist/index.ts';
import type { Expression } from '../../src/verilog/expression.ts';
import { visitReferences } from '../../src/verilog/expression.ts';
import { prepareModule } from '../../src/verilog/prepare.ts';
import type { PreparedModule } from '../../src/verilog/prepare.ts';
import { describeAll } from '../../src/verilog/index.ts';
import { dice, randomNetlist } from './random-netlist.ts';

const seeds = Array.from({ length: 40 }, (_, seed) => seed + 1);

/** Check that no operand would be widened or cut by its context, and give the width. */
function checkedWidth(e: Expression): number {
  switch (e.kind) {
    case 'literal':
      expect(e.value >> BigInt(e.width)).toBe(0n);
      break;
    case 'bits':
      expect(e.lsb + e.width).toBeLessThanOrEqual(e.of.width);
      break;
    case 'concat':
      expect(e.parts.reduce((sum, part) => sum + checkedWidth(part), 0)).toBe(e.width);
      break;
    case 'replicate':
      expect(checkedWidth(e.of) * e.count).toBe(e.width);
      break;
    case 'complement':
      expect(checkedWidth(e.of)).toBe(e.width);
      break;
    case 'binary': {
      const operand = checkedWidth(e.a);
      expect(checkedWidth(e.b)).toBe(operand);
      expect(e.width).toBe(e.operator === '==' || e.operator === '<' ? 1 : operand);
      for (const side of [e.a, e.b]) expect(['binary', 'conditional', 'word']).not.toContain(side.kind);
      break;
    }
    case 'conditional':
      expect([checkedWidth(e.select), checkedWidth(e.a), checkedWidth(e.b)]).toEqual([1, e.width, e.width]);
      break;
    case 'word':
      checkedWidth(e.address);
      break;
    default:
      e satisfies never;
  }
  return e.width;
}

/** The value of an expression under Verilog's rules for operands of equal width. */
function value(
  e: Expression,
  of: ReadonlyMap<string, bigint>,
  memories: ReadonlyMap<string, readonly bigint[]>,
): bigint {
  const at = (inner: Expression): bigint => value(inner, of, memories);
  switch (e.kind) {
    case 'literal':
      return e.value;
    case 'bits': {
      const word = of.get(e.of.name);
      if (word === undefined) throw new Error(`${e.of.name} is used before it is declared`);
      return BigInt.asUintN(e.width, word >> BigInt(e.lsb));
    }
    case 'concat':
      return e.parts.reduce((sum, part) => (sum << BigInt(part.width)) | at(part), 0n);
    case 'replicate':
      return Array.from({ length: e.count }).reduce<bigint>((sum) => (sum << BigInt(e.of.width)) | at(e.of), 0n);
    case 'complement':
      return BigInt.asUintN(e.width, ~at(e.of));
    case 'conditional':
      return at(e.select) === 1n ? at(e.a) : at(e.b);
    case 'word':
      return memories.get(e.memory)![Number(at(e.address))]!;
    case 'binary': {
      const read = (side: Expression): bigint => (e.signed ? BigInt.asIntN(side.width, at(side)) : at(side));
      const [a, b] = [read(e.a), read(e.b)];
      const results = {
        '+': () => a + b,
        '-': () => a - b,
        '*': () => a * b,
        '&': () => a & b,
        '|': () => a | b,
        '^': () => a ^ b,
        '==': () => (a === b ? 1n : 0n),
        '<': () => (a < b ? 1n : 0n),
      };
      return BigInt.asUintN(e.width, results[e.operator]());
    }
    default:
      return e satisfies never;
  }
}

function expressionsOf(module: PreparedModule): readonly Expression[] {
  return [
    ...module.wires.map((wire) => wire.value),
    ...module.outputs.map((output) => output.value),
    ...module.memories.flatMap(({ write }) => [write.enable, write.address, write.data]),
    ...module.registers.flatMap(({ next, enable }) => (enable ? [next, enable] : [next])),
    ...module.instances.flatMap(({ inputs }) => inputs.map((input) => input.value)),
  ];
}

/** The netlist's meaning of a module without instances whose registers show `state`, and its memories `contents`. */
function evaluator(
  module: Module,
  inputs: readonly bigint[],
  state: (net: Net) => bigint,
  contents: (memory: number) => readonly bigint[],
): (net: Net) => bigint {
  const known = new Map<Net, bigint>();
  const evaluate = (net: Net): bigint => {
    const done = known.get(net);
    if (done !== undefined) return done;
    const cell = module.cells[net]!;
    const result =
      cell.kind === 'input'
        ? inputs[cell.port]!
        : isCombinational(cell)
          ? cell.kind === 'memory'
            ? contents(cell.memory)[Number(evaluate(cell.address))]!
            : evaluateCell(
                cell,
                module.widths[net]!,
                evaluate,
                (n) => module.widths[n]!,
                (rom) => module.roms[rom]!.words,
              )
          : state(net);
    known.set(net, result);
    return result;
  };
  return evaluate;
}

describe('prepareModule on random netlists', () => {
  it('leaves no width to context', () => {
    for (const seed of seeds) {
      const { modules } = randomNetlist(seed, 80);
      const callees = describeAll(modules);
      for (const module of modules) expressionsOf(prepareModule(module, callees)).forEach(checkedWidth);
    }
  });

  it('keeps the meaning of every cell, with definitions before uses', () => {
    for (const seed of seeds) {
      const module = randomNetlist(seed, 150).modules[0]!;
      const prepared = prepareModule(module);
      const d = dice(seed);
      const inputs = module.inputs.map(({ width }) => d.bits(width));
      const words = new Map(prepared.inputs.map(({ name }, k) => [name, inputs[k]!]));
      const memories = new Map(prepared.roms.map(({ name, rom }) => [name, module.roms[rom]!.words]));
      const contents = module.memories.map(({ width, words: depth }) =>
        Array.from({ length: 2 ** addressWidth(depth) }, () => d.bits(width)),
      );
      for (const { name, memory } of prepared.memories) memories.set(name, contents[memory]!);
      const states = new Map<string, bigint>();
      for (const { target } of prepared.registers) {
        const word = d.bits(target.width);
        states.set(target.name, word);
        words.set(target.name, word);
      }
      const evaluate = evaluator(
        module,
        inputs,
        (net) => states.get(prepared.nets.get(net)?.name ?? '') ?? 0n,
        (memory) => contents[memory]!,
      );
      for (const { target, value: expression } of prepared.wires)
        words.set(target.name, value(expression, words, memories));
      for (const [net, { name }] of prepared.nets)
        expect([seed, name, words.get(name)]).toEqual([seed, name, evaluate(net)]);
      for (const { memory, write } of prepared.memories) {
        for (const port of ['enable', 'address', 'data'] as const)
          expect(value(write[port], words, memories)).toBe(evaluate(module.memories[memory]!.write[port]));
      }
      prepared.outputs.forEach((output, k) =>
        expect(value(output.value, words, memories)).toBe(evaluate(module.outputs[k]!.net)),
      );
    }
  });

  it('lists exactly the bits that no expression reads', () => {
    for (const seed of seeds.slice(0, 10)) {
      const { modules } = randomNetlist(seed, 80);
      const callees = describeAll(modules);
      for (const module of modules) {
        const prepared = prepareModule(module, callees);
        const read = new Set<string>();
        const mark = (set: Set<string>, e: Expression): void =>
          visitReferences(e, ({ name }, lsb, width) => {
            for (let k = lsb; k < lsb + width; k++) set.add(`${name}.${k}`);
          });
        const unread = new Set<string>();
        for (const e of expressionsOf(prepared)) mark(read, e);
        for (const e of prepared.unread) mark(unread, e);
        const declared = [
          ...prepared.inputs,
          ...prepared.wires.map(({ target }) => target),
          ...prepared.registers.map(({ target }) => target),
          ...prepared.instances.flatMap(({ outputs }) => outputs.map(({ target }) => target)),
        ].flatMap(({ name, width }) => Array.from({ length: width }, (_, k) => `${name}.${k}`));
        expect(declared.filter((bit) => !read.has(bit)).toSorted()).toEqual([...unread].toSorted());
      }
    }
  });
});
