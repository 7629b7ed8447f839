//! `model/model.py`: a chainlet as a model for the Truss server.
//!
//! The types that travel are made from the signatures of the user's own classes when the model is
//! imported, so that no annotation is copied as text. What the signatures are is known here only as
//! far as the server asks for it: it looks at the methods of the model's class.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::chain::{Body, Chain, Chainlet, Code, Endpoint, Wanted};

/// Lets a source be imported that says what a runtime does not know yet.
const STAND_INS: &str = include_str!("python/stand_ins.py");

/// Models of what a chainlet takes and gives.
const WIRE: &str = include_str!("python/wire.py");

/// Classes that call other chainlets.
const STUBS: &str = include_str!("python/stubs.py");

/// What the server gives a model, as what a chainlet gets.
const INIT: &str = include_str!("python/init.py");

/// The names that the text has already, or that it would hide.
const TAKEN: [&str; 14] = [
    "TrussChainletModel",
    "codecs",
    "fastapi",
    "inspect",
    "logging",
    "private_types",
    "public_types",
    "pydantic",
    "starlette",
    "stub",
    "truss_chainlet",
    "truss_chains",
    "types",
    "typing",
];

/// The text of the model of a chainlet with code. `modules` has the module of every chainlet of
/// the chain that is imported, by its position.
pub(super) fn text(
    chain: &Chain,
    chainlet: &Chainlet,
    code: &Code,
    modules: &BTreeMap<usize, String>,
) -> String {
    let calls = Calls::of(chain, code);
    let is_websocket = code.endpoint.is_websocket;
    let class = name(&chainlet.class);
    let mut out = format!(
        "# Written by Plimsoll: the chainlet `{}`, as a model for the Truss server.\n\
         # It is made anew from the chain's source every time; change that.\n",
        chainlet.class
    );
    out.push_str(&imports(&calls, is_websocket));
    writeln!(out, "\n{STAND_INS}").ok();
    out.push_str("# Only now can the chain be imported.\n");
    out.push_str(&chainlet_imports(chain, modules));
    if calls.stubs || !is_websocket {
        write!(out, "\n\n{WIRE}").ok();
    }
    if calls.stubs {
        write!(out, "\n\n{STUBS}").ok();
    }
    if !is_websocket {
        write!(out, "\n\n_Input = _input_of({class})\n").ok();
        if !code.endpoint.is_generator {
            writeln!(out, "_Output = _output_of({class})").ok();
        }
    }
    write!(out, "\n\nclass TrussChainletModel:\n{INIT}").ok();
    out.push_str(&load(chain, chainlet, code));
    out.push_str(&endpoint(&code.endpoint));
    if let Some(is_async) = code.is_healthy {
        let (def, wait) = if is_async {
            ("async def", "await ")
        } else {
            ("def", "")
        };
        write!(
            out,
            "\n    {def} is_healthy(self) -> typing.Optional[bool]:\n        \
             # Before it is loaded, the server knows better.\n        \
             return None if self._chainlet is None else {wait}self._chainlet.is_healthy()\n"
        )
        .ok();
    }
    out
}

/// What a chainlet calls.
struct Calls {
    /// Whether it calls others through stubs.
    stubs: bool,
    /// Whether it calls Trusses, which have no signature.
    trusses: bool,
}

impl Calls {
    fn of(chain: &Chain, code: &Code) -> Self {
        let mut calls = Self {
            stubs: false,
            trusses: false,
        };
        for index in called(code) {
            match chain.chainlets.get(index).map(|called| &called.body) {
                Some(Body::Truss { .. }) => calls.trusses = true,
                Some(Body::Code(_) | Body::Engine) => calls.stubs = true,
                None => {}
            }
        }
        calls
    }
}

/// The positions of the chainlets that a chainlet calls, in the order of its arguments.
pub(super) fn called(code: &Code) -> impl Iterator<Item = usize> + '_ {
    code.parameters
        .iter()
        .filter_map(|parameter| match parameter.value {
            Wanted::Chainlet(index) => Some(index),
            Wanted::Context => None,
        })
}

fn imports(calls: &Calls, is_websocket: bool) -> String {
    let mut plain = vec!["logging", "types"];
    let mut others = vec!["truss_chains"];
    let mut remote = vec!["utils"];
    if calls.stubs || !is_websocket {
        plain.extend(["inspect", "typing"]);
        others.push("pydantic");
    } else {
        plain.push("typing");
    }
    others.push(if is_websocket {
        "fastapi"
    } else {
        "starlette.requests"
    });
    if calls.stubs {
        plain.push("codecs");
        remote.push("stub");
    }
    if calls.trusses {
        remote.push("truss_chainlet");
    }
    for modules in [&mut plain, &mut others, &mut remote] {
        modules.sort_unstable();
    }
    let lines = |modules: &[&str]| {
        let lines: Vec<_> = modules
            .iter()
            .map(|module| format!("import {module}\n"))
            .collect();
        lines.concat()
    };
    format!(
        "{}\n{}from truss_chains import private_types, public_types\n\
         from truss_chains.remote_chainlet import {}\n",
        lines(&plain),
        lines(&others),
        remote.join(", ")
    )
}

/// The imports of the user's classes, a line a module.
fn chainlet_imports(chain: &Chain, modules: &BTreeMap<usize, String>) -> String {
    let mut classes: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (index, module) in modules {
        if let Some(Chainlet { class, .. }) = chain.chainlets.get(*index) {
            let name = name(class);
            classes
                .entry(module)
                .or_default()
                .insert(if name == *class {
                    name
                } else {
                    format!("{class} as {name}")
                });
        }
    }
    let line = |(module, classes): (&str, BTreeSet<String>)| {
        let classes: Vec<_> = classes.into_iter().collect();
        format!("from {module} import {}\n", classes.join(", "))
    };
    let lines: Vec<_> = classes.into_iter().map(line).collect();
    lines.concat()
}

/// What a class is called in the text.
fn name(class: &str) -> String {
    if TAKEN.contains(&class) || class == "utils" || class.starts_with('_') {
        format!("{class}_")
    } else {
        class.to_owned()
    }
}

fn load(chain: &Chain, chainlet: &Chainlet, code: &Code) -> String {
    let mut arguments = String::new();
    for parameter in &code.parameters {
        let value = match &parameter.value {
            Wanted::Context => "self._context".to_owned(),
            Wanted::Chainlet(index) => {
                let Some(called) = chain.chainlets.get(*index) else {
                    continue;
                };
                if matches!(called.body, Body::Truss { .. }) {
                    let shown = &called.display_name;
                    format!("truss_chainlet.TrussHandle({})", literal(shown))
                } else {
                    let class = name(&called.class);
                    format!("stub.factory(_stub_of({class}), self._context)")
                }
            }
        };
        writeln!(arguments, "            {}={value},", parameter.name).ok();
    }
    let class = name(&chainlet.class);
    let made = if arguments.is_empty() {
        format!("{class}()")
    } else {
        format!("{class}(\n{arguments}        )")
    };
    format!(
        "\n    def load(self):\n        \
         logging.info(\"Loading the chainlet `{}`.\")\n        \
         self._chainlet = {made}\n",
        chainlet.class
    )
}

/// The method that the server calls with a request.
fn endpoint(endpoint: &Endpoint) -> String {
    if endpoint.is_websocket {
        return "\n    async def websocket(self, websocket: fastapi.WebSocket) -> None:\n        \
                with utils.predict_context(websocket.headers):\n            \
                await self._chainlet.run_remote(utils.WebsocketWrapperFastAPI(websocket))\n"
            .to_owned();
    }
    let (def, wait) = if endpoint.is_async {
        ("async def", "await ")
    } else {
        ("def", "")
    };
    let head = format!(
        "\n    {def} predict(\n        \
         self, inputs: _Input, request: starlette.requests.Request\n    )"
    );
    let call = "self._chainlet.run_remote(**utils.pydantic_set_field_dict(inputs))";
    let context = "        with utils.predict_context(request.headers):\n";
    if endpoint.is_generator {
        return format!(
            "{head} -> typing.AsyncIterator:\n{context}            \
             async for chunk in {call}:\n                yield chunk\n"
        );
    }
    format!(
        "{head} -> _Output:\n{context}            result = {wait}{call}\n        \
         return _Output(result)\n"
    )
}

/// A text as Python writes it. What JSON writes, Python reads.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
