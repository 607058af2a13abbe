/** Events from the arrays of an event file: particles, what they are measured against, and the weights beside them. */
import { FormatError } from '../../../errors.ts';
import {
  emptyMomenta,
  type FourMomenta,
  type PileupEvent,
  type ReferencedEvent,
  type TransverseVector,
} from '../../../physics/index.ts';
import { type ArrayName, vectorRows } from './event-layout.ts';
import {
  checkedColumn,
  type EventPart,
  type EventRows,
  eventRows,
  filledColumns,
  type ReadParticles,
  readParticles,
  refuse,
  weightOf,
} from './stored-particles.ts';

/** Events of a file, with what the file knows of their weights; one array element per particle. */
export interface StoredEvents {
  /** `pileupVertices` is NaN where the file does not say; PUPPI refuses that number. */
  readonly events: readonly ReferencedEvent[];
  /** The same events with truth and twin; null where the file has none. */
  readonly generated: readonly PileupEvent[] | null;
  /** PUPPI weights in [0, 1] after the cuts on neutrals: what others are compared with. */
  readonly puppiWeights: readonly Float64Array[];
  /** PUPPI weights in [0, 1] among the inputs: what networks see. */
  readonly inputWeights: readonly Float64Array[];
  /** The teacher's weights in [0, 1]; null where the file has none. */
  readonly teacherWeights: readonly Float64Array[] | null;
}

/**
 * Build the events of a part of a file.
 *
 * @throws ValueError naming the first particle that is unphysical; FormatError if weights belong to other particles
 */
export function eventsFromArrays(part: EventPart): StoredEvents {
  const read = Array.from({ length: part.count }, (_, index) => readEvent(part, index));
  const has = (name: ArrayName): boolean => part.shape.names.has(name);
  return {
    events: read.map(({ event }) => event),
    generated: has('truth') ? read.map(({ generated }) => generated!) : null,
    puppiWeights: read.map(({ puppiWeights }) => puppiWeights),
    inputWeights: read.map(({ inputWeights }) => inputWeights),
    teacherWeights: has('data_abc') ? read.map(({ teacherWeights }) => teacherWeights!) : null,
  };
}

interface StoredEvent {
  readonly event: ReferencedEvent;
  readonly generated: PileupEvent | null;
  readonly puppiWeights: Float64Array;
  readonly inputWeights: Float64Array;
  readonly teacherWeights: Float64Array | null;
}

function readEvent(part: EventPart, index: number): StoredEvent {
  const { names } = part.shape;
  const rows = (name: ArrayName): EventRows => eventRows(part, index, name);
  const optional = (name: ArrayName): EventRows | null => (names.has(name) ? rows(name) : null);
  const inputs = readParticles(rows('distill_inputs_default'), optional('vertex'));
  const generated = readMomenta(rows('data_gen'));
  const [missing, count, teacher] = [optional('missing'), optional('pileup_vertices'), optional('data_abc')];
  const event: ReferencedEvent = {
    particles: inputs.particles,
    generated,
    missing: missing === null ? imbalance(generated) : readTransverse(missing),
    pileupVertices: count === null ? Number.NaN : readCount(count),
  };
  return {
    event,
    generated: names.has('truth') ? readGenerated(event, inputs.columns, rows) : null,
    puppiWeights: readWeights(rows('data_puppi'), inputs),
    inputWeights: inputs.weights,
    teacherWeights: teacher === null ? null : readWeights(teacher, inputs),
  };
}

/**
 * Read the weights of the particles of an event, after checking that the vectors beside them are theirs.
 *
 * Vectors may be scaled by the weights, as the published ones are used, or not.
 */
function readWeights(table: EventRows, { columns, px, py }: ReadParticles): Float64Array {
  return Float64Array.from(columns, (column, i) => {
    const [x, y, , , value] = checkedColumn(table, column, vectorRows) as [number, number, number, number, number];
    const weight = weightOf(table, column, value);
    // Within a thousandth of the transverse momentum: files hold float32, maybe of another computation.
    const slack = 1e-3 * (Math.abs(px[i]!) + Math.abs(py[i]!));
    const isOwn = (scale: number): boolean =>
      Math.abs(x - scale * px[i]!) <= slack && Math.abs(y - scale * py[i]!) <= slack;
    if (!isOwn(weight) && !isOwn(1)) {
      throw new FormatError(
        `${table.where}: column ${column} of "${table.name}" has (px, py) = (${x}, ${y}), but the inputs have (${px[i]}, ${py[i]}) there; weights must stand in the order of the inputs.`,
      );
    }
    return weight;
  });
}

function readMomenta(table: EventRows): FourMomenta {
  const columns = filledColumns(table);
  const momenta = emptyMomenta(columns.length);
  columns.forEach((column, i) => {
    const values = checkedColumn(table, column, vectorRows);
    momenta.px[i] = values[0]!;
    momenta.py[i] = values[1]!;
    momenta.pz[i] = values[2]!;
    momenta.energy[i] = values[3]!;
  });
  return momenta;
}

function imbalance({ count, px, py }: FourMomenta): TransverseVector {
  let x = 0;
  let y = 0;
  for (let i = 0; i < count; i++) {
    x -= px[i]!;
    y -= py[i]!;
  }
  return { x, y };
}

function readTransverse(table: EventRows): TransverseVector {
  const [x, y] = table.rows.map((row) => row[0]!) as [number, number];
  if (Number.isFinite(x) && Number.isFinite(y)) return { x, y };
  return refuse(table, 0, `is (${x}, ${y}); both must be finite numbers`);
}

function readCount(table: EventRows): number {
  const count = table.rows[0]![0]!;
  if (Number.isInteger(count) && count >= 0) return count;
  return refuse(table, 0, `is ${count}; it must be a whole number of 0 or more`);
}

function readGenerated(event: ReferencedEvent, columns: Int32Array, rows: (name: ArrayName) => EventRows): PileupEvent {
  const truth = rows('truth');
  return {
    ...event,
    truth: Float64Array.from(columns, (column) => weightOf(truth, column, truth.rows[0]![column]!)),
    twin: readParticles(rows('twin_inputs'), rows('twin_vertex')).particles,
    invisible: readTransverse(rows('invisible')),
    vertices: readVertices(rows('vertices'), event.pileupVertices),
  };
}

function readVertices(table: EventRows, count: number): Float64Array {
  const places = table.rows[0]!;
  if (count > places.length) {
    refuse(table, places.length, `does not exist, but "pileup_vertices" is ${count}`);
  }
  return Float64Array.from({ length: count }, (_, column) => {
    const z = places[column]!;
    return Number.isFinite(z) ? z : refuse(table, column, `is ${z} mm; it must be a finite number`);
  });
}
