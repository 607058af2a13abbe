import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import { chainDiagram, type LinkState } from '../../src/report/index.ts';
import { checkXml, textsOf } from './xml.ts';

const states: readonly LinkState[] = ['equal', 'different', 'unknown'];

describe('chainDiagram', () => {
  it('writes names, notes and a sign for every state', () => {
    const svg = chainDiagram({
      title: 'Chain',
      nodes: [{ name: 'a', note: 'a.json' }, { name: 'b' }, { name: 'c' }, { name: 'd' }],
      links: states.map((state) => ({ state, label: state, note: '3 of 4' })),
    });

    const texts = textsOf(svg);
    for (const text of ['a', 'a.json', 'b', 'c', 'd', '=', '≠', '?', ...states]) expect(texts).toContain(text);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
  });

  it('shortens what has no room', () => {
    const note = 'a/very/long/name/of/a/file/that/nobody/can/read.json';
    const svg = chainDiagram({
      title: 'Chain',
      nodes: [{ name: 'a', note }, { name: 'b' }],
      links: [{ state: 'equal', label: 'equal' }],
      width: 200,
    });

    expect(svg).toMatch(/>a\/very[^<]*…</);
  });

  it('is well-formed, for any texts', () => {
    const node = fc.record({ name: fc.string(), note: fc.string() });
    const link = fc.record({ state: fc.constantFrom(...states), label: fc.string(), note: fc.string() });
    fc.assert(
      fc.property(fc.array(fc.tuple(node, link), { minLength: 2, maxLength: 6 }), (pairs) => {
        const [nodes, links] = [pairs.map(([one]) => one), pairs.slice(1).map(([, one]) => one)];

        const svg = chainDiagram({ title: 'Chain', nodes, links });

        checkXml(svg.trim());
        expect(svg).not.toMatch(/NaN|Infinity/);
      }),
    );
  });

  it('refuses what is no chain', () => {
    const nodes = [{ name: 'a' }, { name: 'b' }];
    expect(() => chainDiagram({ title: '', nodes: nodes.slice(1), links: [] })).toThrow(ValueError);
    expect(() => chainDiagram({ title: '', nodes, links: [] })).toThrow(/2 boxes and 0 links/);
  });
});
