/** Evaluates bits of a flattened netlist: gates by their truth tables, blocks by what their kind means. */
import type { Literal } from '../../src/estimation/bit-network.ts';
import type { Block } from '../../src/estimation/block.ts';
import type { FlatBits } from '../../src/estimation/flat-bits.ts';

type FlatLogic = Pick<FlatBits, 'network' | 'blocks'>;

/** Make the function that gives the value of a bit, given those of the sources that no block computes. */
export function bitEvaluator(
  { network, blocks }: FlatLogic,
  sources: ReadonlyMap<number, boolean>,
): (bit: Literal) => bigint {
  const blockOf = new Map(
    blocks.flatMap((block) => Array.from({ length: block.width }, (_, k) => [block.first + k, block] as const)),
  );
  const known = new Map<number, bigint>([[0, 0n]]);
  const value = (bit: Literal): bigint => {
    const resolved = network.resolve(bit);
    const node = resolved >> 1;
    let result = known.get(node);
    if (result === undefined) {
      const gate = network.gate(node);
      const block = blockOf.get(node);
      if (gate !== undefined) result = (gate.truth >> wordOf(gate.inputs)) & 1n;
      else if (block !== undefined) result = (blockWord(block) >> BigInt(node - block.first)) & 1n;
      else result = sources.get(node) === true ? 1n : 0n;
      known.set(node, result);
    }
    return resolved & 1 ? 1n - result : result;
  };
  const wordOf = (bits: readonly Literal[]): bigint => bits.reduceRight((word, bit) => 2n * word + value(bit), 0n);
  const blockWord = (block: Block): bigint => {
    const isSigned = (block.kind === 'multiply' || block.kind === 'less') && block.signed;
    const read = (bits: readonly Literal[]): bigint =>
      isSigned ? BigInt.asIntN(bits.length, wordOf(bits)) : wordOf(bits);
    const [a, b] = [read(block.a), read(block.b)];
    switch (block.kind) {
      case 'add':
        return BigInt.asUintN(block.width, a + b);
      case 'subtract':
        return BigInt.asUintN(block.width, a - b);
      case 'multiply':
        return BigInt.asUintN(block.width, a * b);
      case 'less':
        return a < b ? 1n : 0n;
      case 'rom':
        return block.words[Number(a)]!;
      case 'memory':
        throw new Error(`memory ${block.memory} has a state`);
      default:
        return block satisfies never;
    }
  };
  return value;
}

/** Read a word, least significant bit first. */
export function wordValue(bits: readonly Literal[], value: (bit: Literal) => bigint): bigint {
  return bits.reduceRight((word, bit) => 2n * word + value(bit), 0n);
}
