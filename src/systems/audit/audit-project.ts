/** The audit itself. Not built yet: everything around it is. */
import { UnsupportedError } from '../../errors.ts';
import type { AuditOptions, ForeignDesign } from './audit-options.ts';
import type { AuditResult } from './audit-result.ts';

/** Prove that an emitted folder computes its model. The folder is only read. */
export function auditProject(folder: string, _options: AuditOptions = {}): Promise<AuditResult> {
  return Promise.reject(new UnsupportedError(`The audit of "${folder}" is not built yet.`));
}

/** Prove that Verilog of others computes a model. */
export function auditVerilog({ top }: ForeignDesign, _options: AuditOptions = {}): Promise<AuditResult> {
  return Promise.reject(new UnsupportedError(`The audit of "${top}" is not built yet.`));
}
