//! A plugin made without the SDK, right at the border, which says and returns nonsense. No plugin that
//! is made with the SDK can.

#![expect(unsafe_code, reason = "it is made of the border itself")]

use core::ffi::c_void;

use plimsoll_abi::abi_stable::library::{
    __call_root_module_loader, CheckTypeLayout, LibHeader, RootModuleResult,
};
use plimsoll_abi::abi_stable::prefix_type::PrefixTypeTrait as _;
use plimsoll_abi::abi_stable::std_types::{RSlice, RVec};
#[cfg_attr(feature = "mute", allow(unused_imports, reason = "it shakes no hand"))]
use plimsoll_abi::handshake::{ABORTS, Handshake, MAGIC, MAJOR, UNWINDS};
use plimsoll_abi::v1::{
    Decision, Demand, Deployer, Observation, Plugin, PluginRef, Policy, Progress, Reply, Resolver,
    Rules, Shared, Source, Status, Strategy, Task, Tree, Waker, With,
};

const BORDER: &str = if cfg!(feature = "future") {
    "2.0"
} else {
    "1.0"
};
const PANIC: &str = if cfg!(feature = "aborts") {
    "abort"
} else {
    "unwind"
};

const METADATA: [&str; 5] = [
    "{\"format\":1,\"name\":\"raw\",\"version\":\"1.0.0\",\"border\":\"",
    BORDER,
    "\",\"sdk\":\"0.0.0\",\"panic\":\"",
    PANIC,
    "\",\"rustc\":\"rustc\",\"target\":\"none\",\"provides\":\"scaling-policy/numb \
     scaling-policy/void distribution-strategy/absent source/mumbles source/babbles \
     resolver/babbles deployer/timeless \",\"later\":true}\n",
];

const LENGTH: usize = {
    let (mut length, mut part) = (0, 0);
    while part < METADATA.len() {
        length += METADATA[part].len();
        part += 1;
    }
    length
};

#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__plimsoll"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".plimsoll"))]
static SECTION: [u8; LENGTH] = {
    let mut joined = [0; LENGTH];
    let (mut at, mut part) = (0, 0);
    while part < METADATA.len() {
        let bytes = METADATA[part].as_bytes();
        let mut place = 0;
        while place < bytes.len() {
            joined[at] = bytes[place];
            at += 1;
            place += 1;
        }
        part += 1;
    }
    joined
};

/// What the library says before anything else.
#[cfg(not(feature = "mute"))]
#[unsafe(no_mangle)]
pub extern "C" fn plimsoll_handshake() -> Handshake {
    let later = cfg!(any(feature = "future", feature = "lies"));
    Handshake {
        magic: if cfg!(feature = "stranger") { 1 } else { MAGIC },
        major: if later { MAJOR + 1 } else { MAJOR },
        minor: 0,
        panic: if cfg!(feature = "aborts") {
            ABORTS
        } else {
            UNWINDS
        },
        reserved: 0,
    }
}

/// Where a loader finds the root module.
#[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
pub static ROOT: LibHeader =
    // SAFETY: the constructor returns a `PluginRef`, erased.
    unsafe { LibHeader::from_constructor::<PluginRef>(constructor, CheckTypeLayout::Yes) };

extern "C" fn constructor() -> RootModuleResult {
    __call_root_module_loader(root)
}

fn root() -> PluginRef {
    Plugin {
        describe,
        policy,
        strategy,
        source,
        resolver,
        #[cfg(not(feature = "older"))]
        deployer,
    }
    .leak_into_prefix()
}

fn reply(status: Status, body: &[u8]) -> Reply {
    Reply {
        status,
        body: RVec::from(body.to_vec()),
    }
}

fn done() -> Reply {
    reply(Status::DONE, b"null")
}

const NOT_UTF8: &[u8] = b"\"caf\xe9\"";

const LISTED: [(&str, &str); 7] = [
    ("scaling-policy", "numb"),
    ("scaling-policy", "void"),
    ("distribution-strategy", "absent"),
    ("source", "mumbles"),
    ("source", "babbles"),
    ("resolver", "babbles"),
    ("deployer", "timeless"),
];

extern "C" fn describe() -> Reply {
    if cfg!(feature = "mumbles") {
        return reply(Status::DONE, NOT_UTF8);
    }
    let listed = LISTED.map(|(kind, name)| {
        format!(
            "{{\"plugin\":\"raw\",\"version\":\"1.0.0\",\"kind\":\"{kind}\",\"name\":\"{name}\",\
             \"summary\":\"Says nonsense.\",\"options_schema\":{{\"type\":\"object\"}}}}"
        )
    });
    reply(Status::DONE, format!("[{}]", listed.join(",")).as_bytes())
}

/// A state that is not null; nobody looks behind it.
fn some() -> *mut c_void {
    core::ptr::dangling_mut()
}

unsafe extern "C" fn nothing(_: *mut c_void) {}

unsafe extern "C" fn no_text(_: *mut c_void) -> Reply {
    reply(Status::DONE, NOT_UTF8)
}

unsafe extern "C" fn no_decision(_: *mut c_void, _: *const Observation) -> Decision {
    Decision {
        desired: u32::MAX,
        reason: u32::MAX,
        status: Status(77),
        reserved: 0,
    }
}

extern "C" fn policy(name: RSlice<'_, u8>, _: RSlice<'_, u8>) -> With<Policy> {
    let void = name.as_slice().ends_with(b"void");
    With {
        reply: done(),
        object: Policy {
            state: if void { core::ptr::null_mut() } else { some() },
            decide: no_decision,
            failure: no_text,
            release: nothing,
        },
    }
}

unsafe extern "C" fn no_share(
    _: *mut c_void,
    _: u32,
    _: *const Demand,
    _: *mut u32,
    _: usize,
) -> Shared {
    Shared {
        status: Status(77),
        reserved: 0,
    }
}

extern "C" fn strategy(_: RSlice<'_, u8>, _: RSlice<'_, u8>) -> With<Strategy> {
    With {
        reply: done(),
        object: Strategy {
            state: some(),
            distribute: no_share,
            failure: no_text,
            release: nothing,
        },
    }
}

unsafe extern "C" fn sure(_: *mut c_void, tree: Tree) -> Reply {
    drop_tree(tree);
    reply(Status::DONE, b"\"absolutely\"")
}

#[expect(clippy::needless_pass_by_value, reason = "it is over with it")]
fn drop_tree(tree: Tree) {
    // SAFETY: the tree was passed, and is not used again.
    unsafe { (tree.release)(tree.state) }
}

unsafe extern "C" fn mumble(_: *mut c_void, tree: Tree) -> With<RVec<Rules>> {
    drop_tree(tree);
    With {
        reply: reply(Status::DONE, NOT_UTF8),
        object: RVec::new(),
    }
}

unsafe extern "C" fn babble(_: *mut c_void, tree: Tree) -> With<RVec<Rules>> {
    drop_tree(tree);
    let manifest = br#"{"kind":"truss","name":null,"workloads":[{"name":"a","layers":[]}],
        "files":[],"main_file":7,"diagnostics":[]}"#;
    With {
        reply: reply(Status::DONE, manifest),
        object: RVec::new(),
    }
}

unsafe extern "C" fn no_schema(_: *mut c_void) -> Reply {
    reply(Status::DONE, b"{")
}

unsafe extern "C" fn no_package(
    _: *mut c_void,
    tree: Tree,
    _: RSlice<'_, u8>,
    rules: Rules,
) -> With<Tree> {
    // SAFETY: the rules were passed, and are not used again.
    unsafe { (rules.release)(rules.state) }
    With {
        reply: reply(Status::PANICKED, NOT_UTF8),
        object: tree,
    }
}

unsafe extern "C" fn no_files(_: *mut c_void, tree: Tree) -> With<Tree> {
    With {
        reply: reply(Status::DONE, b"[1]"),
        object: tree,
    }
}

unsafe extern "C" fn no_amendment(
    _: *mut c_void,
    tree: Tree,
    _: RSlice<'_, u8>,
    _: RVec<Rules>,
) -> Reply {
    drop_tree(tree);
    reply(
        Status::FAILED,
        b"{\"files\":[],\"said\":[{\"code\":\"x\"}]}",
    )
}

extern "C" fn source(name: RSlice<'_, u8>, _: RSlice<'_, u8>) -> With<Source> {
    let mumbles = name.as_slice().ends_with(b"mumbles");
    With {
        reply: done(),
        object: Source {
            state: some(),
            probe: sure,
            load: if mumbles { mumble } else { babble },
            schema: no_schema,
            package: no_package,
            written: no_files,
            amend: no_amendment,
            release: nothing,
        },
    }
}

unsafe extern "C" fn misplaced(_: *mut c_void, _: RSlice<'_, u8>, rules: Rules) -> Reply {
    // SAFETY: the rules were passed, and are not used again.
    unsafe { (rules.release)(rules.state) }
    let document = br#"{"merged":[{"v":{"int":3},"s":[99,0,1,1,1]}],"overridden":[],"said":[]}"#;
    reply(Status::DONE, document)
}

extern "C" fn resolver(_: RSlice<'_, u8>, _: RSlice<'_, u8>) -> With<Resolver> {
    With {
        reply: done(),
        object: Resolver {
            state: some(),
            resolve: misplaced,
            other_environments: misplaced,
            release: nothing,
        },
    }
}

unsafe extern "C" fn ready(_: *mut c_void, waker: Waker) -> u32 {
    // SAFETY: the waker was passed, and is not used again.
    unsafe { (waker.release)(waker.state) }
    1
}

/// An outcome that took no number of seconds.
unsafe extern "C" fn timeless(_: *mut c_void) -> Reply {
    let outcome = br#"{"deployments":[{"workload":"a","model_id":"m","deployment_id":"d",
        "environment":null,"status":"ACTIVE","phases":[{"status":"BUILDING","seconds":NaN}]}]}"#;
    reply(Status::DONE, outcome)
}

fn task() -> With<Task> {
    With {
        reply: done(),
        object: Task {
            state: some(),
            poll: ready,
            take: timeless,
            release: nothing,
        },
    }
}

fn drop_progress(progress: &Progress) {
    // SAFETY: it was passed, and is not used again.
    unsafe { (progress.release)(progress.state) }
}

unsafe extern "C" fn plan(
    _: *mut c_void,
    _: RSlice<'_, u8>,
    _: RVec<Rules>,
    files: Tree,
    progress: Progress,
) -> With<Task> {
    drop_tree(files);
    drop_progress(&progress);
    task()
}

unsafe extern "C" fn apply(
    _: *mut c_void,
    _: RSlice<'_, u8>,
    _: RSlice<'_, u8>,
    _: RVec<Rules>,
    files: Tree,
    progress: Progress,
) -> With<Task> {
    drop_tree(files);
    drop_progress(&progress);
    task()
}

unsafe extern "C" fn wait(_: *mut c_void, _: RSlice<'_, u8>, progress: Progress) -> With<Task> {
    drop_progress(&progress);
    task()
}

#[cfg_attr(feature = "older", expect(dead_code, reason = "its border has none"))]
extern "C" fn deployer(_: RSlice<'_, u8>, _: RSlice<'_, u8>) -> With<Deployer> {
    With {
        reply: done(),
        object: Deployer {
            state: some(),
            plan,
            apply,
            wait,
            release: nothing,
        },
    }
}
