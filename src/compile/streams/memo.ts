/**
 * Remembers what was made of the same things, so that compiling a network again with one schedule changed makes only what
 * changes. What is remembered must follow from its parts alone.
 */

/** What a remembered thing is made of: objects count by identity, all else by value. */
export type MemoPart = object | string | number | boolean | undefined;

/** Gives what was made of the same parts before, or makes it. */
export type Memo = <T>(what: string, parts: readonly MemoPart[], make: () => T) => T;

/** Open an empty memory. */
export function openMemo(): Memo {
  const numbers = new WeakMap<object, number>();
  const made = new Map<string, unknown>();
  let objects = 0;
  const textOf = (part: MemoPart): string => {
    if (typeof part !== 'object') return `${typeof part} ${part}`;
    let number = numbers.get(part);
    if (number === undefined) numbers.set(part, (number = objects += 1));
    return `#${number}`;
  };
  return <T>(what: string, parts: readonly MemoPart[], make: () => T): T => {
    const key = [what, ...parts.map(textOf)].join('|');
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as T;
  };
}
