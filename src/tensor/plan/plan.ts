/**
 * A plan: a traced computation over a batch of rows, compiled once and run any number of times.
 *
 * Its inputs, results and all between have fixed places in one memory; a step allocates nothing. The bits of the results
 * are those of the tensor functions, whatever the number of workers.
 */
import { ShapeError, TraceError, ValueError } from '../../errors.ts';
import { sameShape, shapeText } from '../shape.ts';
import { LEAF } from '../backends/js/reduce.ts';
import type { Dtype, Tensor } from '../tensor.ts';
import type { SymbolicTensor } from '../trace.ts';
import type { DriverPlan } from './driver.ts';
import { buildGraph } from './build-graph.ts';
import { isRowWise, type InputSpec, type PlanNode } from './graph.ts';
import { layOut } from './layout.ts';
import { isBatchSum, legalise } from './legalise.ts';
import { assemble, describeKernel } from './program.ts';
import { schedule } from './schedule.ts';

/** A result by name. */
export interface ResultSpec {
  readonly name: string;
  readonly tensor: Tensor;
  /** The input that it replaces after the step: the next state of a parameter. */
  readonly replaces?: SymbolicTensor;
}

export interface PlanOptions {
  readonly inputs: readonly InputSpec[];
  readonly results: readonly ResultSpec[];
  /** Rows of a batch. */
  readonly batch: number;
  /** Threads that share a step, at least 1. @defaultValue 1 */
  readonly workers?: number;
  /** Milliseconds without an answer after which a worker counts as dead. @defaultValue 60,000 */
  readonly patience?: number;
}

/** Where the elements of an input or result lie. */
export interface Slot {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** In bytes. */
  readonly address: number;
  /** Rows that an index may name; 0 where the values are no index. */
  readonly indexes: number;
}

/** A compiled plan, as plain data. */
export interface CompiledPlan {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Pages of 64 KiB of its memory. */
  readonly pages: number;
  readonly driver: DriverPlan;
  /** Address of the area of worker 0; those of the others follow. */
  readonly areas: number;
  readonly areaBytes: number;
  readonly inputs: readonly Slot[];
  readonly results: readonly Slot[];
  readonly constants: readonly { readonly address: number; readonly data: Float32Array | Int32Array }[];
  /** One line per kernel. */
  readonly description: readonly string[];
}

const PAGE = 65536;
/** Control words from the 16th on count the shards of a phase. */
const MOST_PHASES = 256 - 16;
const LARGEST = 2 ** 32 - PAGE;

/**
 * Compile a traced computation.
 *
 * @throws TraceError if it cannot be cut along the batch or has an operation that plans do not know; ValueError if the
 * number of workers is no positive integer, or the memory exceeds 4 GiB
 */
export function compilePlan(options: PlanOptions): CompiledPlan {
  const { inputs, results, batch, workers = 1, patience = 60_000 } = options;
  if (!Number.isSafeInteger(workers) || workers < 1)
    throw new ValueError(`A plan is given ${workers} workers; it must be an integer of at least 1.`);
  if (!Number.isSafeInteger(batch) || batch < 1)
    throw new ValueError(`A plan is given a batch of ${batch} rows; it must be an integer of at least 1.`);
  if (!(patience > 0)) throw new ValueError(`A plan is given a patience of ${patience} ms; it must be above 0.`);
  checkNames('input', inputs);
  checkNames('result', results);
  if (results.length === 0) throw new ValueError('A plan is given no results; it needs at least one.');
  checkStates(options);
  const graph = buildGraph(
    results.map(({ tensor }) => tensor),
    inputs,
    batch,
  );
  const legal = legalise(graph);
  const nodeOfInput = new Map(
    legal.nodes.flatMap((node) =>
      node.operation === 'input' ? [[node.attributes['name'] as string, node] as const] : [],
    ),
  );
  const bound = new Map<PlanNode, PlanNode>();
  results.forEach(({ replaces }, k) => {
    const state = replaces && nodeOfInput.get(replaces.node.attributes['name'] as string);
    if (state === undefined) return;
    if (isRowWise(legal.results[k]!))
      throw new TraceError(`Result "${results[k]!.name}" of a plan has the rows of the batch; a state has none.`);
    bound.set(legal.results[k]!, state);
  });
  checkConstantIndices(legal.nodes);
  const plan = schedule(legal, new Set(bound.values()));
  if (plan.phases.length > MOST_PHASES)
    throw new TraceError(
      `A traced computation needs ${plan.phases.length} passes over the batch; a plan has at most ${MOST_PHASES}.`,
    );
  const layout = layOut(legal, plan, bound, workers);
  const areas = layout.sharedBytes;
  const bytes = areas + workers * layout.workerBytes + PAGE;
  if (bytes > LARGEST)
    throw new ValueError(
      `A plan of ${batch} rows needs ${(bytes / 2 ** 30).toFixed(1)} GiB of memory; WebAssembly has 4: make the batch smaller.`,
    );
  const pages = Math.ceil(bytes / PAGE);
  const rowWise =
    plan.phases.length === 1 &&
    plan.beforeUpdate.length === 0 &&
    plan.update.length === 0 &&
    !legal.nodes.some((node) => isBatchSum(node) || gathersRows(node));
  const shared = workers > 1;
  const slot = (name: string, node: PlanNode): Slot => ({
    name,
    dtype: node.dtype,
    shape: node.shape,
    address: layout.placeOf(node).address,
    indexes: indexedRows(legal.nodes, node),
  });
  return {
    bytes: assemble(legal, plan, layout, { pages, shared }),
    pages,
    driver: {
      phases: plan.phases.length,
      batch,
      shardRows: LEAF * layout.shards.leaves,
      rowWise,
      beforeUpdate: plan.beforeUpdate.length > 0,
      workers,
      patience,
    },
    areas,
    areaBytes: layout.workerBytes,
    inputs: inputs.flatMap(({ name }) => {
      const node = nodeOfInput.get(name);
      return node === undefined ? [] : [slot(name, node)];
    }),
    results: results.map(({ name }, k) => slot(name, legal.results[k]!)),
    constants: legal.nodes.flatMap((node) =>
      node.data === null || node.data.length === 1 ? [] : [{ address: layout.placeOf(node).address, data: node.data }],
    ),
    description: [
      ...plan.phases.flatMap((phase, p) => [
        ...phase.before.map((kernel) => `before ${p}: ${describeKernel(kernel)}`),
        ...phase.rows.map((kernel) => `phase ${p}, tiles of ${layout.tileRows[p]}: ${describeKernel(kernel)}`),
      ]),
      ...plan.beforeUpdate.map((kernel) => `before the update: ${describeKernel(kernel)}`),
      ...plan.update.map((kernel) => `update: ${describeKernel(kernel)}`),
    ],
  };
}

/** Refuse a name that is given twice. */
function checkNames(what: string, list: readonly { readonly name: string }[]): void {
  const names = list.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new ValueError(`A plan has two ${what}s of the name "${twice}".`);
}

/** Refuse states that cannot be replaced in place: what is read row by row is still needed when it has its next value. */
function checkStates({ inputs, results }: PlanOptions): void {
  const taken = new Set<string>();
  for (const { name, tensor, replaces } of results) {
    if (replaces === undefined) continue;
    const state = inputs.find((input) => input.tensor === replaces);
    if (state === undefined || state.kind !== 'whole')
      throw new ValueError(`Result "${name}" of a plan must replace a whole input of it.`);
    if (!sameShape(tensor.shape, replaces.shape) || tensor.dtype !== replaces.dtype)
      throw new ShapeError(
        `Result "${name}" of a plan is ${tensor.dtype} ${shapeText(tensor.shape)}, but replaces ${replaces.dtype} ${shapeText(replaces.shape)}.`,
      );
    if (taken.has(state.name)) throw new ValueError(`Two results of a plan replace the input "${state.name}".`);
    taken.add(state.name);
  }
}

/** Refuse constants that are used as indices beyond the rows that they index. */
function checkConstantIndices(nodes: readonly PlanNode[]): void {
  for (const node of nodes) {
    if (node.dtype !== 'i32') continue;
    const values = node.operation === 'pad' ? [node.attributes['value'] as number] : [...(node.data ?? [])];
    if (values.length === 0) continue;
    const rows = indexedRows(nodes, node);
    const bad = rows === 0 ? undefined : values.find((value) => value < 0 || value >= rows);
    if (bad !== undefined) throw new TraceError(`A plan needs indices of [0, ${rows}), but a constant has ${bad}.`);
  }
}

/** Tell whether a row of a node is made of rows of another node that an index names. */
const gathersRows = (node: PlanNode): boolean =>
  ['indexSelect', 'indexAdd', 'invertIndex'].includes(node.operation) && node.inputs.every(isRowWise);

/** The rows of the smallest table that an input indexes. */
function indexedRows(nodes: readonly PlanNode[], input: PlanNode): number {
  if (input.dtype !== 'i32') return 0;
  const seen = new Set<PlanNode>([input]);
  let rows = 0;
  for (const node of nodes) {
    if (!node.inputs.some((source) => seen.has(source))) continue;
    if (node.dtype === 'i32' && (node.operation !== 'indexSelect' || seen.has(node.inputs[0]!))) seen.add(node);
    const limit =
      node.operation === 'indexSelect' && seen.has(node.inputs[1]!)
        ? node.inputs[0]!.shape[0]!
        : node.operation === 'invertIndex'
          ? (node.attributes['rows'] as number)
          : 0;
    if (limit > 0) rows = rows === 0 ? limit : Math.min(rows, limit);
  }
  return rows;
}
