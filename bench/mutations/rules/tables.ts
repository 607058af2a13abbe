/** Words of memory files that are wrong in one bit of one hexadecimal digit. */
import type { TextFile } from '../../../src/verilog/index.ts';
import { type PlacedEdit } from '../edit.ts';

/** Edit every digit of a memory file, one bit of it each; the word stays within its width. */
export function tableEdits({ text }: TextFile, width: number): readonly PlacedEdit[] {
  const digits = Math.ceil(width / 4);
  return [...text.matchAll(/[\da-f]+/g)].flatMap(({ 0: word, index }, row) =>
    Array.from(word, (digit, k) => {
      const bits = k === 0 ? width - 4 * (digits - 1) : 4;
      const flipped = (Number.parseInt(digit, 16) ^ (1 << ((row + k) % bits))).toString(16);
      return { kind: 'table digit', offset: index + k, length: 1, text: flipped };
    }),
  );
}
