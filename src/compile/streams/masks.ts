/**
 * Which elements of a patch lie inside the image, as conditions in a circuit.
 *
 * It depends on the class of the patch and, where a patch is read in parts, on the part: the same element of a step
 * belongs to another cell in every part. What an element is in each part (its *pattern* over the classes) has a number;
 * the numbers that change from part to part stand as fields in the words beside the elements, and a small table over
 * class and field answers.
 */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';
import { classWidth } from '../../circuit/index.ts';
import { type FixedFormat, ufixed } from '../../fixed/index.ts';

export interface Masks {
  readonly fieldFormats: readonly FixedFormat[];
  /** Values of the fields in a part. */
  readonly fields: (part: number) => readonly bigint[];
  /** Whether element k of window w is inside: known, or a wire. */
  readonly condition: (builder: CircuitBuilder, inputs: MaskInputs, window: number, k: number) => boolean | Wire;
}

export interface MaskInputs {
  /** The class of the patch; undefined where there is one class only. */
  readonly which: Wire | undefined;
  readonly fields: readonly Wire[];
}

/** The question that masks answer. */
export interface MaskQuestion {
  readonly windows: number;
  /** Elements of a window that one step reads. */
  readonly length: number;
  readonly parts: number;
  readonly classes: number;
  readonly isInside: (which: number, window: number, k: number, part: number) => boolean;
}

/** Find patterns and fields. */
export function masksOf({ windows, length, parts, classes, isInside }: MaskQuestion): Masks {
  const patternIds = new Map<string, number>();
  const patterns: boolean[][] = [];
  const sequenceIds = new Map<string, number>();
  const sequences: number[][] = [];
  const sequenceOf = Array.from({ length: windows }, (_, window) =>
    Array.from({ length }, (_element, k) => {
      const sequence = Array.from({ length: parts }, (_part, part) => {
        const pattern = Array.from({ length: classes }, (_class, which) => isInside(which, window, k, part));
        const key = pattern.map(Number).join('');
        if (!patternIds.has(key)) patternIds.set(key, patterns.push(pattern) - 1);
        return patternIds.get(key)!;
      });
      const key = sequence.join();
      if (!sequenceIds.has(key)) sequenceIds.set(key, sequences.push(sequence) - 1);
      return sequenceIds.get(key)!;
    }),
  );
  const changing = sequences.filter((sequence) => sequence.some((id) => id !== sequence[0]));
  // With a single class a pattern is one truth value, which is its own field.
  const value = (id: number): bigint => (classes === 1 ? BigInt(patterns[id]![0]!) : BigInt(id));
  const bits = classes === 1 ? 1 : (patterns.length - 1).toString(2).length;

  const condition = (
    builder: CircuitBuilder,
    { which, fields }: MaskInputs,
    window: number,
    k: number,
  ): boolean | Wire => {
    const sequence = sequences[sequenceOf[window]![k]!]!;
    const field = changing.indexOf(sequence);
    if (field < 0) {
      const pattern = patterns[sequence[0]!]!;
      return pattern.every((inside) => inside === pattern[0])
        ? pattern[0]!
        : byClass(builder, which!, [pattern], classes);
    }
    if (which === undefined) return fields[field]!;
    const address = builder.add(which, fields[field]!, classWidth(classes));
    return byClass(builder, address, patterns, classes, 2 ** bits);
  };
  return {
    fieldFormats: changing.map(() => ufixed(bits, bits)),
    fields: (part) => changing.map((sequence) => value(sequence[part]!)),
    condition,
  };
}

/** A truth value by pattern (the high digits of the address) and class (the low ones). */
function byClass(
  builder: CircuitBuilder,
  address: Wire,
  patterns: readonly (readonly boolean[])[],
  classes: number,
  rows = 1,
): Wire {
  const values = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: 2 ** classWidth(classes) }, (_class, which) => BigInt(patterns[row]?.[which] ?? false)),
  ).flat();
  return builder.table(address, { name: 'inside', lo: 0n, values, fraction: 0 }, 0);
}

/** The element where it is inside, else another wire. */
export function maskedWire(builder: CircuitBuilder, inside: boolean | Wire, wire: Wire, outside: Wire): Wire {
  if (inside === true) return wire;
  return inside === false ? outside : builder.select(inside, wire, outside);
}
