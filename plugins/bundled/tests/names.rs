//! What is bundled, by name. A plugin that is linked but not named by this crate registers nothing,
//! so the list is exact.

#[test]
fn exactly_these_names_are_registered() -> Result<(), Box<dyn std::error::Error>> {
    let registry = plimsoll::registry()?;
    let names: Vec<String> = registry
        .names()
        .into_iter()
        .map(|(kind, name)| format!("{kind} {name}"))
        .collect();
    let expected = [
        "deployer baseten",
        "deployer load",
        "deployer local",
        "distribution strategy equal",
        "distribution strategy priority-based",
        "distribution strategy proportional",
        "resolver deep-merge",
        "resolver replace",
        "scaling policy baseten",
        "scaling policy fixed",
        "scaling policy hpa",
        "scaling policy knative",
        "scaling policy little",
        "scaling policy predictive",
        "scaling policy ray-serve",
        "scaling policy tressi",
        "source chain",
        "source load-test",
        "source truss",
    ];
    assert_eq!(names, expected);
    Ok(())
}
