/**
 * Optimisers as data: descriptions, and the explicit state that lets a resumed run have the same bits.
 *
 * Rules and defaults follow PyTorch; each update rule stands in its own file with its formula.
 */
/** Stochastic gradient descent with momentum. */
export interface SgdOptimizer {
  readonly kind: 'sgd';
  /** In [0, 1). @defaultValue 0 */
  readonly momentum?: number;
  /** Damps new gradients in the momentum buffer. @defaultValue 0 */
  readonly dampening?: number;
  /** @defaultValue false */
  readonly nesterov?: boolean;
  /** L2 penalty added to the gradient. @defaultValue 0 */
  readonly weightDecay?: number;
}

/** Adam (Kingma & Ba, arXiv:1412.6980) and AdamW (Loshchilov & Hutter, arXiv:1711.05101). */
export interface AdamOptimizer {
  readonly kind: 'adam' | 'adamw';
  /** Decay of first and second moment, each in [0, 1). @defaultValue [0.9, 0.999] */
  readonly betas?: readonly [number, number];
  /** Added to √v̂. @defaultValue 1e-8 */
  readonly epsilon?: number;
  /** L2 penalty in the gradient (adam) or decoupled decay (adamw). @defaultValue 0 (adam), 0.01 (adamw) */
  readonly weightDecay?: number;
  /** Use the largest second moment so far (arXiv:1904.09237). @defaultValue false */
  readonly amsgrad?: boolean;
}

/** RMSprop (Tieleman & Hinton 2012). */
export interface RmspropOptimizer {
  readonly kind: 'rmsprop';
  /** Decay of the mean square, in [0, 1). @defaultValue 0.99 */
  readonly alpha?: number;
  /** Added to √v. @defaultValue 1e-8 */
  readonly epsilon?: number;
  /** @defaultValue 0 */
  readonly momentum?: number;
  /** Subtract the squared mean gradient from v. @defaultValue false */
  readonly centered?: boolean;
  /** @defaultValue 0 */
  readonly weightDecay?: number;
}

/** Adagrad (Duchi et al., JMLR 12, 2011). */
export interface AdagradOptimizer {
  readonly kind: 'adagrad';
  /** Added to √Σg². @defaultValue 1e-10 */
  readonly epsilon?: number;
  /** @defaultValue 0 */
  readonly weightDecay?: number;
}

/** Description of an optimiser; the learning rate is given to each step. */
export type Optimizer = SgdOptimizer | AdamOptimizer | RmspropOptimizer | AdagradOptimizer;

/** State of an optimiser between steps. */
export interface OptimizerState {
  /** Steps taken. */
  readonly step: number;
  /** Buffers of each parameter by name ("momentum", "firstMoment", …), in the order of the parameters. */
  readonly slots: readonly Readonly<Record<string, Float32Array>>[];
}

/** What a schedule says for one step. */
export interface StepRates {
  readonly learningRate: number;
  /** Replaces the momentum of sgd and rmsprop, or the first beta of adam and adamw. */
  readonly momentum?: number;
}
