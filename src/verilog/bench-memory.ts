/** Memories of test benches: declarations, and files of words that fit their ports. */
import { ValueError } from '../errors.ts';
import { memoryText } from './print.ts';

/** A range before a name, none for one bit. */
export function rangeText(width: number): string {
  return width === 1 ? '' : `[${width - 1}:0] `;
}

/** Declare a memory of a bench. */
export function memoryDeclaration(width: number, name: string, depth: number): string {
  return `  reg ${rangeText(width)}${name} [0:${depth - 1}];`;
}

/**
 * Print the words of a port.
 *
 * @throws ValueError for an absent word or one that does not fit
 */
export function portWords(words: readonly (bigint | undefined)[], width: number, port: string): string {
  words.forEach((word, index) => {
    if (word === undefined || word < 0n || word >> BigInt(width) !== 0n)
      throw new ValueError(
        `test bench: vector ${index} of port ${port} is ${word}, must be a word of ${width} unsigned bits`,
      );
  });
  return memoryText(words as readonly bigint[], width);
}
