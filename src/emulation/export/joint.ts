/** What the sums of a family run over. */
import type { Family, LinearNode, Node, Place } from './families.ts';
import type { ArrayId } from './program.ts';

/** The elements that a family of sums runs over: one whole array, or copies in an array of their own. */
export interface Joint {
  readonly single: Family | { readonly port: number } | undefined;
  /** Distinct elements of the sums, if they are copied. */
  readonly nodes: readonly Node[];
  /** Element number of a node. */
  readonly elementOf: (node: Node) => number;
  array: ArrayId | undefined;
}

/** Find the elements of a family of sums. */
export function jointOf(family: Family, places: ReadonlyMap<Node, Place>): Joint {
  const nodes = new Set<Node>();
  const sources = new Map<string, Family | { readonly port: number }>();
  for (const member of family.members) {
    for (const { node } of (member as LinearNode).terms) {
      nodes.add(node);
      if (node.kind === 'input') sources.set(`p${node.port}`, { port: node.port });
      else sources.set(`f${places.get(node)!.family.id}`, places.get(node)!.family);
    }
  }
  if (sources.size === 1) {
    const elementOf = (node: Node): number => (node.kind === 'input' ? node.index : places.get(node)!.member);
    return { single: [...sources.values()][0]!, nodes: [], elementOf, array: undefined };
  }
  const list = [...nodes];
  const numbers = new Map(list.map((node, k) => [node, k]));
  return { single: undefined, nodes: list, elementOf: (node) => numbers.get(node)!, array: undefined };
}
