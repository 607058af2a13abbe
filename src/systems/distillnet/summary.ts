/** What a DistillNet run came to, as the plain data of `summary.json`. */
import type { Checks } from '../checks.ts';

/** Half the interquartile range of the missing-momentum response, with its bootstrap error. */
export interface Resolution {
  readonly value: number;
  readonly error: number;
}

export interface DistillNetSummary {
  readonly system: 'distillnet';
  readonly seed: string | number;
  readonly mode: 'quick' | 'default' | 'custom';
  readonly events: number;
  readonly particles: number;
  /**
   * The float student against the teacher's weights. `accuracy` is the mean over 20 bins of min(ρ, 1/ρ) in percent,
   * `accuracyAsPrinted` the paper's mean of ρ = N_student/N_teacher, in which over-filled bins make up for others.
   */
  readonly float: { readonly accuracy: number; readonly accuracyAsPrinted: number; readonly parameters: number };
  /** The circuit's own outputs, emulated bit for bit on every test particle. */
  readonly fixed: {
    readonly accuracy: number;
    readonly accuracyAsPrinted: number;
    readonly parameters: number;
    readonly sparsity: number;
    /** Test particles on which float training's shadow of the quantized network differs from the circuit. */
    readonly shadowMismatches: number;
  };
  readonly puppi: { readonly accuracy: number; readonly accuracyAsPrinted: number };
  /** Missing-momentum resolution by source of the weights; lower is better. */
  readonly missingResolution: Readonly<Record<'puppi' | 'student' | 'fixed' | 'teacher' | 'truth', Resolution>>;
  readonly hardware: {
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
  };
  readonly checks: Checks;
  /** Why a check is null, in sentences. */
  readonly skipped: readonly string[];
  readonly seconds: Readonly<Record<string, number>>;
}
