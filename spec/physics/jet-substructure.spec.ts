/** Toy jets: seeded, balanced, standardised, and alike where they should be. */
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import { generateJets, jetClasses, jetFeatures } from '../../src/physics/index.ts';
import { stream } from '../../src/random/index.ts';

const JETS = 5000;
const { features, labels } = generateJets(JETS, stream('jets spec'));
const meanOf = (label: number, feature: number): number => {
  const rows = [...labels.keys()].filter((jet) => labels[jet] === label);
  return rows.reduce((sum, jet) => sum + features[jet * jetFeatures.length + feature]!, 0) / rows.length;
};

describe('generateJets', () => {
  it('is seeded', () => {
    const again = generateJets(JETS, stream('jets spec'));
    expect(again.features).toEqual(features);
    expect(again.labels).toEqual(labels);
    expect(generateJets(JETS, stream('another')).labels).not.toEqual(labels);
  });

  it('has classes in equal shares', () => {
    for (const label of jetClasses.keys()) {
      const share = labels.filter((own) => own === label).length / JETS;
      expect(Math.abs(share - 1 / jetClasses.length)).toBeLessThan(0.03);
    }
  });

  it('has features of about mean 0 and spread 1', () => {
    for (const feature of jetFeatures.keys()) {
      const column = Array.from({ length: JETS }, (_, jet) => features[jet * jetFeatures.length + feature]!);
      const mean = column.reduce((a, b) => a + b) / JETS;
      const spread = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / JETS);
      expect(Math.abs(mean)).toBeLessThan(0.6);
      expect(spread).toBeGreaterThan(0.3);
      expect(spread).toBeLessThan(1.5);
    }
  });

  it('puts Z above W and top above both in mass, and gluons above quarks in multiplicity', () => {
    const mass = jetFeatures.indexOf('mass');
    const multiplicity = jetFeatures.indexOf('multiplicity');
    const [quark, gluon, w, z, top] = [...jetClasses.keys()] as [number, number, number, number, number];
    expect(meanOf(z, mass)).toBeGreaterThan(meanOf(w, mass));
    expect(meanOf(top, mass)).toBeGreaterThan(meanOf(z, mass));
    expect(meanOf(gluon, multiplicity)).toBeGreaterThan(meanOf(quark, multiplicity));
  });

  it('refuses to make none', () => {
    expect(() => generateJets(0, stream('none'))).toThrow(ValueError);
  });
});
