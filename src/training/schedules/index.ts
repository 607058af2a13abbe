/** Learning-rate schedules. */
export { initialPlateau, reportPlateau } from './plateau.ts';
export type { PlateauSchedule, PlateauState } from './plateau.ts';
export { ratesAt } from './schedule.ts';
export type {
  ConstantSchedule,
  CosineRestartsSchedule,
  CosineSchedule,
  ExponentialSchedule,
  LinearSchedule,
  MultiStepSchedule,
  OneCycleSchedule,
  PolynomialSchedule,
  Schedule,
  StepSchedule,
  WarmupSchedule,
} from './schedule.ts';
