/**
 * Reduce the rate when a metric stops falling, as `torch.optim.lr_scheduler.ReduceLROnPlateau` in mode "min" or "max".
 *
 * The state is plain data, stepped by a pure function once per report.
 */

/** When and how much to reduce. */
export interface PlateauSchedule {
  readonly kind: 'plateau';
  readonly learningRate: number;
  /** @defaultValue 'min' */
  readonly mode?: 'min' | 'max';
  /** Factor of a reduction, in (0, 1). @defaultValue 0.1 */
  readonly factor?: number;
  /** Reports without improvement that are borne. @defaultValue 10 */
  readonly patience?: number;
  /** Smallest change that counts as improvement. @defaultValue 1e-4 */
  readonly threshold?: number;
  /** Whether the threshold is a share of the best value or a difference. @defaultValue 'relative' */
  readonly thresholdMode?: 'relative' | 'absolute';
  /** Reports after a reduction that are not counted. @defaultValue 0 */
  readonly cooldown?: number;
  /** @defaultValue 0 */
  readonly minimum?: number;
}

/** State between reports. */
export interface PlateauState {
  readonly learningRate: number;
  /** Best metric so far, or null before the first report. */
  readonly best: number | null;
  readonly badReports: number;
  readonly cooldownLeft: number;
}

/** Give the state before the first report. */
export const initialPlateau = (schedule: PlateauSchedule): PlateauState => ({
  learningRate: schedule.learningRate,
  best: null,
  badReports: 0,
  cooldownLeft: 0,
});

const improves = (schedule: PlateauSchedule, metric: number, best: number | null): boolean => {
  if (best === null) return true;
  const sign = schedule.mode === 'max' ? 1 : -1;
  const threshold = schedule.threshold ?? 1e-4;
  const margin = schedule.thresholdMode === 'absolute' ? threshold : threshold * best;
  return sign * (metric - (best + sign * margin)) > 0;
};

/** Report a metric and get the next state. */
export const reportPlateau = (schedule: PlateauSchedule, state: PlateauState, metric: number): PlateauState => {
  const better = improves(schedule, metric, state.best);
  const best = better ? metric : state.best;
  const cooling = state.cooldownLeft > 0;
  const cooldownLeft = cooling ? state.cooldownLeft - 1 : 0;
  const badReports = better || cooling ? 0 : state.badReports + 1;
  if (badReports <= (schedule.patience ?? 10))
    return { learningRate: state.learningRate, best, badReports, cooldownLeft };
  const reduced = Math.max(state.learningRate * (schedule.factor ?? 0.1), schedule.minimum ?? 0);
  // A change too small to matter is not made (torch's eps).
  const learningRate = state.learningRate - reduced > 1e-8 ? reduced : state.learningRate;
  return { learningRate, best, badReports: 0, cooldownLeft: schedule.cooldown ?? 0 };
};
