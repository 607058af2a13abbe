/** The chain of an audit as a picture: model, circuit, netlist, Verilog, and what is known of each link. */
import { type ChainLink, chainDiagram, formatNumber, type LinkState, type ReportFigure } from '../../report/index.ts';
import { type AuditResult, type Claim, provedCount, type Verdict } from './audit-result.ts';

/** What an audit compares, from what was trained to what is built. */
export const LINKS = ['model', 'circuit', 'netlist', 'Verilog'] as const;

export type LinkName = (typeof LINKS)[number];

const states: Readonly<Record<Verdict, LinkState>> = { proved: 'equal', different: 'different', open: 'unknown' };

/** The links that the claims speak of, in the order of the chain. */
export function linkNames({ claims }: Pick<AuditResult, 'claims'>): readonly LinkName[] {
  return LINKS.filter((name) => claims.some((claim) => claim.name.split(' = ').includes(name)));
}

/** Draw the chain; null where the claims do not form one. */
export function chainFigure(result: AuditResult): ReportFigure | null {
  const names = linkNames(result);
  const between = names
    .slice(1)
    .map((name, k) => result.claims.find((claim) => claim.name === `${name} = ${names[k]!}`));
  const claims = between.filter((claim) => claim !== undefined);
  if (claims.length === 0 || claims.length < between.length) return null;
  const notes: Readonly<Partial<Record<LinkName, string>>> = {
    model: result.sources.model,
    Verilog: result.sources.verilog,
  };
  return {
    svg: chainDiagram({
      title: 'What was compared with what',
      nodes: names.map((name) => ({ name, ...(notes[name] !== undefined && { note: notes[name] }) })),
      links: claims.map(linkOf),
    }),
    caption:
      'What was compared with what. Below each sign stands how many of the outputs, counted in every module, were proved equal for all inputs.',
  };
}

function linkOf({ verdict, modules }: Claim): ChainLink {
  const proved = modules.reduce((sum, module) => sum + provedCount(module), 0);
  const all = modules.reduce((sum, { outputs }) => sum + outputs, 0);
  return { state: states[verdict], label: verdict, note: `${formatNumber(proved)} of ${formatNumber(all)}` };
}
