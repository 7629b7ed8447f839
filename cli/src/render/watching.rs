//! Deployments that are watched together: a table that lives on a terminal, lines elsewhere.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use plimsoll::deployer::Watched;

/// The rows of what is watched, in their order.
pub(crate) struct Watching {
    rows: Vec<Row>,
    /// The width of the widest name with its role.
    width: usize,
    /// Keeps the rows below one another.
    _table: MultiProgress,
}

struct Row {
    deployment_id: String,
    name: String,
    bar: Option<ProgressBar>,
}

impl Watching {
    /// Shows the rows: as a table on a terminal, as lines elsewhere.
    pub(crate) fn begin(deployments: Vec<Watched>, terminal: bool) -> Self {
        let table = MultiProgress::new();
        let name = |watched: &Watched| format!("{} ({})", watched.workload, watched.role);
        let width = deployments
            .iter()
            .map(|one| name(one).chars().count())
            .max();
        let mut watching = Self {
            rows: Vec::with_capacity(deployments.len()),
            width: width.unwrap_or(0),
            _table: table.clone(),
        };
        for watched in deployments {
            let bar = terminal.then(|| {
                let style = ProgressStyle::with_template("  {msg}");
                let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
                table.add(ProgressBar::new_spinner().with_style(style))
            });
            let row = Row {
                name: name(&watched),
                deployment_id: watched.deployment_id,
                bar,
            };
            let text = watching.text(&row, &watched.status);
            match &row.bar {
                Some(bar) => {
                    bar.set_message(text);
                    bar.tick();
                }
                None => super::say(&format!("  {text}")),
            }
            watching.rows.push(row);
        }
        watching
    }

    /// Takes the status of a deployment, and gives the line to print where there is no table.
    pub(crate) fn status(&self, deployment_id: &str, status: &str) -> Option<String> {
        let mut rows = self.rows.iter();
        let row = rows.find(|row| row.deployment_id == deployment_id)?;
        let text = self.text(row, status);
        match &row.bar {
            Some(bar) => {
                bar.set_message(text);
                bar.tick();
                None
            }
            None => Some(format!("  {text}")),
        }
    }

    /// Whether a deployment is one of those that are watched.
    pub(crate) fn has(&self, deployment_id: &str) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| row.deployment_id == deployment_id)
    }

    /// Prints a line above the table.
    pub(crate) fn line(&self, text: &str) {
        match self.rows.first().and_then(|row| row.bar.as_ref()) {
            Some(bar) => bar.println(text),
            None => super::say(text),
        }
    }

    fn text(&self, row: &Row, status: &str) -> String {
        format!("{:<width$}  {status}", row.name, width = self.width)
    }
}

impl Drop for Watching {
    /// The table stays where it is.
    fn drop(&mut self) {
        for bar in self.rows.iter().filter_map(|row| row.bar.as_ref()) {
            bar.abandon();
        }
    }
}

#[cfg(test)]
mod tests {
    use plimsoll::deployer::Watched;

    use super::Watching;

    #[test]
    fn names_are_aligned_and_the_entrypoint_is_named() {
        let watched = |id: &str, workload: &str, role: &'static str| Watched {
            deployment_id: id.to_owned(),
            workload: workload.to_owned(),
            role: role.into(),
            status: "BUILDING".to_owned(),
        };
        let rows = vec![
            watched("1", "Answer", "entrypoint"),
            watched("2", "Embed", "internal"),
        ];
        let watching = Watching::begin(rows, false);
        let line = watching.status("2", "ACTIVE");
        assert_eq!(line.as_deref(), Some("  Embed (internal)     ACTIVE"));
        assert_eq!(watching.status("3", "ACTIVE"), None);
    }
}
