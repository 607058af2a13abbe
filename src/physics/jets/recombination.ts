/**
 * The loop of sequential recombination on nearest neighbours.
 *
 * The least d_ij = min(s_i, s_j)·ΔR_ij² is always that of a member and its nearest neighbour (Cacciari, Salam,
 * hep-ph/0512210), so one neighbour within R is kept for each; without one the distance is that to the beam, s_i·R².
 * Neighbours are looked for in tiles and the least distance by a tournament: a step costs about as much as there are
 * members in a few tiles, whatever the size of the event. Where it is dense, most tiles are passed over because they lie
 * farther away than any neighbour that could matter.
 */
import { azimuthOf, planeDistanceSquared, rapidityOf } from './direction.ts';
import { createTiling, enterTile, leaveTile, measureGaps, tilesAround, type Tiling } from './tiles.ts';
import { createTournament, type Tournament, tournamentSet, tournamentWinner } from './tournament.ts';

/** Members to recombine, in GeV; a sum takes the place of one of its two parts. */
export interface Members {
  readonly px: Float64Array;
  readonly py: Float64Array;
  readonly pz: Float64Array;
  readonly energy: Float64Array;
}

export interface Recombined {
  /** Places whose final sums are the jets, in the order in which they were found. */
  readonly jets: Int32Array;
  /** The next of the original members of the same jet; a jet's list starts with its place and ends with −1. */
  readonly following: Int32Array;
}

interface Plane extends Members {
  readonly rapidity: Float64Array;
  readonly phi: Float64Array;
  /** pT^2p. */
  readonly scale: Float64Array;
  /** Nearest neighbour, −1 where none is nearer than R. */
  readonly nearest: Int32Array;
  /** ΔR² to the nearest neighbour, R² without one. */
  readonly distance: Float64Array;
  /** R². */
  readonly reach: number;
}

interface TiledPlane extends Plane {
  readonly tiling: Tiling;
  /** No member of a tile has its nearest neighbour farther than the root of this. */
  readonly widest: Float64Array;
  /** Squared distances from the member that is looked at to the tiles around it. */
  readonly gaps: Float64Array;
}

interface State extends TiledPlane {
  /** The same from a member that is gone, while others look for another neighbour. */
  readonly goneGaps: Float64Array;
  readonly least: Tournament;
}

/**
 * Recombine members until all are jets.
 *
 * @param members - none of them null; sums are written over them
 * @param scaleOf - pT^2p from pT², finite
 * @param radius - R, above 0
 */
export function recombine(members: Members, scaleOf: (ptSquared: number) => number, radius: number): Recombined {
  const count = members.px.length;
  const jets = new Int32Array(count);
  const following = new Int32Array(count).fill(-1);
  if (count === 0) return { jets, following };
  const state = createState(members, scaleOf, radius);
  const { px, py, pz, energy, nearest, tiling, least } = state;
  const last = new Int32Array(count);
  for (let i = 0; i < count; i++) last[i] = i;
  let found = 0;
  for (let left = count; left > 0; left--) {
    const a = tournamentWinner(least);
    const b = nearest[a]!;
    leaveTile(tiling, a);
    tournamentSet(least, a, Infinity);
    if (b < 0) {
      jets[found++] = a;
      bereave(state, a);
      continue;
    }
    leaveTile(tiling, b);
    bereave(state, a);
    bereave(state, b);
    px[b]! += px[a]!;
    py[b]! += py[a]!;
    pz[b]! += pz[a]!;
    energy[b]! += energy[a]!;
    following[last[b]!] = a;
    last[b] = last[a]!;
    locate(state, b, scaleOf);
    enterTile(tiling, b, state.rapidity[b]!, state.phi[b]!);
    introduce(state, b);
  }
  return { jets: jets.subarray(0, found), following };
}

function createState(members: Members, scaleOf: (ptSquared: number) => number, radius: number): State {
  const count = members.px.length;
  const plane = {
    ...members,
    rapidity: new Float64Array(count),
    phi: new Float64Array(count),
    scale: new Float64Array(count),
    nearest: new Int32Array(count),
    distance: new Float64Array(count),
    reach: radius * radius,
  };
  for (let i = 0; i < count; i++) locate(plane, i, scaleOf);
  const tiling = createTiling(plane.rapidity, radius);
  const widest = new Float64Array(tiling.heads.length);
  const state = { ...plane, tiling, widest, gaps: new Float64Array(tilesAround) };
  for (let i = 0; i < count; i++) enterTile(state.tiling, i, state.rapidity[i]!, state.phi[i]!);
  const distances = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    searchNearest(state, i);
    distances[i] = scaledDistance(state, i);
  }
  return { ...state, goneGaps: new Float64Array(tilesAround), least: createTournament(distances) };
}

/** Compute where a member lies and what its distances are scaled with. */
function locate(plane: Plane, i: number, scaleOf: (ptSquared: number) => number): void {
  const { px, py, pz, energy, rapidity, phi, scale } = plane;
  rapidity[i] = rapidityOf(px[i]!, py[i]!, pz[i]!, energy[i]!);
  phi[i] = azimuthOf(px[i]!, py[i]!);
  scale[i] = scaleOf(px[i]! * px[i]! + py[i]! * py[i]!);
}

/** Return the distance at which a member recombines with its nearest neighbour, or with the beam. */
function scaledDistance({ scale, nearest, distance }: Plane, i: number): number {
  const near = nearest[i]!;
  const least = near >= 0 && scale[near]! < scale[i]! ? scale[near]! : scale[i]!;
  return least * distance[i]!;
}

/** Find the nearest neighbour of a member. */
function searchNearest(plane: TiledPlane, i: number): void {
  const { rapidity, phi, nearest, distance, reach, tiling, widest, gaps } = plane;
  const { around, heads, next } = tiling;
  const y = rapidity[i]!;
  const azimuth = phi[i]!;
  const tile = tiling.tileOf[i]!;
  measureGaps(tiling, tile, y, azimuth, gaps);
  let near = -1;
  let nearDistance = reach;
  for (let k = 0; k < tilesAround; k++) {
    if (gaps[k]! >= nearDistance) continue;
    for (let j = heads[around[tile * tilesAround + k]!]!; j >= 0; j = next[j]!) {
      if (j === i) continue;
      const d = planeDistanceSquared(y, azimuth, rapidity[j]!, phi[j]!);
      if (d < nearDistance) {
        nearDistance = d;
        near = j;
      }
    }
  }
  nearest[i] = near;
  distance[i] = nearDistance;
  if (nearDistance > widest[tile]!) widest[tile] = nearDistance;
}

/** Find the nearest neighbour of a new member, and let it become the nearest of others. */
function introduce(state: State, i: number): void {
  const { rapidity, phi, nearest, distance, reach, tiling, widest, gaps, least } = state;
  const { around, heads, next } = tiling;
  const y = rapidity[i]!;
  const azimuth = phi[i]!;
  const tile = tiling.tileOf[i]!;
  measureGaps(tiling, tile, y, azimuth, gaps);
  let near = -1;
  let nearDistance = reach;
  for (let k = 0; k < tilesAround; k++) {
    const other = around[tile * tilesAround + k]!;
    if (gaps[k]! >= nearDistance && gaps[k]! >= widest[other]!) continue;
    let most = 0;
    for (let j = heads[other]!; j >= 0; j = next[j]!) {
      if (j === i) continue;
      const d = planeDistanceSquared(y, azimuth, rapidity[j]!, phi[j]!);
      if (d < nearDistance) {
        nearDistance = d;
        near = j;
      }
      if (d < distance[j]!) {
        distance[j] = d;
        nearest[j] = i;
        tournamentSet(least, j, scaledDistance(state, j));
      }
      if (distance[j]! > most) most = distance[j]!;
    }
    widest[other] = most;
  }
  nearest[i] = near;
  distance[i] = nearDistance;
  if (nearDistance > widest[tile]!) widest[tile] = nearDistance;
  tournamentSet(least, i, scaledDistance(state, i));
}

/** Give those whose nearest neighbour was a member, which has left its tile, another one. */
function bereave(state: State, gone: number): void {
  const { rapidity, phi, nearest, tiling, widest, goneGaps, least } = state;
  const { around, heads, next, tileOf } = tiling;
  const tile = tileOf[gone]!;
  measureGaps(tiling, tile, rapidity[gone]!, phi[gone]!, goneGaps);
  for (let k = 0; k < tilesAround; k++) {
    const other = around[tile * tilesAround + k]!;
    if (goneGaps[k]! > widest[other]!) continue;
    for (let i = heads[other]!; i >= 0; i = next[i]!) {
      if (nearest[i] !== gone) continue;
      searchNearest(state, i);
      tournamentSet(least, i, scaledDistance(state, i));
    }
  }
}
