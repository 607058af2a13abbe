/** What comparing evaluators with each other gave: counts, by pair. */

/** How many vectors two evaluators were compared on, and on how many they differ. */
export interface Comparison {
  readonly vectors: number;
  readonly mismatches: number;
}

/** Null where a tool is absent. */
export interface Checks {
  readonly interpreterVsEmulation: Comparison;
  readonly simulationVsEmulation: Comparison;
  readonly verilatorVsSimulation: Comparison | null;
  readonly icarusVsSimulation: Comparison | null;
}

/** Null where a comparison was not made. */
export interface StreamChecks {
  readonly interpreterVsEmulation: Comparison;
  readonly unrolledVsEmulation: Comparison | null;
  readonly simulationVsEmulation: Comparison;
  readonly verilatorVsSimulation: Comparison | null;
  readonly icarusVsSimulation: Comparison | null;
}

/** Tell whether any two evaluators differ. */
export function hasMismatch(checks: Checks | StreamChecks): boolean {
  return Object.values(checks).some((check: Comparison | null) => check !== null && check.mismatches > 0);
}
