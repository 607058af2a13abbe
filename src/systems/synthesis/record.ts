/** A synthesis as one JSON document. */
import { RESOURCE_KINDS } from '../part-fit.ts';
import { fitText } from './sentences.ts';
import { designCount, type ProjectSynthesis } from './synthesize-project.ts';
import { errorPercent } from './tables.ts';

/** Give all data of a synthesis, with shares of the part (1 = all of it) and errors of the estimate in percent. */
export function synthesisRecord(result: ProjectSynthesis): Readonly<Record<string, unknown>> {
  const { part, layers, kept, flattened, estimate, ...rest } = result;
  const errors = (
    counted: { readonly lut: number; readonly ff: number } | null,
    estimated: { readonly lut: number; readonly ff: number } | null,
  ) =>
    counted === null || estimated === null
      ? null
      : { lut: errorPercent(estimated.lut, counted.lut), ff: errorPercent(estimated.ff, counted.ff) };
  const count = designCount(result);
  return {
    ...rest,
    part: { name: part.part, ...Object.fromEntries(RESOURCE_KINDS.map((kind) => [kind, part[kind]])) },
    utilization: Object.fromEntries(
      RESOURCE_KINDS.map((kind) => [kind, part[kind] === 0 ? null : count[kind] / part[kind]]),
    ),
    fits: fitText(result) === undefined,
    layers: layers.map((layer) => ({ ...layer, errorPercent: errors(layer.yosys, layer.estimate) })),
    sum: kept,
    flattened,
    estimate,
    errorPercent: errors(count, estimate),
  };
}
