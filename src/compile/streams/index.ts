/** From networks to streams, by a schedule per layer. */
export {
  compileStreams,
  scheduleChoices,
  type ScheduleChoices,
  type StreamCompiler,
  streamCompiler,
} from './compile-streams.ts';
export { type BeatLayout, beatLayouts, type LayerSchedule, type Schedules } from './schedules.ts';
