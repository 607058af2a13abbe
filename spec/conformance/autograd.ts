/**
 * Tensor operators, losses, optimisers and schedules against float64 results of PyTorch (format `autograd-ref/1`).
 *
 * A case passes when every output, gradient or trajectory agrees with err = max|x − ref| / max(1, max|ref|) of at most
 * max(1e-5, 8 × what PyTorch itself reaches in f32), integers exactly. A case whose operator has no counterpart here
 * counts as unsupported.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operators } from './autograd-operators.ts';
import { optimizerFailure, type OptimizerCase } from './autograd-optimizers.ts';
import { scheduleFailure, type ScheduleCase } from './autograd-schedules.ts';
import { operatorFailure, type OperatorCase } from './autograd-case.ts';
import type { FileResult } from './result.ts';

interface VectorFile {
  readonly category: string;
  readonly cases: readonly { readonly id: string; readonly op: string }[];
}

/** Run all categories below `<directory>/autograd`. */
export function* autograd(directory: string): Iterable<FileResult> {
  const folder = join(directory, 'autograd');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  for (const file of files.toSorted())
    yield runFile(file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as VectorFile);
}

function runFile(file: string, { category, cases }: VectorFile): FileResult {
  let passed = 0;
  let unsupported = 0;
  const failures: string[] = [];
  for (const vector of cases) {
    const failure = failureOf(category, vector);
    if (failure === 'unsupported') unsupported += 1;
    else if (failure === null) passed += 1;
    else failures.push(`${vector.id}: ${failure}`);
  }
  return { file, cases: cases.length, passed, failed: failures.length, unsupported, firstFailure: failures[0] ?? null };
}

/** Say what is wrong with the result of a case: null is nothing, 'unsupported' that there is no such operator. */
function failureOf(category: string, vector: { readonly op: string }): string | null {
  try {
    if (category === 'optim') return optimizerFailure(vector as OptimizerCase);
    if (category === 'sched') return scheduleFailure(vector as ScheduleCase);
    const operator = Object.hasOwn(operators, vector.op) ? operators[vector.op]! : null;
    return operator === null ? 'unsupported' : operatorFailure(vector as OperatorCase, operator);
  } catch (error) {
    return `threw ${String(error)}`;
  }
}
