/** The order in which the parts of a clocked design can be written as forms. */

/**
 * Order nodes so that each stands behind what it depends on; where they feed back, one edge of each circle is ignored.
 *
 * @param roots nodes that are wanted; others appear only if a root depends on them
 */
export function dependencyOrder(roots: readonly number[], dependencies: (node: number) => readonly number[]): number[] {
  const order: number[] = [];
  const state = new Map<number, 'open' | 'done'>();
  // An explicit stack: register chains of unrolled networks are deeper than the engine's.
  for (const root of roots) {
    const stack = [root];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if (state.get(node) === undefined) {
        state.set(node, 'open');
        for (const next of dependencies(node)) if (!state.has(next)) stack.push(next);
        continue;
      }
      stack.pop();
      if (state.get(node) === 'done') continue;
      state.set(node, 'done');
      order.push(node);
    }
  }
  return order;
}
