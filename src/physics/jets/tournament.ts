/**
 * The least of many numbers that change one at a time: a binary tree of matches, replayed upwards from what changed.
 *
 * A heap would move the numbers about; here each has its place, and a change costs a handful of comparisons because
 * most of them do not reach the root. Ties go to the lower place.
 */

export interface Tournament {
  /** Places rounded up to a power of two: the leaves of the tree, Infinity where nothing takes part. */
  readonly size: number;
  readonly values: Float64Array;
  /** The winning place below each node; node n has the children 2n and 2n + 1, place p is the node size + p. */
  readonly winners: Int32Array;
}

/** Make a tournament of these values, of which there is at least one. */
export function createTournament(start: Float64Array): Tournament {
  let size = 1;
  while (size < start.length) size *= 2;
  const values = new Float64Array(size).fill(Infinity);
  values.set(start);
  const winners = new Int32Array(2 * size);
  for (let place = 0; place < size; place++) winners[size + place] = place;
  for (let node = size - 1; node > 0; node--) winners[node] = better(values, winners, node);
  return { size, values, winners };
}

function better(values: Float64Array, winners: Int32Array, node: number): number {
  const left = winners[2 * node]!;
  const right = winners[2 * node + 1]!;
  return values[right]! < values[left]! ? right : left;
}

/** Return the place of the least value. */
export function tournamentWinner(tournament: Tournament): number {
  return tournament.winners[1]!;
}

/** Change the value of a place. */
export function tournamentSet(tournament: Tournament, place: number, value: number): void {
  const { values, winners, size } = tournament;
  values[place] = value;
  for (let node = (size + place) >> 1; node > 0; node >>= 1) {
    const winner = better(values, winners, node);
    // Above a match that neither was nor is won by the changed place, nothing changes.
    if (winners[node] === winner && winner !== place) return;
    winners[node] = winner;
  }
}
