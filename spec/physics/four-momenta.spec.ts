import { describe, expect, it } from 'vitest';
import { fourMomenta, generateEvents, magnitude, missingMomentum } from '../../src/physics/index.ts';

describe('four-momenta of particles', () => {
  const [event] = generateEvents({ meanPileup: 2 }, 'four-momenta', 1);

  it('sum to minus the missing momentum, weight by weight', () => {
    const { particles, truth } = event!;
    const momenta = fourMomenta(particles, truth);
    const missing = missingMomentum(particles, truth);
    expect(momenta.px.reduce((sum, x) => sum + x, 0)).toBeCloseTo(-missing.x, 9);
    expect(momenta.py.reduce((sum, y) => sum + y, 0)).toBeCloseTo(-missing.y, 9);
  });

  it('have the transverse momentum and the direction of their particles', () => {
    const { particles } = event!;
    const { px, py, pz, count } = fourMomenta(particles);
    for (let i = 0; i < count; i++) {
      const pt = Math.hypot(px[i]!, py[i]!);
      expect(pt).toBeCloseTo(particles.pt[i]!, 9);
      expect(Math.asinh(pz[i]! / pt)).toBeCloseTo(particles.eta[i]!, 9);
    }
  });

  it('refuse another number of weights', () => {
    expect(() => fourMomenta(event!.particles, [1])).toThrow(/1 weights for \d+ particles/);
  });

  it('of what was generated balance the generated missing momentum', () => {
    const { generated, missing } = event!;
    const x = -generated.px.reduce((sum, v) => sum + v, 0);
    const y = -generated.py.reduce((sum, v) => sum + v, 0);
    expect(Math.hypot(x, y)).toBeCloseTo(magnitude(missing), 9);
  });
});
