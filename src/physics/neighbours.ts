/**
 * Neighbour search in the (η, φ) plane on a grid of cells, periodic in φ.
 *
 * An event has about a thousand particles (nine thousand at the full pileup of the HL-LHC), so comparing all pairs
 * would dominate every consumer. The cells of a row lie one after another, so that those which a circle touches are a
 * few stretches of one array. What is found never depends on the grid: distances decide, then indices.
 */
import { ValueError } from '../errors.ts';
import { deltaPhi, wrapPhi } from './angles.ts';

/** A grid over (η, φ) holding particle indices in compressed rows. */
export interface CellGrid {
  readonly etaLow: number;
  readonly etaWidth: number;
  readonly phiWidth: number;
  readonly etaCells: number;
  readonly phiCells: number;
  /** Start of each cell in `members`, plus the end. */
  readonly starts: Int32Array;
  /** Particle indices, cell by cell, ascending within one. */
  readonly members: Int32Array;
}

const maxEtaCells = 4096;

/**
 * Sort particles into cells at least `size` wide.
 *
 * @param eta - pseudorapidities, finite
 * @param phi - azimuths in radians, finite
 * @param size - wanted cell width, above 0
 * @param selected - indices to enter, ascending; all by default
 * @throws ValueError if `size` is not above 0
 */
export function cellGrid(eta: Float64Array, phi: Float64Array, size: number, selected?: Int32Array): CellGrid {
  if (!(size > 0)) throw new ValueError(`The cell size of a neighbour search is ${size}; it must be above 0.`);
  const count = selected === undefined ? eta.length : selected.length;
  let low = Infinity;
  let high = -Infinity;
  for (let n = 0; n < count; n++) {
    const e = eta[selected === undefined ? n : selected[n]!]!;
    if (e < low) low = e;
    if (e > high) high = e;
  }
  if (count === 0) low = high = 0;
  const etaCells = Math.max(1, Math.min(maxEtaCells, Math.floor((high - low) / size) + 1));
  const etaWidth = Math.max(size, (high - low) / etaCells);
  const phiCells = Math.max(1, Math.floor((2 * Math.PI) / size));
  const phiWidth = (2 * Math.PI) / phiCells;
  const starts = new Int32Array(etaCells * phiCells + 1);
  const grid = { etaLow: low, etaWidth, phiWidth, etaCells, phiCells, starts, members: new Int32Array(count) };
  const cells = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    const i = selected === undefined ? n : selected[n]!;
    const cell = rowOf(grid, eta[i]!) * phiCells + columnOf(grid, phi[i]!);
    cells[n] = cell;
    starts[cell + 1]!++;
  }
  for (let c = 0; c < etaCells * phiCells; c++) starts[c + 1]! += starts[c]!;
  const fill = starts.slice(0, -1);
  for (let n = 0; n < count; n++) grid.members[fill[cells[n]!]!++] = selected === undefined ? n : selected[n]!;
  return grid;
}

function rowOf(grid: CellGrid, eta: number): number {
  return Math.max(0, Math.min(grid.etaCells - 1, Math.floor((eta - grid.etaLow) / grid.etaWidth)));
}

function columnOf(grid: CellGrid, phi: number): number {
  return Math.min(grid.phiCells - 1, Math.floor((wrapPhi(phi) + Math.PI) / grid.phiWidth));
}

/** The most stretches that {@link stretchesWithin} finds in a grid, each a start and an end. */
export function mostStretches(grid: CellGrid): number {
  return 2 * grid.etaCells;
}

/**
 * Find the stretches of `members` in the cells that a circle around a direction can touch: all that are nearer than
 * `radius`, and others. Each member appears once, also where the circle wraps around in φ.
 *
 * @param stretches - written over with pairs of a start, inclusive, and an end, exclusive
 * @returns the number of stretches
 */
export function stretchesWithin(
  grid: CellGrid,
  eta: number,
  phi: number,
  radius: number,
  stretches: Int32Array,
): number {
  const { etaLow, etaWidth, phiWidth, etaCells, phiCells, starts } = grid;
  // Clamped in one direction only: a centre outside the grid must still see its border cells.
  const rowLow = Math.max(0, Math.floor((eta - radius - etaLow) / etaWidth));
  const rowHigh = Math.min(etaCells - 1, Math.floor((eta + radius - etaLow) / etaWidth));
  const reach = Math.ceil(radius / phiWidth);
  const whole = 2 * reach + 1 >= phiCells;
  const centre = columnOf(grid, phi);
  const first = whole ? 0 : centre - reach;
  const last = whole ? phiCells - 1 : centre + reach;
  let found = 0;
  for (let row = rowLow; row <= rowHigh; row++) {
    const cell = row * phiCells;
    stretches[2 * found] = starts[cell + Math.max(0, first)]!;
    stretches[2 * found++ + 1] = starts[cell + Math.min(phiCells - 1, last) + 1]!;
    if (first < 0) {
      stretches[2 * found] = starts[cell + first + phiCells]!;
      stretches[2 * found++ + 1] = starts[cell + phiCells]!;
    } else if (last >= phiCells) {
      stretches[2 * found] = starts[cell]!;
      stretches[2 * found++ + 1] = starts[cell + last - phiCells + 1]!;
    }
  }
  return found;
}

/** Return ΔR² = Δη² + Δφ² between two directions. */
export function distanceSquared(etaA: number, phiA: number, etaB: number, phiB: number): number {
  const dPhi = deltaPhi(phiA, phiB);
  return (etaA - etaB) * (etaA - etaB) + dPhi * dPhi;
}

/** Members of a cell at the mean density, as a part of the neighbours wanted: measured to be quick. */
const cellShare = 1 / 8;

/**
 * Find the `k` nearest other particles of each particle, nearest first (ties by index).
 *
 * Where an event has fewer than k other particles, the row is filled up with the particle itself, so that the table is
 * always full and an aggregate over neighbours sees nothing foreign.
 *
 * @param eta - pseudorapidities, finite
 * @param phi - azimuths in radians, finite
 * @returns row-major [count, k] indices
 * @throws ValueError if k is not a whole number above 0, or for a direction that is not finite
 */
export function nearestNeighbours(eta: Float64Array, phi: Float64Array, k: number): Int32Array {
  if (!Number.isInteger(k) || k < 1)
    throw new ValueError(`The number of neighbours is ${k}; it must be a whole number above 0.`);
  const count = eta.length;
  const table = new Int32Array(count * k);
  if (count === 0) return table;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < count; i++) {
    if (!(Number.isFinite(eta[i]!) && Number.isFinite(phi[i]!))) {
      throw new ValueError(`Point ${i} of a neighbour search is (${eta[i]}, ${phi[i]}); both must be finite numbers.`);
    }
    if (eta[i]! < low) low = eta[i]!;
    if (eta[i]! > high) high = eta[i]!;
  }
  const area = Math.max(high - low, 0.1) * 2 * Math.PI;
  const grid = cellGrid(eta, phi, Math.min(Math.PI, Math.sqrt((cellShare * k * area) / count)));
  const wanted = Math.min(k, count - 1);
  const nearest: NearestList = { indices: new Int32Array(wanted), squares: new Float64Array(wanted), size: 0 };
  for (let i = 0; i < count; i++) {
    searchNearest(grid, eta, phi, i, nearest);
    for (let n = 0; n < k; n++) table[i * k + n] = n < wanted ? nearest.indices[n]! : i;
  }
  return table;
}

/** The nearest particles so far, nearest first; as many as there is room for. */
interface NearestList {
  readonly indices: Int32Array;
  /** ΔR². */
  readonly squares: Float64Array;
  size: number;
}

/** Fill the list of a particle: its own cell first, then ring after ring around it until no nearer one can follow. */
function searchNearest(grid: CellGrid, eta: Float64Array, phi: Float64Array, i: number, list: NearestList): void {
  const { etaLow, etaWidth, phiWidth, etaCells, phiCells, starts } = grid;
  const row = rowOf(grid, eta[i]!);
  const column = columnOf(grid, phi[i]!);
  // How far the particle is from the border of its cell, less than rounding could make of it.
  const inEta = eta[i]! - etaLow - row * etaWidth;
  const inPhi = wrapPhi(phi[i]!) + Math.PI - column * phiWidth;
  const marginEta = Math.min(inEta, etaWidth - inEta) - 1e-9;
  const marginPhi = Math.min(inPhi, phiWidth - inPhi) - 1e-9;
  const left = (phiCells - 1) >> 1;
  const right = phiCells >> 1;
  list.size = 0;
  for (let ring = 0; ; ring++) {
    const rowLow = Math.max(0, row - ring);
    const rowHigh = Math.min(etaCells - 1, row + ring);
    for (let r = rowLow; r <= rowHigh; r++) {
      // Rows at the rim are visited along the ring, those between at its two ends.
      const step = r === row - ring || r === row + ring ? 1 : 2 * ring;
      for (let turn = -ring; turn <= ring; turn += step) {
        if (turn < -left || turn > right) continue;
        let c = column + turn;
        if (c < 0) c += phiCells;
        else if (c >= phiCells) c -= phiCells;
        const cell = r * phiCells + c;
        visitCell(grid, eta, phi, i, starts[cell]!, starts[cell + 1]!, list);
      }
    }
    const allRows = rowLow === 0 && rowHigh === etaCells - 1;
    const allColumns = ring >= right;
    if (allRows && allColumns) return;
    const gapEta = allRows ? Infinity : marginEta + ring * etaWidth;
    const gapPhi = allColumns ? Infinity : marginPhi + ring * phiWidth;
    const gap = Math.max(0, Math.min(gapEta, gapPhi));
    if (list.size === list.indices.length && list.squares[list.size - 1]! < gap * gap) return;
  }
}

/** Enter the members of a stretch into the list, where they are nearer than what is there. */
function visitCell(
  { members }: CellGrid,
  eta: Float64Array,
  phi: Float64Array,
  i: number,
  start: number,
  end: number,
  list: NearestList,
): void {
  const { indices, squares } = list;
  const room = indices.length;
  for (let m = start; m < end; m++) {
    const j = members[m]!;
    if (j === i) continue;
    const square = distanceSquared(eta[i]!, phi[i]!, eta[j]!, phi[j]!);
    let at = list.size;
    if (at === room) {
      if (room === 0 || square > squares[at - 1]! || (square === squares[at - 1]! && j > indices[at - 1]!)) continue;
      at--;
    } else list.size++;
    while (at > 0 && (squares[at - 1]! > square || (square === squares[at - 1]! && indices[at - 1]! > j))) {
      squares[at] = squares[at - 1]!;
      indices[at] = indices[at - 1]!;
      at--;
    }
    squares[at] = square;
    indices[at] = j;
  }
}
