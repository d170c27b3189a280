//! The real implementation and the oracle give the same rating.

use oracle::rating as oracle;
use proptest::prelude::*;

use crate::{adapter, generate};

proptest! {
    #![proptest_config(generate::config(1_000))]

    #[test]
    fn a_rating_is_what_the_oracle_says(scenario in generate::scenario()) {
        let (rule_set, evidence) = adapter::inputs(&scenario);
        let rating = adapter::rate(&scenario.rule_set, &rule_set, &evidence, scenario.at);
        prop_assert_eq!(
            adapter::in_oracle_terms(&rule_set, &rating),
            oracle::rating_at(&scenario.rule_set, &scenario.person, scenario.at)
        );
    }

    #[test]
    fn a_timeline_is_what_the_oracle_says(scenario in generate::scenario()) {
        let mut scenario = scenario;
        scenario.rule_set.in_force = false;
        let (rule_set, evidence) = adapter::inputs(&scenario);
        let view = oracle::View::new(&scenario.rule_set, &scenario.person, scenario.at);
        prop_assert_eq!(rating::timeline(&rule_set, &evidence, scenario.at), view.timeline());
    }
}
