//! How a code is described.

/// What is in the folder of an example.
pub(super) type Files = Vec<(&'static str, Item)>;

/// What is there under a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    Text(String),
    Bytes(&'static [u8]),
    Folder,
    Link(&'static str),
}

/// A code, what it means, and where it comes from.
pub(super) struct Code {
    pub(super) name: &'static str,
    /// One sentence.
    pub(super) meaning: &'static str,
    pub(super) cases: Vec<Case>,
    /// The severity, and why there is no example of it.
    pub(super) no_example: Option<(&'static str, &'static str)>,
}

/// Files that give a code, and files that do not.
pub(super) struct Case {
    /// What this example is of, where there are several.
    pub(super) when: &'static str,
    pub(super) arguments: Vec<&'static str>,
    pub(super) before: Files,
    /// Other codes that the example cannot but give as well.
    pub(super) beside: Vec<&'static str>,
    /// What to do, in words.
    pub(super) cure: &'static str,
    pub(super) after: Files,
}

/// A code with no example yet.
pub(super) fn code(name: &'static str, meaning: &'static str) -> Code {
    Code {
        name,
        meaning,
        cases: Vec::new(),
        no_example: None,
    }
}

impl Code {
    /// An example: a configuration, and the same one mended.
    pub(super) fn example(self, before: &str, cure: &'static str, after: &str) -> Self {
        self.files(config(before), cure, config(after))
    }

    /// An example of several files.
    pub(super) fn files(mut self, before: Files, cure: &'static str, after: Files) -> Self {
        self.cases.push(Case {
            when: "",
            arguments: vec!["validate", super::FOLDER],
            before,
            beside: Vec::new(),
            cure,
            after,
        });
        self
    }

    /// The last example is of another command than `validate`.
    pub(super) fn by(mut self, arguments: &[&'static str]) -> Self {
        self.last().arguments = arguments.to_vec();
        self
    }

    /// The last example is of what comes of a push.
    pub(super) fn by_push(self) -> Self {
        self.by(&["push", super::FOLDER, "--dry-run"])
    }

    /// What the last example is of.
    pub(super) fn when(mut self, when: &'static str) -> Self {
        self.last().when = when;
        self
    }

    /// The last example cannot but give these codes as well.
    pub(super) fn beside(mut self, codes: &[&'static str]) -> Self {
        self.last().beside = codes.to_vec();
        self
    }

    /// There is no small example.
    pub(super) fn no_example(mut self, severity: &'static str, reason: &'static str) -> Self {
        self.no_example = Some((severity, reason));
        self
    }

    fn last(&mut self) -> &mut Case {
        self.cases.last_mut().unwrap()
    }
}

/// A folder with a configuration alone.
pub(super) fn config(text: &str) -> Files {
    vec![("config.yaml", Item::Text(dedent(text)))]
}

/// A folder with a configuration and other files.
pub(super) fn with(text: &str, others: Files) -> Files {
    let mut files = config(text);
    files.extend(others);
    files
}

/// A text that is written as a block: less its first line, which is empty, and the indentation that
/// all lines share.
fn dedent(text: &str) -> String {
    let Some(text) = text.strip_prefix('\n') else {
        return text.to_owned();
    };
    let filled = || text.lines().filter(|line| !line.trim().is_empty());
    let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let shared = filled().map(indentation).min().unwrap_or(0);
    filled()
        .map(|line| format!("{}\n", &line[shared..]))
        .collect()
}
