/** What package.json promises. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  type: string;
  license: string;
  engines: { node: string };
  bin: Record<string, string>;
  exports: Record<string, string | { types: string; import: string }>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

const sourceOf = (built: string): string => built.replace('./dist/', './src/').replace(/\.js$|\.d\.ts$/, '.ts');

describe('package.json', () => {
  it('is an ES module for Node 20 under Apache-2.0', () => {
    expect(manifest).toMatchObject({ type: 'module', license: 'Apache-2.0', engines: { node: '>=20' } });
    expect(readFileSync('LICENSE', 'utf8')).toContain('Apache License');
  });

  it('exports only what has a source', () => {
    const missing = Object.values(manifest.exports)
      .flatMap((entry) => (typeof entry === 'string' ? [] : [entry.types, entry.import]))
      .filter((path) => !existsSync(sourceOf(path)));
    expect(missing).toEqual([]);
  });

  it('has a source for its command', () => {
    expect(existsSync(sourceOf(manifest.bin['distill-rtl']!))).toBe(true);
  });

  it('pins every dependency exactly', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies };
    expect(Object.entries(all).filter(([, version]) => !/^(npm:[\w@/-]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
