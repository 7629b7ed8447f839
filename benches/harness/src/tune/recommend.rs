//! Which of the trials to take, and why.

use std::ops::ControlFlow;

use super::search::{Search, front};
use super::{SloExpression, Space, Trial, TuneProgress};
use crate::error::Error;

/// Most trials that are confirmed before the one with the most room is taken.
const CANDIDATES: usize = 12;

/// The cheapest trial, give or take what is worth nothing, that meets the objective under other
/// seeds, too; where none does the one with the most room, and where nothing meets the objective the
/// one that comes nearest.
pub(super) fn recommend(
    search: &mut Search<'_>,
    space: &Space,
    trials: &mut [Trial],
    confirmations: u32,
    progress: &mut dyn FnMut(TuneProgress<'_>) -> ControlFlow<()>,
) -> Result<(Option<usize>, String), Error> {
    let objective = search.objective;
    let candidates = candidates(trials);
    let Some(surest) = candidates.last().copied() else {
        return Ok(nearest(search, space, trials));
    };
    for (passed, index) in candidates.into_iter().enumerate() {
        let trial = &mut trials[index];
        trial.confirmed = search.holds(&trial.settings, confirmations, progress)?;
        let mut reason = format!("Meets {objective}");
        match trial.confirmed {
            Some(false) => continue,
            Some(true) => reason += &format!(" under {} seeds", confirmations + 1),
            None if confirmations > 0 => reason += " under one seed, not confirmed by others,",
            None => {}
        }
        reason += &format!(" at the least cost, give or take {:.0} %", WORTH_IT * 100.0);
        if passed > 0 {
            reason += &format!("; {passed} cheaper did not hold under other seeds");
        }
        return Ok((Some(index), reason + "."));
    }
    let reason = format!(
        "Nothing met {objective} under every seed; this one leaves the most room, and uses \
         {:.0} % of the limit under one.",
        trials[surest].used * 100.0
    );
    Ok((Some(surest), reason))
}

/// What a difference in cost must be to be worth anything, as a share.
const WORTH_IT: f64 = 0.01;

/// The standing settings' place among the trials, where they hold and nothing is worth a change.
pub(super) fn kept(
    standing: Option<&Trial>,
    trials: &mut [Trial],
    recommended: Option<usize>,
) -> Option<usize> {
    let standing = standing.filter(|one| one.met && one.confirmed != Some(false))?;
    let best = trials.get(recommended?)?;
    if best.met && best.confirmed != Some(false) && best.cost < standing.cost * (1.0 - WORTH_IT) {
        return None;
    }
    let same = |trial: &Trial| trial.settings == standing.settings;
    let place = trials.iter().position(same)?;
    trials[place].confirmed = standing.confirmed;
    Some(place)
}

/// Why they are recommended.
pub(super) fn why_kept(objective: &SloExpression) -> String {
    format!(
        "What stands meets {objective}, and nothing that was tried and holds costs {:.0} % less.",
        WORTH_IT * 100.0
    )
}

/// The trials that meet the objective, each with more room than all that are cheaper: what is
/// dearer and has less room is no way out where the cheaper one does not hold. The first has the
/// most room of those that cost next to the least.
fn candidates(trials: &[Trial]) -> Vec<usize> {
    let met: Vec<usize> = (0..trials.len())
        .filter(|index| trials[*index].met)
        .collect();
    let of_met: Vec<&Trial> = met.iter().map(|index| &trials[*index]).collect();
    let mut candidates: Vec<usize> = front(&of_met).into_iter().map(|place| met[place]).collect();
    // Room that costs next to nothing is worth it: settings meet traffic that nobody simulated.
    if let Some(first) = candidates.first() {
        let hardly_more = trials[*first].cost * (1.0 + WORTH_IT);
        let as_cheap = candidates.partition_point(|index| trials[*index].cost <= hardly_more);
        candidates.drain(..as_cheap - 1);
    }
    if candidates.len() > CANDIDATES {
        candidates.drain(CANDIDATES - 1..candidates.len() - 1);
    }
    candidates
}

fn nearest(search: &Search<'_>, space: &Space, trials: &[Trial]) -> (Option<usize>, String) {
    let objective = search.objective;
    let missed = |trial: &Trial| 1.0 - trial.score.slo.attainment;
    let nearest = (0..trials.len()).min_by(|one, other| {
        let (one, other) = (&trials[*one], &trials[*other]);
        // Where so much is not finished that a limit has no value, fewer missed is nearer.
        one.used
            .total_cmp(&other.used)
            .then(missed(one).total_cmp(&missed(other)))
            .then(one.cost.total_cmp(&other.cost))
    });
    let Some(index) = nearest else {
        return (None, "Nothing was tried.".to_owned());
    };
    let trial = &trials[index];
    let mut reason = format!(
        "Nothing that was tried meets {objective}; this comes nearest, with {}.",
        objective.farthest(&trial.score)
    );
    let most = space.most("max_replicas");
    if let Some(most) = most.filter(|most| trial.score.replicas.peak >= *most) {
        reason += &format!(" It runs into max_replicas, {most}: try more.");
    }
    (Some(index), reason)
}
