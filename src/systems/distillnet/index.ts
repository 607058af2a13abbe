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
} from './compact.ts';
export { defaultConfig, type DistillNetConfig, parseConfig, type QuantizedFormats, quickConfig } from './config.ts';
export {
  type DistillNetData,
  distillNetData,
  eventFeatures,
  featureCount,
  featureNames,
  type GeneratedData,
  type Split,
} from './data.ts';
export { accuracyBins, type WeightAgreement, weightAgreement } from './agreement.ts';
export { arraysFromEvents, type StoredWeights } from './event-arrays.ts';
export { readEvents, type ReadEventsOptions, writeEvents } from './event-files.ts';
export { type ArrayLayout, type ArrayName, eventLayout } from './event-layout.ts';
export type { EvaluatedData } from './observables.ts';
export {
  type Evaluation,
  type EvaluationOptions,
  evaluateWeights,
  type JetQuality,
  type MissingQuality,
  type SourceEvaluation,
  type TeacherAgreement,
} from './evaluate-weights.ts';
export {
  type EventShardOptions,
  type EventShards,
  type EventSource,
  generatedSource,
  recordedSource,
  shardPaths,
  writeEventShards,
} from './event-shards.ts';
export type { Distributions } from './distributions.ts';
export { distillNetFigures, type FigureData, type FigureName, type Figures } from './figures.ts';
export {
  batchSizes,
  type InferenceTimes,
  measureInference,
  timedCircuit,
  type TimedCall,
  timedEvents,
  timedNetwork,
  type TimedSource,
} from './inference-time.ts';
export { megaflop, type NetworkCost, publishedSlots, studentCost } from './network-costs.ts';
export { type BySource, sourceNames, weightSources, type WeightSets, type WeightSource } from './weight-sources.ts';
export { inputFormats } from './input-formats.ts';
export { studentDataset, withoutPuppiWeight } from './distil.ts';
export { foldScaler } from './folded-scaler.ts';
export { labelEvents, type LabelledEvents } from './labels.ts';
export { type DistillNetLearning, type LearnedSource, runLearning } from './learning.ts';
export {
  type CompactCheckpoint,
  type CompactStage,
  type CompactWatch,
  parseCompactCheckpoint,
  serializeCompactCheckpoint,
} from './compact-checkpoint.ts';
export { matchedStudy, type MatchedOptions, type MatchedStudy } from './matched-labels.ts';
export {
  type LearningCallbacks,
  type LearningProgress,
  type LearningStage,
  learningStages,
  stageClock,
} from './progress.ts';
export { precisionPlan, predictQuantized, quantizedInputs } from './precision-plan.ts';
export { type ReferenceRow, referenceRows, referenceSource } from './reference.ts';
export { applyScaler, fitScaler, hardwareScaler, invertScaler, scaledInputs, type Scaler } from './scaler.ts';
export type { StoredEvents } from './stored-events.ts';
export { buildQuantizedStudent, buildStudent, studentInput } from './student.ts';
export { teacherScoresOnGpu } from './teacher-on-gpu.ts';
export { type ScoringOptions, teacherScores } from './teacher-scoring.ts';
export { buildTeacher, type Teacher, teacherOperations, teacherParameterCount } from './teacher.ts';
export { circuitTable } from './circuit-table.ts';
export { comparisonReasons, publishedComparison } from './comparison.ts';
export { distillNetReport } from './report.ts';
export { type DistillNetRunOptions, runDistillNet, type RunProgress } from './run.ts';
export { publishedTarget } from './target.ts';
export { expectedSeconds, type RunPart, type TimeLeft, timeLeft } from './time-left.ts';
export type { DistillNetSummary } from './summary.ts';
