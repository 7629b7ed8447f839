//! The bytes of a file: UTF-8, as the real loader opens it.

use std::sync::Arc;

use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_truss::TrussSource;

/// The name of the model, or the codes of what is wrong.
fn model_name(bytes: &[u8]) -> Result<Option<String>, Vec<String>> {
    let tree: Arc<dyn SourceTree> = Arc::new(MemoryTree::new().with("config.yaml", bytes));
    let manifest = TrussSource.load(&tree).map_err(|said| {
        let codes = said.items.iter().map(|item| item.code.to_string());
        codes.collect::<Vec<_>>()
    })?;
    Ok(manifest.name)
}

#[test]
fn a_file_is_utf_8() {
    let text = "model_name: é";
    let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
        let units = text.encode_utf16().flat_map(bytes);
        mark.into_iter().chain(units).collect::<Vec<_>>()
    };
    let named = Ok(Some("é".to_owned()));
    let refused = Err(vec!["yaml::encoding".to_owned()]);
    assert_eq!(model_name(text.as_bytes()), named);
    assert_eq!(model_name(format!("\u{feff}{text}").as_bytes()), named);
    assert_eq!(model_name(&utf16([0xFF, 0xFE], u16::to_le_bytes)), refused);
    assert_eq!(model_name(&utf16([0xFE, 0xFF], u16::to_be_bytes)), refused);
    assert_eq!(model_name(b"model_name: \xE9"), refused);
}
