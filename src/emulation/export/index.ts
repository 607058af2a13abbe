/** Networks as zero-dependency programs: WebAssembly, plain JavaScript, C99. */
export { EXPORT_TARGETS, exportNetwork } from './export-network.ts';
export type { ExportedNetwork, ExportOptions, ExportTarget } from './export-network.ts';
export type { ExportedFile } from './export-source.ts';
