/** Synthesis of emitted folders without a vendor tool: counts by layer, tables, report. */
export {
  designCount,
  type ProjectSynthesis,
  type ProjectSynthesisOptions,
  type SynthesisStep,
  type SynthesisTiming,
  synthesizeProject,
} from './synthesize-project.ts';
export { synthesisRecord } from './record.ts';
export { synthesisReport } from './report.ts';
export { fitText, ice40Excess, NO_VENDOR_REPORT, placementText, timingText } from './sentences.ts';
export type { LayerSynthesis, YosysCount } from './synthesized-layers.ts';
export { countTable, errorPercent, estimateTable, shareTable } from './tables.ts';
