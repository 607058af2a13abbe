/** Collisions that others simulated, as particles before our detector: the hard collision and its pileup. */
import type { Collision } from '../generator/generated-particle.ts';

/** The collisions of one event; `reconstructEvent` makes an event of them, as of generated ones. */
export interface RecordedCollisions {
  readonly hard: Collision;
  readonly pileup: readonly Collision[];
}

/** What the text of a file does not say. */
export interface RecordedOptions {
  /** Name of the file, for messages. @defaultValue 'The text' */
  readonly source?: string;
  /** Standard deviation in mm of collisions along the beam, where the file has no vertices. @defaultValue 53 */
  readonly beamSpread?: number;
}
