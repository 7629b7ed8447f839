//! The nearest known name to one that is not known.

/// The candidate nearest to `name`, if one is near enough to be what was meant.
///
/// Near enough is a Damerau-Levenshtein distance of at most a third of the longer name's length
/// (and at least 1), not counting case. Ties go to the candidate that comes first.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    let length = wanted.chars().count();
    for candidate in candidates {
        // Names whose lengths differ by more cannot be near enough; comparing them would cost
        // memory in the product of their lengths.
        let other = candidate.chars().count();
        if length.abs_diff(other) > (length.max(other) / 3).max(1) {
            continue;
        }
        let lowered = candidate.to_lowercase();
        let distance = strsim::damerau_levenshtein(&wanted, &lowered);
        let longer = wanted.chars().count().max(lowered.chars().count());
        let near = distance <= (longer / 3).max(1);
        if near && best.is_none_or(|(smallest, _)| distance < smallest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `did you mean …?`, when a candidate is near enough.
#[must_use]
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        assert_eq!(
            nearest("min_replica", ["max_replicas", "min_replicas"]),
            Some("min_replicas")
        );
        assert_eq!(
            nearest("Production", ["staging", "production"]),
            Some("production")
        );
        assert_eq!(
            nearest("runtime", ["resources", "autoscaling_settings"]),
            None
        );
        assert_eq!(nearest("qa", ["qb", "production"]), Some("qb"));
    }
}
