/** Synthesis of emitted folders without a vendor tool: counts by layer, tables, report. */
export {
  designCount,
  type LayerSynthesis,
  type ProjectSynthesis,
  type ProjectSynthesisOptions,
  type SynthesisStep,
  synthesizeProject,
  type YosysCount,
} from './synthesize-project.ts';
export { synthesisRecord } from './record.ts';
export { synthesisReport } from './report.ts';
export { fitText, ice40Excess, NO_VENDOR_REPORT, placementText } from './sentences.ts';
export { countTable, errorPercent, estimateTable, shareTable } from './tables.ts';
