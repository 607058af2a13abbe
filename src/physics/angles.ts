/** Azimuth arithmetic: φ is periodic with 2π, and every difference must be taken on the circle. */

const fullTurn = 2 * Math.PI;

/** Bring an angle in radians into [−π, π). */
export function wrapPhi(phi: number): number {
  // What is well within needs no turn; most angles and differences are.
  if (phi > -3.14 && phi < 3.14) return phi;
  const wrapped = phi - fullTurn * Math.floor((phi + Math.PI) / fullTurn);
  // Rounding can land exactly on +π for angles just below −π.
  return wrapped >= Math.PI ? -Math.PI : wrapped;
}

/** Return a − b on the circle, in [−π, π). */
export function deltaPhi(a: number, b: number): number {
  return wrapPhi(a - b);
}
