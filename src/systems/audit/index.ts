/** Audits of emitted folders: what was proved for all inputs, as data, tables, JSON and report. */
export {
  type AuditOptions,
  type AuditStep,
  DEFAULT_CONFLICTS,
  DEFAULT_VECTORS,
  type ForeignDesign,
} from './audit-options.ts';
export { auditProject, auditVerilog } from './audit-project.ts';
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
export { AUDIT_FORMAT, auditRecord, parseAuditRecord } from './record.ts';
export { auditReport } from './report.ts';
export { unprovedText, verdictText } from './sentences.ts';
export { claimTable, testTable } from './tables.ts';
