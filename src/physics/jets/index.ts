/** Jets: sequential recombination, their kinematics, and matching with reference jets. */
export { clusterJets, type JetAlgorithm, type JetOptions } from './cluster.ts';
export { type Jet, jetEta, jetMass, jetPhi, jetPt, jetRapidity } from './jet.ts';
export { type JetMatch, matchJets } from './matching.ts';
