/** How often the laws of the proof rules are tried. */

/**
 * Number of runs of a law: `usual`, times the environment variable PROOF_RUNS where it is set.
 *
 * PROOF_RUNS=50 turns the suite into a long search for a counterexample.
 */
export function runs(usual: number): number {
  return Math.max(1, Math.round(usual * Number(process.env['PROOF_RUNS'] ?? 1)));
}
