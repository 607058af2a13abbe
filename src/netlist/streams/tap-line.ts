/**
 * The line of the latest beats: one register per tap, memories between taps that are far apart.
 *
 * A convolution over pixels taps a few neighbouring beats of a few rows; the rest of each row lies in a memory that is
 * written and read at addresses that go round, so that a row costs one block or a few tables, not a register per bit.
 * The read is registered, which is what block memories do.
 */
import { counterTo, nextValue } from './control.ts';
import type { ModuleBuilder } from '../module-builder.ts';
import type { Net } from '../netlist.ts';

/** Distances between taps up to which registers stand there (two look-up tables per bit would be a memory's least). */
const LONGEST_CHAIN = 2;

/**
 * Build the line.
 *
 * @param beat the beat that enters at a rising edge with `advance` = 1
 * @param ages of the taps; 0 is the beat that entered last
 * @returns one net per tap, in the order of `ages`
 */
export function tapLine(builder: ModuleBuilder, beat: Net, advance: Net, ages: readonly number[]): readonly Net[] {
  const taps = new Map<number, Net>();
  const rounds = new Map<number, Net>();
  const width = builder.widthOf(beat);
  let [youngest, age] = [builder.register(beat, { enable: advance }), 0];
  builder.name(youngest, 'beat_d0');
  taps.set(0, youngest);
  for (const next of [...new Set(ages)].toSorted((a, b) => a - b)) {
    if (next === 0) continue;
    const distance = next - age;
    if (distance > LONGEST_CHAIN) {
      // Written where it was read one turn ago: the word at the next address is `distance` beats older than the tap.
      const place = rounds.get(distance) ?? counterTo(builder, distance, advance, `place_of_${distance}`);
      rounds.set(distance, place);
      const line = builder.addMemory(`line_d${next}`, width, distance);
      builder.memoryWrite(line, advance, place, youngest);
      youngest = builder.register(builder.memory(nextValue(builder, place, distance), line), { enable: advance });
    } else {
      for (let k = 1; k <= distance; k += 1) youngest = builder.register(youngest, { enable: advance });
    }
    age = next;
    builder.name(youngest, `beat_d${age}`);
    taps.set(age, youngest);
  }
  return ages.map((wanted) => taps.get(wanted)!);
}
