/**
 * Everything that defines a DistillNet run, as one checked object: two runs with equal configurations give equal bits.
 *
 * `quick` is the main job of the package; `default` is the study, at the paper's mean pileup of 140 and with a teacher of its
 * size. The paper itself used 15 million particles to train on.
 */
import { z } from 'zod';
import { ValueError } from '../../errors.ts';

/** Everything that defines a run. */
export interface DistillNetConfig {
  /** Names every random stream of the run. */
  readonly seed: string | number;
  readonly generator: {
    /** Mean number of pileup collisions. */
    readonly meanPileup: number;
    /** Mean number of particles per pileup collision. */
    readonly particlesPerCollision: number;
    /** Mean number of underlying-event particles of the hard collision. */
    readonly underlyingEvent: number;
  };
  readonly puppi: {
    /** Cone radius R0. */
    readonly radius: number;
  };
  /** Hard collisions to train on (validation included), and to report on. */
  readonly processes: { readonly training: 'wjets' | 'ttbar'; readonly test: 'wjets' | 'ttbar' };
  /** Event files to take the place of generated events, as paths; null where they are generated. */
  readonly files: { readonly training: string | null; readonly test: string | null };
  /**
   * Numbers of independent events (of a file: at most): to train on, to stop early on, and to report on (at least 4). The teacher is trained
   * on the first `teacher` ones of the training events; the students learn from its scores of all of them.
   */
  readonly events: {
    readonly training: number;
    readonly teacher: number;
    readonly validation: number;
    readonly test: number;
  };
  /** |d0| and |dz| are clipped to this many mm. */
  readonly clipImpact: number;
  readonly teacher: {
    /**
     * What it learns from: the true shares of the primary vertex by cross-entropy, or no labels but the pileup-free twin
     * of each event, by sliced Wasserstein distance (as the published teacher).
     */
    readonly mode: TeacherMode;
    /** Neighbours in (η, φ) that each particle sees. */
    readonly neighbours: number;
    /** Channels between layers; residual layers and the head are twice as wide inside. */
    readonly width: number;
    /** Edge convolutions. */
    readonly blocks: number;
    /** Residual layers before the first edge convolution, and after each. */
    readonly residuals: number;
    readonly epochs: number;
    readonly learningRate: number;
    /** Events per step. */
    readonly batchEvents: number;
    /** Of the comparison with twins: random directions per step. */
    readonly directions: number;
    /** Of the comparison with twins: weight of the missing momentum beside the distance, 0 or more. */
    readonly missingWeight: number;
  };
  readonly student: StudentTraining & {
    /** Labels at or above this weigh more. */
    readonly heavyLabel: number;
    readonly heavyWeight: number;
    /** Epochs without improvement before training stops. */
    readonly patience: number;
  };
  readonly quantized: StudentTraining & {
    /** Epochs in floats, before batch normalisation is folded; `epochs` counts the quantized ones after it. */
    readonly floatEpochs: number;
    /** Final share of zero weights per dense layer, in [0, 1). */
    readonly sparsity: number;
    /** Share of the quantized steps over which the sparsity rises, in (0, 1]. */
    readonly pruningEnd: number;
    readonly formats: QuantizedFormats;
    /**
     * Most non-zero signed digits that a weight may have after training: each one but the first is an adder. Null for any
     * number.
     */
    readonly digits: number | null;
  };
  /**
   * A further QDistillNet, trained for few look-up tables: epochs of its walk, and of a cycle of its learning rate; null
   * for none.
   */
  readonly compact: { readonly epochs: number; readonly cycle: number } | null;
}

/** Where the teacher's knowledge comes from. */
export type TeacherMode = 'truth' | 'selfSupervised';

/** What every training of a student needs. */
interface StudentTraining {
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
}

/** Fixed-point formats of the quantized student, as `ap_fixed` texts. */
export interface QuantizedFormats {
  readonly input: string;
  readonly weight: string;
  readonly bias: string;
  /** Results of the hidden layers. */
  readonly activation: string;
  /** Result of the last dense layer, the argument of the sigmoid. */
  readonly logit: string;
  /** Result of the sigmoid. */
  readonly output: string;
}

const count = z.int().min(1);
const rate = z.number().gt(0).max(1);
const process = z.enum(['wjets', 'ttbar']);

const schema: z.ZodType<DistillNetConfig> = z.strictObject({
  seed: z.union([z.string(), z.number()]),
  generator: z.strictObject({
    meanPileup: z.number().min(0).max(200),
    particlesPerCollision: z.number().min(0).max(1000),
    underlyingEvent: z.number().min(0).max(1000),
  }),
  puppi: z.strictObject({ radius: z.number().gt(0.01).max(1) }),
  processes: z.strictObject({ training: process, test: process }),
  files: z.strictObject({ training: z.string().nullable(), test: z.string().nullable() }),
  events: z.strictObject({ training: count, teacher: count, validation: count, test: z.int().min(4) }),
  clipImpact: z.number().gt(0),
  teacher: z.strictObject({
    mode: z.enum(['truth', 'selfSupervised']),
    neighbours: z.int().min(1).max(64),
    width: z.int().min(1).max(512),
    blocks: z.int().min(1).max(4),
    residuals: z.int().min(0).max(16),
    epochs: count,
    learningRate: rate,
    batchEvents: count,
    directions: z.int().min(1).max(4096),
    missingWeight: z.number().min(0),
  }),
  student: z.strictObject({
    epochs: count,
    batch: count,
    learningRate: rate,
    heavyLabel: z.number().min(0).max(1),
    heavyWeight: z.number().gt(0),
    patience: count,
  }),
  quantized: z.strictObject({
    floatEpochs: count,
    epochs: count,
    batch: count,
    learningRate: rate,
    sparsity: z.number().min(0).lt(1),
    pruningEnd: z.number().gt(0).max(1),
    formats: z.strictObject({
      input: z.string(),
      weight: z.string(),
      bias: z.string(),
      activation: z.string(),
      logit: z.string(),
      output: z.string(),
    }),
    digits: count.nullable(),
  }),
  compact: z.strictObject({ epochs: count, cycle: count }).nullable(),
});

const formats: QuantizedFormats = {
  input: 'ap_fixed<8,3,AP_RND_CONV,AP_SAT>',
  weight: 'ap_fixed<8,1,AP_RND_CONV,AP_SAT>',
  bias: 'ap_fixed<8,3,AP_RND_CONV,AP_SAT>',
  activation: 'ap_ufixed<8,2,AP_TRN,AP_SAT>',
  logit: 'ap_fixed<8,4,AP_RND,AP_SAT>',
  output: 'ap_ufixed<8,0,AP_RND,AP_SAT>',
};

/**
 * The run of the main job, a minute or two of two cores: low pileup, a teacher as small as its students. Puppi's cone lies
 * between the 0.2 of the full run, which finds too few tracks at this pileup, and the 0.4 of CMS.
 */
export const quickConfig: DistillNetConfig = {
  seed: 1,
  generator: { meanPileup: 30, particlesPerCollision: 25, underlyingEvent: 30 },
  puppi: { radius: 0.3 },
  processes: { training: 'wjets', test: 'ttbar' },
  files: { training: null, test: null },
  events: { training: 200, teacher: 120, validation: 30, test: 600 },
  clipImpact: 1,
  teacher: {
    mode: 'truth',
    neighbours: 8,
    width: 24,
    blocks: 1,
    residuals: 1,
    epochs: 4,
    learningRate: 1e-2,
    batchEvents: 1,
    directions: 32,
    missingWeight: 1,
  },
  // The published recipe is batch 256 at rate 1.5e-3 for 40 epochs; a minute allows few epochs, so steps are larger.
  student: { epochs: 8, batch: 256, learningRate: 4e-3, heavyLabel: 0.95, heavyWeight: 3, patience: 5 },
  quantized: {
    floatEpochs: 8,
    epochs: 8,
    batch: 256,
    learningRate: 4e-3,
    sparsity: 0.75,
    pruningEnd: 0.6,
    formats,
    digits: 2,
  },
  compact: null,
};

/**
 * The run of a study, about half an hour of two quiet cores: the published pileup, the teacher in full size, Puppi with the
 * cone of the published detector's card.
 */
export const defaultConfig: DistillNetConfig = {
  ...quickConfig,
  generator: { meanPileup: 140, particlesPerCollision: 25, underlyingEvent: 30 },
  puppi: { radius: 0.2 },
  events: { training: 800, teacher: 500, validation: 60, test: 600 },
  teacher: {
    ...quickConfig.teacher,
    neighbours: 20,
    width: 64,
    blocks: 2,
    residuals: 4,
    epochs: 5,
    learningRate: 2e-3,
    directions: 64,
  },
  student: { ...quickConfig.student, epochs: 16, learningRate: 1.5e-3 },
  quantized: { ...quickConfig.quantized, floatEpochs: 12, epochs: 16, learningRate: 1.5e-3 },
  compact: { epochs: 16, cycle: 4 },
};

/**
 * Check a configuration that came from a file or a command line.
 *
 * @throws ValueError naming the first entry that is missing, unknown or out of range
 */
export function parseConfig(value: unknown): DistillNetConfig {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const place = issue.path.length === 0 ? 'the configuration' : `"${issue.path.join('.')}"`;
  throw new ValueError(`In a DistillNet configuration, ${place} is not usable: ${issue.message}.`);
}
