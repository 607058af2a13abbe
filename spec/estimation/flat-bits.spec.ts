import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuseAdders } from '../../src/estimation/adder-fusion.ts';
import { carryChains } from '../../src/estimation/carry-sums.ts';
import { flattenBits } from '../../src/estimation/flat-bits.ts';
import type { FlatBits } from '../../src/estimation/flat-bits.ts';
import { liveBits } from '../../src/estimation/live-bits.ts';
import { buildComparison, buildTable } from '../../src/estimation/word-blocks.ts';
import { moduleBuilder } from '../../src/netlist/index.ts';
import type { Module, Netlist } from '../../src/netlist/index.ts';
import { growCells, plans } from '../netlist/arbitrary-module.ts';
import { evaluateModule } from '../netlist/evaluate-module.ts';
import { bitEvaluator, wordValue } from './evaluate-bits.ts';

const inputWidths = [3, 7, 1, 5];
const cases = fc.record({
  steps: plans(40),
  words: fc.tuple(...inputWidths.map((width) => fc.bigInt(0n, (1n << BigInt(width)) - 1n))),
  table: fc.array(fc.bigInt(0n, 15n), { minLength: 256, maxLength: 256 }),
});

/** A combinational module with all of its values at the outputs. */
function build({
  steps,
  table,
}: Pick<typeof cases extends fc.Arbitrary<infer T> ? T : never, 'steps' | 'table'>): Module {
  const builder = moduleBuilder('m', '');
  const nets = inputWidths.map((width, k) => builder.input(`x${k}`, width));
  nets.push(builder.constant(5n, 4));
  growCells(builder, steps, nets, 24);
  const address = builder.extend(builder.slice(nets.at(-1)!, 0, Math.min(8, builder.widthOf(nets.at(-1)!))), 8, true);
  nets.push(builder.rom(address, builder.addRom('table', 4, table)));
  nets.forEach((net, k) => builder.output(`y${k}`, net));
  return builder.build();
}

/** Values of the bits of the input ports; they are the first nodes. */
function inputBits(words: readonly bigint[]): Map<number, boolean> {
  let node = 1;
  const entries = words.flatMap((word, port) =>
    Array.from({ length: inputWidths[port]! }, (_, k) => [node++, ((word >> BigInt(k)) & 1n) === 1n] as const),
  );
  return new Map(entries);
}

function outputWords(module: Module, flat: FlatBits, words: readonly bigint[]): bigint[] {
  const value = bitEvaluator(flat, inputBits(words));
  let from = 0;
  return module.outputs.map(({ width }) => {
    from += width;
    return wordValue(flat.outputs.slice(from - width, from), value);
  });
}

const netlistOf = (module: Module): Netlist => ({ name: 'n', top: module.name, modules: [module] });

describe('flattenBits', () => {
  it('computes what the module computes, with and without the ends of carry chains', () => {
    fc.assert(
      fc.property(cases, ({ steps, words, table }) => {
        const module = build({ steps, table });
        const expected = evaluateModule(module, words);
        for (const isChain of [false, true]) {
          const flat = flattenBits(netlistOf(module), () => isChain);
          expect(outputWords(module, flat, words)).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps all values when sums, products, comparisons and tables are built of gates and chains', () => {
    fc.assert(
      fc.property(cases, ({ steps, words, table }) => {
        const module = build({ steps, table });
        const flat = flattenBits(netlistOf(module), () => true);
        const before = bitEvaluator(flat, inputBits(words));
        const live = liveBits(flat);
        const wanted = flat.blocks.map(({ first, width }) =>
          wordValue(
            Array.from({ length: width }, (_, k) => 2 * (first + k)),
            before,
          ),
        );
        // Act
        const { sums } = fuseAdders(flat.network, live, () => true);
        const chains = carryChains(flat.network, sums, () => undefined);
        const compared = new Map<number, ReturnType<typeof buildComparison>>();
        for (const { block } of live.blocks) {
          if (block.kind === 'rom') buildTable(flat.network, block);
          if (block.kind === 'less') compared.set(block.first, buildComparison(flat.network, block));
        }
        // Assert
        const after = bitEvaluator(flat, inputBits(words));
        flat.blocks.forEach(({ first, width }, index) => {
          const chain = chains.find((item) => item.first === first);
          if (chain !== undefined) {
            const sum = wordValue(chain.a, after) + wordValue(chain.b, after) + after(chain.carryIn);
            const bits = chain.a.length;
            expect(BigInt.asUintN(bits, sum)).toBe(BigInt.asUintN(bits, wanted[index]!));
            return;
          }
          const groups = compared.get(first);
          if (groups !== undefined) {
            const result = groups.reduce((below, { p, g }) => after(g) | (after(p) & below), 0n);
            expect(result).toBe(wanted[index]);
            return;
          }
          const bits = Array.from({ length: live.blockOf(first)?.width ?? width }, (_, k) => 2 * (first + k));
          expect(wordValue(bits, after)).toBe(BigInt.asUintN(bits.length, wanted[index]!));
        });
      }),
      { numRuns: 300 },
    );
  });
});
