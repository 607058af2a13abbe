/** Networks as stages joined by streams, untimed. */
export type { Fold, Steps, StreamGraph, StreamInput, StreamStage, StreamType, TapLine } from './stream-graph.ts';
export {
  beatFormats,
  classCount,
  classFormat,
  classWidth,
  graphOutputFormats,
  resultFormats,
  stageCounts,
  streamType,
} from './stage-facts.ts';
export type { StageCounts } from './stage-facts.ts';
export { parseStreams, serializeStreams } from './text-form.ts';
export { validateStreams } from './validate-streams.ts';
