/** Patches whose channels are worked off in groups. */

/** The elements of each group: of every position its part of the channels. */
export function channelGroups(positions: number, channels: number, groups: number): readonly (readonly number[])[] {
  const part = channels / groups;
  return Array.from({ length: groups }, (_, group) =>
    Array.from(
      { length: positions * part },
      (_element, k) => Math.floor(k / part) * channels + group * part + (k % part),
    ),
  );
}

/**
 * Element k of a beat among results that hold one group of the outputs of every position each; undefined where that is
 * their order.
 */
export function groupedOrder(positions: number, outputs: number, groups: number): readonly number[] | undefined {
  if (positions === 1 || groups === 1) return undefined;
  const part = outputs / groups;
  return Array.from({ length: positions * outputs }, (_, k) => {
    const [position, output] = [Math.floor(k / outputs), k % outputs];
    return Math.floor(output / part) * positions * part + position * part + (output % part);
  });
}
