/** Which of several things are not beaten in every respect by another. */

/**
 * Keep what no other one beats or equals; of equals, the first.
 *
 * @param beats whether the first is as good as the second in every respect
 */
export function front<T>(items: readonly T[], beats: (one: T, other: T) => boolean): readonly T[] {
  let kept: T[] = [];
  for (const item of items) {
    if (kept.some((other) => beats(other, item))) continue;
    kept = kept.filter((other) => !beats(item, other));
    kept.push(item);
  }
  return kept;
}

/** Whether every number is at most the other one. */
export function isAtMost(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let k = 0; k < a.length; k += 1) if (a[k]! > b[k]!) return false;
  return true;
}

/** So many of a list, evenly spread over it. */
export function spread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, k) => items[Math.round((k * (items.length - 1)) / Math.max(1, count - 1))]!);
}
