/**
 * Which layers share a stage. A stage has one stream out, so a layer can be in a stage with others only if all that read
 * it are in that stage too. One layer of a stage may have a tap line, steps or a sum over beats of its own (its head);
 * all others follow in the same clock, beat by beat.
 *
 * Layers are visited from the outputs on: a layer joins the stage of its readers, or is the last of a new one.
 */
import { sameBeats } from './layouts.ts';
import type { LayerPlan } from './plan.ts';

export interface LayerGroup {
  /** Undefined where every layer is a follower. */
  readonly head: LayerPlan | undefined;
  /** In topological order, without the head, which comes before all of them. */
  readonly followers: readonly LayerPlan[];
  /** The layer whose result leaves the stage. */
  readonly last: LayerPlan;
}

/** Group layers, which stand in topological order; so do the groups. */
export function groupLayers(layers: readonly LayerPlan[], outputs: readonly string[]): readonly LayerGroup[] {
  const groupOf = new Map<string, OpenGroup>();
  const readers = new Map<string, LayerPlan[]>();
  for (const plan of layers) {
    for (const name of plan.layer.inputs) readers.set(name, [...(readers.get(name) ?? []), plan]);
  }
  const groups: OpenGroup[] = [];
  for (const plan of layers.toReversed()) {
    const { name } = plan.layer;
    const group = outputs.includes(name) ? undefined : commonGroup(readers.get(name)!, groupOf);
    if (group !== undefined && canJoin(plan, group, readers.get(name)!)) {
      if (plan.isFollower) group.followers.unshift(plan);
      else group.head = plan;
      groupOf.set(name, group);
    } else {
      const made = plan.isFollower
        ? { head: undefined, followers: [plan], last: plan }
        : { head: plan, followers: [], last: plan };
      groups.unshift(made);
      groupOf.set(name, made);
    }
  }
  return groups;
}

interface OpenGroup {
  head: LayerPlan | undefined;
  readonly followers: LayerPlan[];
  readonly last: LayerPlan;
}

function commonGroup(readers: readonly LayerPlan[], groupOf: ReadonlyMap<string, OpenGroup>): OpenGroup | undefined {
  const [group, ...others] = new Set(readers.map(({ layer }) => groupOf.get(layer.name)));
  return others.length === 0 ? group : undefined;
}

function canJoin(plan: LayerPlan, group: OpenGroup, readers: readonly LayerPlan[]): boolean {
  const { name } = plan.layer;
  if (group.head !== undefined) return false;
  const sameLayout = readers.every(({ layer, inputs }) =>
    layer.inputs.every((input, k) => input !== name || sameBeats(inputs[k]!, plan.output)),
  );
  if (!sameLayout || plan.isFollower) return sameLayout;
  const inside = new Set([name, ...group.followers.map(({ layer }) => layer.name)]);
  return group.followers.every(
    ({ layer, isElementwise }) =>
      layer.inputs.every((input) => inside.has(input)) && (plan.results === 1 || isElementwise),
  );
}
