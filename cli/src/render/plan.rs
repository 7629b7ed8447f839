//! Plans, as people read them.

use plimsoll::plan::{Plan, PlanWarning};

use super::painted_out as painted;

/// The plan as text: what is done in order, why, and what to know before.
pub(crate) fn text(plan: &Plan) -> String {
    let mut out = String::new();
    let environment = plan.environment.as_ref();
    let at = environment.map(|environment| format!(", environment {environment}"));
    let head = format!("Plan for {}{}", plan.target, at.unwrap_or_default());
    if plan.is_empty() {
        out.push_str(&format!("{head}: nothing to do\n"));
    } else {
        out.push_str(&format!("{head}:\n"));
    }
    for (position, step) in plan.steps.iter().enumerate() {
        let kind = painted("1", &format!("{:<18}", step.kind.to_string()));
        out.push_str(&format!("  {}. {kind} {}\n", position + 1, step.reason));
    }
    for note in &plan.notes {
        out.push_str(&format!("  - {note}\n"));
    }
    for PlanWarning {
        code,
        message,
        hint,
    } in &plan.warnings
    {
        out.push_str(&format!(
            "{}[{code}]: {message}\n",
            painted("1;33", "warning")
        ));
        if let Some(hint) = hint {
            out.push_str(&format!("  {}: {hint}\n", painted("1;36", "hint")));
        }
    }
    out
}
