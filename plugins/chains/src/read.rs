//! Reads a chain.

use std::sync::Arc;

use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::span::SourceMap;
use plimsoll_core::tree::SourceTree;

use crate::assemble::{Draft, draft, make};
use crate::chain::Chain;
use crate::config::Lower;
use crate::dependencies::Need;
use crate::find::main_file;
use crate::python::known::Base;
use crate::python::load::Place;
use crate::python::value::{Kind, Val};
use crate::python::{Interpreter, Program, load};

/// A chain that has been read, and the rules of each of its workloads.
pub(crate) struct Reading {
    pub(crate) chain: Chain,
    pub(crate) rules: Vec<Arc<dyn WorkloadRules>>,
}

/// Reads the chain of a tree.
///
/// # Errors
/// Everything that is wrong with it, and all that could be known only by running it.
pub(crate) fn read(tree: &Arc<dyn SourceTree>) -> Result<(Chain, Diagnostics), Diagnostics> {
    let (reading, diagnostics) = read_with_rules(tree)?;
    Ok((reading.chain, diagnostics))
}

/// The same, with the rules of the workloads.
pub(crate) fn read_with_rules(
    tree: &Arc<dyn SourceTree>,
) -> Result<(Reading, Diagnostics), Diagnostics> {
    let main = main_file(&**tree)?;
    let mut files = SourceMap::default();
    let mut items = Vec::new();
    let program = load(&**tree, &main, &mut files, &mut items);
    if !items.is_empty() {
        return Err(Diagnostics {
            files: Arc::new(files),
            items,
        });
    }
    let (reading, items) = chain(tree, &program, &mut files);
    let files = Arc::new(files);
    let diagnostics = Diagnostics {
        files: Arc::clone(&files),
        items,
    };
    let Some((name, made)) = reading else {
        return Err(diagnostics);
    };
    let (chainlets, rules) = made;
    let chain = Chain {
        name,
        chainlets,
        main_file: main,
        files,
    };
    diagnostics.unless_errors(Reading { chain, rules })
}

type Parts = (Vec<crate::chain::Chainlet>, Vec<Arc<dyn WorkloadRules>>);

fn chain(
    tree: &Arc<dyn SourceTree>,
    program: &Program,
    files: &mut SourceMap,
) -> (Option<(String, Parts)>, Vec<Diagnostic>) {
    let interpreter = Interpreter::run(program);
    let mut lower = Lower::new(&interpreter);
    for why in &interpreter.ended {
        lower.refuse(why);
    }
    let Some(entrypoint) = entrypoint(&mut lower) else {
        return (None, lower.items);
    };
    let drafts = drafts(&mut lower, &**tree, entrypoint);
    let Some(first) = drafts.first() else {
        return (None, lower.items);
    };
    check_names(&mut lower, &drafts);
    let marked = interpreter.classes[entrypoint].entrypoint.as_ref();
    let mut name = first.display_name.clone();
    if let Some(value) = marked.and_then(|(_, name)| name.as_ref())
        && lower.is_known(value)
    {
        match value.as_str() {
            Some(text) => text.clone_into(&mut name),
            None => {
                let message = format!(
                    "a chain is named by a string, and this is {}",
                    value.describe()
                );
                lower.error("chain::wrong-type", value.at, message);
            }
        }
    }
    let mut chainlets = Vec::new();
    let mut rules = Vec::new();
    for position in 0..drafts.len() {
        if let Some(made) = make(&mut lower, tree, files, &name, &drafts, position) {
            chainlets.push(made.chainlet);
            rules.push(made.rules);
        }
    }
    let whole = chainlets.len() == drafts.len();
    (whole.then_some((name, (chainlets, rules))), lower.items)
}

/// Finds the entrypoint: the one chainlet that is marked, or the only one there is.
fn entrypoint(lower: &mut Lower<'_, '_>) -> Option<usize> {
    let interpreter = lower.interpreter;
    let mut names: Vec<(usize, &Val)> = interpreter.scopes[0]
        .names
        .values()
        .map(|binding| &interpreter.bindings[*binding].value)
        .filter_map(|value| match value.kind {
            Kind::Class(class) => Some((class, value)),
            _ => None,
        })
        .collect();
    names.sort_by_key(|(class, _)| *class);
    names.dedup_by_key(|(class, _)| *class);
    let marked: Vec<_> = names
        .iter()
        .filter(|(class, _)| interpreter.classes[*class].entrypoint.is_some())
        .collect();
    let chainlets: Vec<_> = names
        .iter()
        .filter(|(class, _)| interpreter.base(*class) == Some(Base::Chainlet))
        .collect();
    let named = |class: usize| interpreter.classes[class].def.name.as_str();
    let place = |class: usize| {
        let info = &interpreter.classes[class];
        Place {
            module: info.module,
            range: info.def.name.range,
        }
    };
    for (class, _) in &marked {
        if interpreter.base(*class) != Some(Base::Chainlet) {
            let message = format!(
                "`{}` cannot be the entrypoint: it is no ChainletBase",
                named(*class)
            );
            lower.error("chain::entrypoint", place(*class), message);
            return None;
        }
    }
    match (marked.as_slice(), chainlets.as_slice()) {
        ([(class, _)], _) | ([], [(class, _)]) => Some(*class),
        ([], []) => {
            no_chainlet(lower);
            None
        }
        ([], several) => {
            let message = "no chainlet is marked as the entrypoint";
            let names: Vec<_> = several.iter().map(|(class, _)| named(*class)).collect();
            let problem = lower
                .problem("chain::entrypoint", place(several[0].0), message)
                .hint(format!(
                    "put @chains.mark_entrypoint on one of {}",
                    names.join(", ")
                ));
            lower.push(problem);
            None
        }
        ([first, .., last], _) => {
            let names: Vec<_> = marked.iter().map(|(class, _)| named(*class)).collect();
            let message = format!(
                "several chainlets are marked as the entrypoint: {}",
                names.join(", ")
            );
            let problem = lower
                .problem("chain::entrypoint", place(last.0), message)
                .also(lower.span(place(first.0)), "the first one")
                .hint("mark one of them, or put each into a file of its own");
            lower.push(problem);
            None
        }
    }
}

/// There is none: perhaps there is one that is not known to be there.
fn no_chainlet(lower: &mut Lower<'_, '_>) {
    let interpreter = lower.interpreter;
    let unknown = interpreter.scopes[0]
        .names
        .iter()
        .find_map(|(name, binding)| {
            let why = interpreter.bindings[*binding].value.why()?;
            let is_class = interpreter.program.modules[0]
                .text
                .contains(&format!("class {name}("));
            is_class.then_some(why)
        });
    if let Some(why) = unknown {
        lower.refuse(why);
    }
    let shown = &interpreter.program.modules[0].path;
    let message = format!("{shown} defines no chainlet");
    let at = Place {
        module: 0,
        range: ruff_text_size::TextRange::default(),
    };
    let problem = lower.problem("chain::no-chainlet", at, message);
    lower.push(problem.hint("a chainlet is a class that derives from chains.ChainletBase"));
}

/// The entrypoint and all that it depends on, in the order in which they are defined.
fn drafts(lower: &mut Lower<'_, '_>, tree: &dyn SourceTree, entrypoint: usize) -> Vec<Draft> {
    let mut drafts = vec![draft(lower, tree, entrypoint, Base::Chainlet)];
    let mut next = 0;
    while let Some(current) = drafts.get(next) {
        let needed: Vec<usize> = current
            .dependencies
            .iter()
            .filter_map(|dependency| match &dependency.wanted {
                Need::Class { class, .. } => Some(*class),
                Need::Context => None,
            })
            .collect();
        for class in needed {
            let Some(base) = lower.interpreter.base(class) else {
                continue;
            };
            if !drafts.iter().any(|known| known.class == class) {
                drafts.push(draft(lower, tree, class, base));
            }
        }
        next += 1;
    }
    // A class is numbered when it is made, which is the order that the platform is told.
    drafts[1..].sort_by_key(|draft| draft.class);
    drafts
}

fn check_names(lower: &mut Lower<'_, '_>, drafts: &[Draft]) {
    let interpreter = lower.interpreter;
    let class = |draft: &Draft| interpreter.classes[draft.class].def.name.as_str();
    let place = |draft: &Draft| {
        let info = &interpreter.classes[draft.class];
        Place {
            module: info.module,
            range: info.def.name.range,
        }
    };
    for (position, draft) in drafts.iter().enumerate() {
        let same = drafts[..position]
            .iter()
            .find(|other| other.display_name == draft.display_name || class(other) == class(draft));
        if let Some(other) = same {
            let message = format!("two chainlets are named `{}`", draft.display_name);
            let problem = lower.problem("chain::name", place(draft), message);
            lower.push(problem.also(lower.span(place(other)), "the other one"));
        }
    }
    for draft in drafts
        .iter()
        .skip(1)
        .filter(|draft| draft.endpoint.is_websocket)
    {
        let message = format!(
            "`{}` takes a websocket, which only the entrypoint can",
            class(draft)
        );
        lower.error("chain::dependency", place(draft), message);
    }
}
