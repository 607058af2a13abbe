/**
 * Which variable to decide next: the most active one, out of a binary heap.
 *
 * A variable is active if it took part in recent conflicts. Instead of letting all activities decay, what a conflict
 * adds grows (VSIDS as in MiniSat: N. Eén and N. Sörensson, "An extensible SAT-solver", SAT 2003). Equal activities go
 * by the smaller number, so that the order is the same on every machine.
 */

/** Stateful: variables 1, 2, … with their activities. */
export interface VariableOrder {
  /** Add the next variable, with no activity, to the heap. */
  add(): void;
  /** Note that a variable took part in a conflict. */
  bump(variable: number): void;
  /** Let what happened before count less. */
  decay(): void;
  /** Put a variable back; nothing happens if it is there. */
  insert(variable: number): void;
  /** Take out the most active variable; 0 if none is left. */
  take(): number;
}

/** Recent conflicts count more by this factor, conflict by conflict. */
const GROWTH = 1 / 0.95;

/** Activities are scaled down long before double precision overflows. */
const MOST_ACTIVITY = 1e100;

/** Start without variables. */
export function variableOrder(): VariableOrder {
  const activities: number[] = [0];
  const heap: number[] = [];
  /** Where each variable stands in the heap; −1 if it does not. */
  const places: number[] = [-1];
  let increment = 1;

  const isBefore = (a: number, b: number): boolean =>
    activities[a]! > activities[b]! || (activities[a] === activities[b] && a < b);

  function rise(from: number): void {
    const variable = heap[from]!;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(variable, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      places[heap[place]!] = place;
      place = parent;
    }
    heap[place] = variable;
    places[variable] = place;
  }

  function sink(from: number): void {
    const variable = heap[from]!;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, variable)) break;
      heap[place] = heap[child]!;
      places[heap[place]!] = place;
      place = child;
    }
    heap[place] = variable;
    places[variable] = place;
  }

  function insert(variable: number): void {
    if (places[variable] !== -1) return;
    heap.push(variable);
    rise(heap.length - 1);
  }

  return {
    insert,
    add() {
      activities.push(0);
      places.push(-1);
      insert(activities.length - 1);
    },
    bump(variable) {
      activities[variable]! += increment;
      if (activities[variable]! > MOST_ACTIVITY) {
        for (let v = 1; v < activities.length; v += 1) activities[v]! /= MOST_ACTIVITY;
        increment /= MOST_ACTIVITY;
      }
      if (places[variable] !== -1) rise(places[variable]!);
    },
    decay() {
      increment *= GROWTH;
    },
    take() {
      const first = heap[0];
      if (first === undefined) return 0;
      const last = heap.pop()!;
      places[first] = -1;
      if (heap.length > 0) {
        heap[0] = last;
        sink(0);
      }
      return first;
    },
  };
}
