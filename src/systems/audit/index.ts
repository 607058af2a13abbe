/** What an audit of an emitted folder starts from and what it leaves: the folder read back, its hashes, counterexamples. */
export { checkCircuitPorts, checkTopPorts } from './agreement.ts';
export type {
  AuditResult,
  Claim,
  ClaimName,
  Difference,
  ModuleClaim,
  ProofMethod,
  TestedFact,
  Verdict,
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
export { specificationGraph } from './specification.ts';
