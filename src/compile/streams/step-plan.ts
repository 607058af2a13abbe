/** How a layer's work is cut into steps. */
export interface StepPlan {
  readonly windows: number;
  /** Terms of each window that a step multiplies, and the outputs that it multiplies them for. */
  readonly terms: number;
  readonly units: number;
  /** Parts of the terms and groups of the outputs of a patch. */
  readonly parts: number;
  readonly groups: number;
  /** Patches of a sum: all of a sample in a sum over beats, else 1. */
  readonly patches: number;
}

/** Steps that make one result. */
export function stepsPerResult({ patches, parts, groups }: StepPlan): number {
  return patches === 1 ? parts : patches * parts * groups;
}
