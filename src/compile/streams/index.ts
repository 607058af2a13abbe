/** From networks to streams, by a schedule per layer. */
export { compileStreams, type StreamCompiler, streamCompiler } from './compile-streams.ts';
export { scheduleChoices, type ScheduleChoices } from './schedule-choices.ts';
export { type BeatLayout, beatLayouts, type LayerSchedule, type Schedules } from './schedules.ts';
