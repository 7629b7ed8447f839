//! What is said where settings cannot be written back into the file that they were read from.

use super::case::{Code, code};

pub(super) fn codes() -> Vec<Code> {
    let said = |name, meaning, reason| code(name, meaning).no_example("error", reason);
    vec![
        said(
            "amend::layout",
            "Settings cannot be written into a file without a change of something else in it.",
            "It takes a layout that is not understood. The file is left as it is, and the hint has the lines to \
             write by hand.",
        ),
        said(
            "amend::no-workload",
            "Settings are to be written for a workload that the file does not have.",
            "The message names those that it has.",
        ),
        said(
            "amend::not-imported",
            "A chain does not import a class of `truss_chains` that the settings are written with.",
            "It takes `from truss_chains import RemoteConfig` without `RemoteOverrides` or `AutoscalingSettings`. \
             Import them as well, or `import truss_chains as chains`.",
        ),
        said(
            "amend::not-literal",
            "The settings of a chainlet are not written out in its class.",
            "They come from a name, a call or a base class, which others may use too. The message has the place, \
             and the hint the lines to write by hand.",
        ),
        said(
            "amend::outside",
            "A chainlet is a Truss in a folder outside of that of the chain.",
            "Write the settings of that Truss, by its own folder.",
        ),
        said(
            "amend::settings",
            "Settings that are to be written are out of their range, or contradict what the base has.",
            "Such as `max_replicas` alone, below the `min_replicas` of the base: write both.",
        ),
        said(
            "amend::shared",
            "The settings of an environment cannot be written without those of others.",
            "They stand behind an anchor that others use by an alias (`staging: *production`), or in a class that \
             another chainlet derives from. Give each its own, and write again.",
        ),
        said(
            "amend::unsupported",
            "The source of a configuration cannot write settings.",
            "Write them by hand.",
        ),
    ]
}
