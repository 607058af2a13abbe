/** What an audit of an emitted folder starts from and what it leaves: the folder read back, its hashes, counterexamples. */
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
export { specificationGraph } from './specification.ts';
