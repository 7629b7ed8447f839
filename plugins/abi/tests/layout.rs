//! The golden dump of every layout at the border. It is frozen: where this fails, a plugin that was
//! built before would be refused. What is to change goes into a `v2`.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

use plimsoll_abi::abi_stable::StableAbi;
use plimsoll_abi::abi_stable::std_types::utypeid::UTypeId;
use plimsoll_abi::abi_stable::type_layout::{TLData, TLField, TypeLayout};
use plimsoll_abi::handshake::Handshake;
use plimsoll_abi::v1::PluginRef;

/// Adds what is laid out here, and in it.
fn walk(layout: &'static TypeLayout, seen: &mut HashSet<UTypeId>, texts: &mut BTreeSet<String>) {
    if !seen.insert(layout.get_utypeid()) {
        return;
    }
    let name = layout.full_type();
    let kind = match layout.data() {
        TLData::Primitive { .. } => "primitive",
        TLData::Opaque => "opaque",
        TLData::Struct { .. } => "struct",
        TLData::Union { .. } => "union",
        TLData::Enum { .. } => "enum",
        TLData::PrefixType { .. } => "prefix",
    };
    let (size, align) = (layout.size(), layout.alignment());
    let mut text = format!("{kind} {name}: {size} bytes, aligned to {align}\n");
    for field in layout.get_fields().into_iter().flatten() {
        describe(field, &mut text);
    }
    for inner in layout.shared_vars().type_layouts() {
        walk(inner(), seen, texts);
    }
    texts.insert(text);
}

fn describe(field: TLField, text: &mut String) {
    let functions: Vec<_> = field
        .function_range()
        .iter()
        .map(|one| one.to_string())
        .collect();
    let shown = match functions.as_slice() {
        [] => field.full_type().to_string(),
        functions => functions.join(", "),
    };
    let _ = writeln!(text, "  {}: {shown}", field.name());
}

#[test]
fn no_layout_of_v1_changes() {
    let mut texts = BTreeSet::new();
    walk(
        <PluginRef as StableAbi>::LAYOUT,
        &mut HashSet::new(),
        &mut texts,
    );
    let dump: Vec<String> = texts.into_iter().collect();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("v1", dump.join("\n"));
    });
}

#[test]
fn the_handshake_never_changes() {
    assert_eq!((size_of::<Handshake>(), align_of::<Handshake>()), (24, 8));
    assert_eq!(std::mem::offset_of!(Handshake, major), 8);
    assert_eq!(std::mem::offset_of!(Handshake, minor), 12);
    assert_eq!(std::mem::offset_of!(Handshake, panic), 16);
}
