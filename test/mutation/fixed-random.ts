import * as fc from "fast-check";

// A mutant must not live or die by chance, nor take as long as a hunt.
fc.configureGlobal({ seed: 1, numRuns: 30 });
