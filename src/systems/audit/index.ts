/** Audits of emitted folders: what was proved for all inputs, as data, tables, JSON and report, and what it starts from. */
export { checkCircuitPorts, checkTopPorts } from './agreement.ts';
export {
  type AuditOptions,
  type AuditStep,
  DEFAULT_CONFLICTS,
  DEFAULT_TIMEOUT_SECONDS,
  DEFAULT_VECTORS,
  type ForeignDesign,
} from './audit-options.ts';
export { auditProject } from './audit-project.ts';
export { auditVerilog } from './audit-verilog.ts';
export { portsOf } from './module-ports.ts';
export { type CircuitProof, dataInputs, expectedPipeline, proveCircuit, proveNetlist, proveVerilog } from './proof.ts';
export { stimulusAt } from './difference.ts';
export {
  type AuditResult,
  type Claim,
  type ClaimName,
  type Difference,
  type ModuleClaim,
  openCount,
  type ProofMethod,
  provedCount,
  type TestedFact,
  type Verdict,
  worstVerdict,
} from './audit-result.ts';
export { type AuditedFolder, readAuditedFolder } from './audited-folder.ts';
export type { BenchDifference } from './bench-differences.ts';
export { canonicalJson } from './canonical-json.ts';
export {
  type Counterexample,
  type CounterexampleOutcome,
  type CounterexampleRun,
  writeCounterexample,
} from './counterexample.ts';
export { type AuditHashes, auditHashes } from './hashes.ts';
export { type AuditedManifest, checkManifest, readAuditedManifest } from './manifest.ts';
export { AUDIT_FORMAT, auditRecord, parseAuditRecord } from './record.ts';
export { auditReport } from './report.ts';
export { unprovedText, verdictText } from './sentences.ts';
export { specificationGraph } from './specification.ts';
export { claimTable, testTable } from './tables.ts';
