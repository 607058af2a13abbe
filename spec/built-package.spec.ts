/** The package as it is published: built, installed by name, and imported through each entry of `exports`. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { exports: entries } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, unknown> };
const modules = Object.keys(entries).filter((entry) => entry !== './package.json');

let folder = '';
let home = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'distill-rtl-package-'));
  home = join(folder, 'node_modules', 'distill-rtl');
  mkdirSync(home, { recursive: true });
  cpSync('package.json', join(home, 'package.json'));
  const compiler = resolve('node_modules/typescript-7/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', join(home, 'dist')]);
  symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (script: string): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, encoding: 'utf8' });

describe('the built package', () => {
  it('imports by every sub-path it exports', () => {
    const names = modules.map((entry) => entry.replace('./', 'distill-rtl/'));
    const script = `for (const name of ${JSON.stringify(names)}) {
      const module = await import(name);
      if (Object.keys(module).length === 0) throw new Error(name + ' exports nothing');
    }
    console.log('all');`;
    expect(node(script).trim()).toBe('all');
  });

  it('computes through its public doors', () => {
    const script = `
      import { fixed, fromDouble, toDouble } from 'distill-rtl/fixed';
      import { circuitBuilder } from 'distill-rtl/circuit';
      import { interpret } from 'distill-rtl/emulation';
      const format = fixed(8, 4);
      const builder = circuitBuilder('double');
      const [x] = builder.input('x', [format]);
      builder.output('y', [builder.scale(x, 1)], [fixed(9, 6)]);
      console.log(toDouble(interpret(builder.build(), [[fromDouble(1.25, format)]])[0][0], 3));`;
    expect(node(script).trim()).toBe('2.5');
  });

  it('has a command that prints its version', () => {
    const version = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
    const printed = execFileSync(process.execPath, [join(home, 'dist/cli/main.js'), '--version'], { encoding: 'utf8' });
    expect(printed.trim()).toBe(version);
  });
});
