/** What a DistillNet run came to, as the plain data of `summary.json`. */
import type { Checks } from '../checks.ts';
import type { ResourceKind } from '../part-fit.ts';
import type { ProjectVerification } from '../verify-project.ts';
import type { Evaluation } from './evaluation/evaluate-weights.ts';
import type { InferenceTimes } from './evaluation/inference-time.ts';
import type { NetworkCost } from './evaluation/network-costs.ts';

export interface DistillNetSummary {
  readonly system: 'distillnet';
  readonly seed: string | number;
  readonly mode: 'quick' | 'default' | 'custom';
  /** Share of zero weights in the kernels of QDistillNet. */
  readonly sparsity: number;
  /** Test particles on which float training's shadow of QDistillNet differs from the circuit. */
  readonly shadowMismatches: number;
  /** Physics of every set of weights on the test events. */
  readonly evaluation: Evaluation;
  /** The teacher is null where its scores came with the events. */
  readonly costs: {
    readonly teacher: NetworkCost | null;
    readonly student: NetworkCost;
    readonly quantized: NetworkCost;
    readonly compact?: NetworkCost;
  };
  /** Measured times of this run on this machine, unlike everything above; null where they were not asked for. */
  readonly inference: InferenceTimes | null;
  readonly hardware: CircuitSummary & { readonly copies: CopiesSummary | null };
  /** The compact QDistillNet; null where none was trained. */
  readonly compact: CircuitSummary | null;
  /** Comparisons of the evaluators of QDistillNet's circuit. */
  readonly checks: Checks;
  /** Why a check is null, in sentences. */
  readonly skipped: readonly string[];
  readonly seconds: Readonly<Record<string, number>>;
}

/** A circuit in numbers. */
export interface CircuitSummary {
  readonly part: string;
  readonly clockMHz: number;
  readonly latencyCycles: number;
  readonly latencyNs: number;
  readonly initiationInterval: number;
  readonly resources: {
    readonly lut: number;
    readonly ff: number;
    readonly dsp: number;
    readonly bram: number;
    readonly source: string;
  };
  /** Counts by Yosys, and what was proved of the emitted Verilog. */
  readonly verification: Omit<ProjectVerification, 'seconds'>;
}

/** Several pipelines as one design: how many, and the share in percent of the part's resource that they use most. */
export interface CopiesSummary {
  readonly count: number;
  readonly kind: ResourceKind;
  readonly percent: number;
  readonly checks: Checks;
}
