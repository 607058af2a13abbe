/** Files of recorded collisions, of either kind. */
import type { RandomStream } from '../../random/index.ts';
import { pythiaCollisions } from './pythia.ts';
import type { RecordedCollisions, RecordedOptions } from './recorded-collisions.ts';
import { trackmlCollisions } from './trackml.ts';

/**
 * Read collisions: TrackML's table of particles where the first line names its columns, else Pythia's text.
 *
 * @param stream - draws what the file does not say
 * @throws FormatError naming the line that is wrong; UnsupportedError for more than one event
 */
export function recordedCollisions(
  text: string,
  stream: RandomStream,
  options: RecordedOptions = {},
): RecordedCollisions {
  return /^[^#\r\n]*\bparticle_id\b/.test(text)
    ? trackmlCollisions(text, options)
    : pythiaCollisions(text, stream, options);
}
