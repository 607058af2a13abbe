/** What one module takes of the fabric, under count by `mapDesign`: for all its instances, without the modules below. */

/** Elements of one module. */
export interface MappedModule {
  lut: number;
  /** Tables used as shift registers; part of `lut`. */
  srl: number;
  /** Tables used as memories; part of `lut`. */
  lutram: number;
  ff: number;
  carry4: number;
  carry8: number;
  dsp: number;
  /** Block RAMs of 18 Kb. */
  bram18: number;
}
