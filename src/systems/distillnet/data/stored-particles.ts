/**
 * Particles of one event of an event file: where they stand, that they are physical, and what they are.
 *
 * Where a file does not say which vertex a track was put on, its PUPPI weight does: charged hadron subtraction gives 1 to
 * tracks of the primary vertex and 0 to those of others; what lies between belongs to neither and is treated as what has
 * no track. The columns of the eight species keep their places, whatever each means in the file.
 */
import { ValueError } from '../../../errors.ts';
import type { NpyData } from '../../../formats/index.ts';
import { emptyParticles, type Particles, vertexCode, wrapPhi } from '../../../physics/index.ts';
import { asinhScalar, atan2Scalar } from '../../../tensor/index.ts';
import { type ArrayName, eventLayout, type EventShape, inputRows, weightRounding } from './event-layout.ts';

/** Numbers of an array. */
export type Numbers = Exclude<NpyData, BigInt64Array | BigUint64Array>;

/** Some consecutive events of an event file. */
export interface EventPart {
  /** Name of the file, for messages. */
  readonly source: string;
  /** Number in the file of the first event of the part, for messages. */
  readonly first: number;
  readonly shape: EventShape;
  /** Number of events in the part. */
  readonly count: number;
  /** All rows of these events, row-major. */
  readonly arrays: ReadonlyMap<ArrayName, Numbers>;
}

/** One event's rows of one array, and how they are named in messages. */
export interface EventRows {
  readonly name: ArrayName;
  /** File and event. */
  readonly where: string;
  readonly rows: readonly Numbers[];
}

/** Take the rows of event `index` of a part. */
export function eventRows(part: EventPart, index: number, name: ArrayName): EventRows {
  const { rows, columns } = eventLayout[name];
  const width = columns === null ? 1 : part.shape.widths[columns];
  const data = part.arrays.get(name)!;
  return {
    name,
    where: `${part.source}, event ${part.first + index}`,
    rows: Array.from({ length: rows?.length ?? 1 }, (_, row) => {
      const start = (row * part.count + index) * width;
      return data.subarray(start, start + width);
    }),
  };
}

/** Refuse what stands in a column. */
export function refuse({ name, where }: EventRows, column: number, what: string): never {
  throw new ValueError(`${where}, column ${column} of "${name}" ${what}.`);
}

/** Particles of an event, and what the arrays beside them are compared with. */
export interface ReadParticles {
  readonly particles: Particles;
  /** Column of each particle. */
  readonly columns: Int32Array;
  readonly weights: Float64Array;
  readonly px: Float64Array;
  readonly py: Float64Array;
}

/** Columns whose vectors are not zero. */
export function filledColumns({ rows }: EventRows): Int32Array {
  const [px, py, pz, energy] = rows as [Numbers, Numbers, Numbers, Numbers];
  const all = Int32Array.from({ length: px.length }, (_, column) => column);
  return all.filter((i) => px[i] !== 0 || py[i] !== 0 || pz[i] !== 0 || energy[i] !== 0);
}

/**
 * Read the particles of an event from its inputs.
 *
 * @param vertices - the vertex codes beside them, where the file has these
 * @throws ValueError naming the first column that is unphysical
 */
export function readParticles(inputs: EventRows, vertices: EventRows | null): ReadParticles {
  const columns = filledColumns(inputs);
  const particles = emptyParticles(columns.length);
  const weights = new Float64Array(columns.length);
  const px = new Float64Array(columns.length);
  const py = new Float64Array(columns.length);
  columns.forEach((column, i) => {
    const [x, y, z, energy, d0, dz, weight, charge, ...code] = checkedColumn(inputs, column, inputRows) as Column;
    const pt = Math.sqrt(x * x + y * y);
    if (pt === 0 && z !== 0) refuse(inputs, column, 'flies along the beam: px and py are 0, but pz is not');
    if (charge !== -1 && charge !== 0 && charge !== 1) {
      refuse(inputs, column, `has charge = ${charge}; it must be -1, 0 or 1`);
    }
    const species = code.indexOf(1);
    if (species < 0 || code.some((x, k) => k !== species && x !== 0)) {
      refuse(inputs, column, `has the species code ${code.join(' ')}; one of the numbers must be 1, the others 0`);
    }
    px[i] = x;
    py[i] = y;
    particles.pt[i] = pt;
    particles.eta[i] = pt === 0 ? 0 : asinhScalar(z / pt);
    particles.phi[i] = wrapPhi(atan2Scalar(y, x));
    particles.energy[i] = energy;
    particles.d0[i] = d0;
    particles.dz[i] = dz;
    weights[i] = weightOf(inputs, column, weight);
    particles.charge[i] = charge;
    particles.species[i] = species;
    particles.vertex[i] = vertices === null ? subtractedVertex(charge, weights[i]!) : readVertex(vertices, column);
  });
  return { particles, columns, weights, px, py };
}

/** A column of the inputs; the species code comes last. */
type Column = [number, number, number, number, number, number, number, number, ...number[]];

/** The vertex of a track by charged hadron subtraction. */
function subtractedVertex(charge: number, weight: number): number {
  if (charge === 0) return vertexCode.none;
  if (weight > 1 - weightRounding) return vertexCode.primary;
  return weight < weightRounding ? vertexCode.pileup : vertexCode.none;
}

function readVertex(vertices: EventRows, column: number): number {
  const code = vertices.rows[0]![column]!;
  if (code === -1 || code === 0 || code === 1) return code;
  return refuse(vertices, column, `is ${code}; it must be 0 (primary), 1 (pileup) or -1 (none)`);
}

/** Take a column whose numbers must be finite and whose energy, in row 3, must not be negative. */
export function checkedColumn(table: EventRows, column: number, names: readonly string[]): number[] {
  const values = table.rows.map((row) => row[column]!);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) refuse(table, column, `has ${names[bad]} = ${values[bad]}; it must be a finite number`);
  if (values[3]! < 0) refuse(table, column, `has energy = ${values[3]} GeV; it must be 0 or more`);
  return values;
}

/** Check a weight, and take off what rounding put on it. */
export function weightOf(table: EventRows, column: number, value: number): number {
  if (!(value >= -weightRounding && value <= 1 + weightRounding)) {
    refuse(table, column, `has weight = ${value}; it must be from 0 to 1`);
  }
  return Math.max(0, Math.min(1, value));
}
