/** DistillNet: pileup weights per particle, distilled from a graph network into a few nanoseconds (arXiv:2311.12551). */
export {
  type LearningCheckpoint,
  parseLearningCheckpoint,
  serializeLearningCheckpoint,
  type StudentStage,
} from './checkpoint.ts';
export {
  type CompactOptions,
  type CompactQDistillNet,
  compactWalk,
  trainCompactQDistillNet,
  walkCompact,
} from './student/compact.ts';
export { defaultConfig, type DistillNetConfig, parseConfig, type QuantizedFormats, quickConfig } from './config.ts';
export {
  type DistillNetData,
  distillNetData,
  eventFeatures,
  featureCount,
  featureNames,
  type GeneratedData,
  type Split,
} from './data/data.ts';
export { accuracyBins, type WeightAgreement, weightAgreement } from './evaluation/agreement.ts';
export { arraysFromEvents, type StoredWeights } from './data/event-arrays.ts';
export { readEvents, type ReadEventsOptions, writeEvents } from './data/event-files.ts';
export { type ArrayLayout, type ArrayName, eventLayout } from './data/event-layout.ts';
export type { EvaluatedData } from './evaluation/observables.ts';
export {
  type Evaluation,
  type EvaluationOptions,
  evaluateWeights,
  type JetQuality,
  type MissingQuality,
  type SourceEvaluation,
  type TeacherAgreement,
} from './evaluation/evaluate-weights.ts';
export {
  type EventShardOptions,
  type EventShards,
  type EventSource,
  generatedSource,
  recordedSource,
  shardPaths,
  writeEventShards,
} from './data/event-shards.ts';
export type { Distributions } from './evaluation/distributions.ts';
export { distillNetFigures, type FigureData, type FigureName, type Figures } from './report/figures.ts';
export {
  batchSizes,
  type InferenceTimes,
  measureInference,
  timedCircuit,
  type TimedCall,
  timedEvents,
  timedNetwork,
  type TimedSource,
} from './evaluation/inference-time.ts';
export { megaflop, type NetworkCost, publishedSlots, studentCost } from './evaluation/network-costs.ts';
export {
  type BySource,
  sourceNames,
  weightSources,
  type WeightSets,
  type WeightSource,
} from './evaluation/weight-sources.ts';
export { inputFormats } from './hardware/input-formats.ts';
export { studentDataset, withoutPuppiWeight } from './student/distil.ts';
export { foldScaler } from './hardware/folded-scaler.ts';
export { labelEvents, type LabelledEvents } from './labels.ts';
export { type DistillNetLearning, type LearnedSource, runLearning } from './learning.ts';
export {
  type CompactCheckpoint,
  type CompactStage,
  type CompactWatch,
  parseCompactCheckpoint,
  serializeCompactCheckpoint,
} from './student/compact-checkpoint.ts';
export { matchedStudy, type MatchedOptions, type MatchedStudy } from './student/matched-labels.ts';
export {
  type LearningCallbacks,
  type LearningProgress,
  type LearningStage,
  learningStages,
  stageClock,
} from './progress.ts';
export { precisionPlan, predictQuantized, quantizedInputs } from './student/precision-plan.ts';
export { type ReferenceRow, referenceRows, referenceSource } from './report/reference.ts';
export { applyScaler, fitScaler, hardwareScaler, invertScaler, scaledInputs, type Scaler } from './data/scaler.ts';
export type { StoredEvents } from './data/stored-events.ts';
export { buildQuantizedStudent, buildStudent, studentInput } from './student/student.ts';
export { teacherScoresOnGpu } from './teacher/teacher-on-gpu.ts';
export { type ScoringOptions, teacherScores } from './teacher/teacher-scoring.ts';
export { buildTeacher, type Teacher, teacherOperations, teacherParameterCount } from './teacher/teacher.ts';
export { circuitTable } from './report/circuit-table.ts';
export { comparisonReasons, publishedComparison } from './report/comparison.ts';
export { distillNetReport } from './report/report.ts';
export { type DistillNetRunOptions, runDistillNet, type RunProgress } from './run.ts';
export { publishedTarget } from './hardware/target.ts';
export { expectedSeconds, type RunPart, type TimeLeft, timeLeft } from './time-left.ts';
export type { DistillNetSummary } from './summary.ts';
