/** Events from the arrays of an event file: particles, what they are measured against, and the weights beside them. */
import { FormatError } from '../../errors.ts';
import {
  emptyMomenta,
  type FourMomenta,
  type Particles,
  type PileupEvent,
  type ReferencedEvent,
  type TransverseVector,
} from '../../physics/index.ts';
import { type ArrayName, vectorRows } from './event-layout.ts';
import {
  checkFinite,
  element,
  type EventPart,
  filledColumns,
  type Place,
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
  const { names } = part.shape;
  const places = Array.from({ length: part.count }, (_, index) => ({ part, index }));
  const read = places.map((place) => {
    const inputs = readParticles(place, 'distill_inputs_default', names.has('vertex') ? 'vertex' : null);
    const weightsOf = (name: ArrayName): Float64Array => readWeights(place, name, inputs);
    return {
      event: readReference(place, inputs.particles),
      inputWeights: inputs.weights,
      puppiWeights: weightsOf('data_puppi'),
      teacherWeights: names.has('data_abc') ? weightsOf('data_abc') : null,
      columns: inputs.columns,
    };
  });
  return {
    events: read.map(({ event }) => event),
    generated: names.has('truth')
      ? read.map(({ event, columns }, index) => readGenerated({ part, index }, event, columns))
      : null,
    puppiWeights: read.map(({ puppiWeights }) => puppiWeights),
    inputWeights: read.map(({ inputWeights }) => inputWeights),
    teacherWeights: names.has('data_abc') ? read.map(({ teacherWeights }) => teacherWeights!) : null,
  };
}

/**
 * Read the weights of the particles of an event, after checking that the vectors beside them are theirs.
 *
 * Vectors may be scaled by the weights, as the published ones are used, or not.
 */
function readWeights(place: Place, name: ArrayName, { columns, px, py }: ReadParticles): Float64Array {
  const width = place.part.shape.widths.particles;
  return Float64Array.from(columns, (column, i) => {
    const row = vectorRows.map((_, r) => element(place, name, width, r, column));
    checkFinite(place, name, column, row, vectorRows);
    const weight = weightOf(place, name, column, row[4]!);
    const isOwn = (scale: number): boolean =>
      near(row[0]!, scale * px[i]!, px[i]!, py[i]!) && near(row[1]!, scale * py[i]!, px[i]!, py[i]!);
    if (!isOwn(weight) && !isOwn(1)) {
      const { source, first } = place.part;
      throw new FormatError(
        `${source}, event ${first + place.index}: column ${column} of "${name}" has (px, py) = (${row[0]}, ${row[1]}), but the inputs have (${px[i]}, ${py[i]}) there; weights must stand in the order of the inputs.`,
      );
    }
    return weight;
  });
}

/** Tell whether a component is what it should be within a thousandth of the transverse momentum. */
function near(value: number, expected: number, px: number, py: number): boolean {
  return Math.abs(value - expected) <= 1e-3 * (Math.abs(px) + Math.abs(py));
}

function readReference(place: Place, particles: Particles): ReferencedEvent {
  const { names } = place.part.shape;
  const generated = readGeneratedMomenta(place);
  return {
    particles,
    generated,
    missing: names.has('missing') ? readTransverse(place, 'missing') : imbalance(generated),
    pileupVertices: names.has('pileup_vertices') ? readCount(place) : Number.NaN,
  };
}

function readGeneratedMomenta(place: Place): FourMomenta {
  const width = place.part.shape.widths.generated;
  const columns = filledColumns(place, 'data_gen', width);
  const momenta = emptyMomenta(columns.length);
  columns.forEach((column, i) => {
    const row = [0, 1, 2, 3].map((r) => element(place, 'data_gen', width, r, column));
    checkFinite(place, 'data_gen', column, row, vectorRows);
    momenta.px[i] = row[0]!;
    momenta.py[i] = row[1]!;
    momenta.pz[i] = row[2]!;
    momenta.energy[i] = row[3]!;
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

function readTransverse(place: Place, name: 'missing' | 'invisible'): TransverseVector {
  const [x, y] = [0, 1].map((row) => element(place, name, 1, row, 0)) as [number, number];
  if (Number.isFinite(x) && Number.isFinite(y)) return { x, y };
  return refuse(place, name, 0, `is (${x}, ${y}); both must be finite numbers`);
}

function readCount(place: Place): number {
  const count = element(place, 'pileup_vertices', 1, 0, 0);
  if (Number.isInteger(count) && count >= 0) return count;
  return refuse(place, 'pileup_vertices', 0, `is ${count}; it must be a whole number of 0 or more`);
}

function readGenerated(place: Place, event: ReferencedEvent, columns: Int32Array): PileupEvent {
  const width = place.part.shape.widths.particles;
  return {
    ...event,
    truth: Float64Array.from(columns, (column) =>
      weightOf(place, 'truth', column, element(place, 'truth', width, 0, column)),
    ),
    twin: readParticles(place, 'twin_inputs', 'twin_vertex').particles,
    invisible: readTransverse(place, 'invisible'),
    vertices: readVertices(place, event.pileupVertices),
  };
}

function readVertices(place: Place, count: number): Float64Array {
  const width = place.part.shape.widths.pileup;
  if (count > width) refuse(place, 'pileup_vertices', 0, `is ${count}, but "vertices" has ${width} columns`);
  return Float64Array.from({ length: count }, (_, column) => {
    const z = element(place, 'vertices', width, 0, column);
    return Number.isFinite(z) ? z : refuse(place, 'vertices', column, `is ${z} mm; it must be a finite number`);
  });
}
