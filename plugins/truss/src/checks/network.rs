//! Addresses and names of hosts.

use std::net::Ipv4Addr;

use plimsoll_core::schema::Refusal;

/// An IPv4 address, or a network with a prefix length or a mask.
pub(crate) fn ipv4_network(text: &str) -> Result<(), Refusal> {
    let (address, mask) = text.split_once('/').unwrap_or((text, "32"));
    if address.parse::<Ipv4Addr>().is_ok() && is_mask(mask) {
        Ok(())
    } else {
        Err(Refusal::new(
            format!("{text:?} is no IPv4 address or network"),
            "an address such as 10.0.0.1, or a network such as 10.0.0.0/8",
        ))
    }
}

/// A prefix length; or a mask whose set bits come first, or last.
fn is_mask(text: &str) -> bool {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.trim_start_matches('0').parse::<u8>().unwrap_or(0) <= 32
            && text.trim_start_matches('0').len() <= 2;
    }
    text.parse::<Ipv4Addr>().is_ok_and(|mask| {
        let bits = u32::from(mask);
        bits.leading_ones() + bits.trailing_zeros() >= 32
            || bits.leading_zeros() + bits.trailing_ones() >= 32
    })
}

/// A domain name, in which `*` stands for any part of a label.
pub(crate) fn domain_name(text: &str) -> Result<(), Refusal> {
    let edge = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'*';
    let label = |label: &str| {
        let bytes = label.as_bytes();
        (1..=63).contains(&bytes.len())
            && edge(bytes[0])
            && edge(bytes[bytes.len() - 1])
            && bytes.iter().all(|byte| edge(*byte) || *byte == b'-')
    };
    // A line break at the end goes unnoticed in the real loader.
    if text
        .strip_suffix('\n')
        .unwrap_or(text)
        .split('.')
        .all(label)
    {
        return Ok(());
    }
    Err(Refusal::new(
        format!("{text:?} is no domain name"),
        "a domain name such as api.example.com or *.example.com",
    ))
}
