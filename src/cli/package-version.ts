/** The version in package.json, which stands two folders above both `src/cli/` and `dist/cli/`. */
import { readFileSync } from 'node:fs';

/** Read the version of this package. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
