/** Where the outputs of a test bench are not those that are expected, port by port. */
import type { BenchOutput, VerilogPort } from '../../verilog/index.ts';

/** One output port in one cycle; null stands for no valid output, 'X' for a word with undefined bits. */
export interface BenchDifference {
  /** Counted from the first cycle after reset. */
  readonly cycle: number;
  readonly port: string;
  readonly expected: bigint | null;
  readonly found: bigint | 'X' | null;
}

/**
 * Compare outputs by their cycles.
 *
 * @param ports - data outputs in port order, of which a bench packs the first lowest
 */
export function benchDifferences(
  ports: readonly VerilogPort[],
  expected: readonly BenchOutput[],
  found: readonly BenchOutput[],
): readonly BenchDifference[] {
  const wanted = new Map(expected.map(({ cycle, word }) => [cycle, word]));
  const given = new Map(found.map(({ cycle, word }) => [cycle, word]));
  const cycles = [...new Set([...wanted.keys(), ...given.keys()])].toSorted((a, b) => a - b);
  return cycles.flatMap((cycle) => {
    let lsb = 0n;
    return ports.flatMap(({ name, width }): BenchDifference[] => {
      const part = (word: bigint | undefined): bigint | 'X' | null => {
        if (word === undefined) return null;
        return word < 0n ? 'X' : BigInt.asUintN(width, word >> lsb);
      };
      const [want, have] = [part(wanted.get(cycle)), part(given.get(cycle))];
      lsb += BigInt(width);
      return want === have ? [] : [{ cycle, port: name, expected: want === 'X' ? null : want, found: have }];
    });
  });
}

/** Say one difference, without a full stop. */
export function differenceText({ cycle, port, expected, found }: BenchDifference): string {
  const word = (value: bigint | 'X'): string => (value === 'X' ? 'undefined (X)' : `0x${value.toString(16)}`);
  if (found === null) return `no valid output in cycle ${cycle}, where ${port} must be ${word(expected!)}`;
  if (expected === null) return `a valid output in cycle ${cycle}, where none belongs`;
  return `${port} is ${word(found)} in cycle ${cycle}, must be ${word(expected)}`;
}
