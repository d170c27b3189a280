//! Who was near a case, by looking at every pair.
