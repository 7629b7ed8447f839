//! Base64, as Python's `base64.decodebytes` reads it and as the writer writes it.

use crate::value::Value;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decodes text, passing over whatever is not of the alphabet.
pub(super) fn decode(text: &str) -> Result<Value, String> {
    if !text.is_ascii() {
        return Err("base64 data must be ASCII".to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut position, mut pads, mut rest) = (0_u8, 0, 0_u8);
    for byte in text.bytes() {
        if byte == b'=' {
            pads += 1;
            if position >= 2 && position + pads >= 4 {
                return Ok(Value::Bytes(bytes.into()));
            }
            if position < 2 {
                pads = 0;
            }
            continue;
        }
        let Some(six) = six_bits(byte) else {
            continue;
        };
        pads = 0;
        match position {
            0 => {}
            1 => bytes.push(rest << 2 | six >> 4),
            2 => bytes.push(rest << 4 | six >> 2),
            _ => bytes.push(rest << 6 | six),
        }
        rest = six;
        position = (position + 1) % 4;
    }
    match position {
        0 => Ok(Value::Bytes(bytes.into())),
        1 => Err("base64 data has one character too many".to_owned()),
        _ => Err("base64 data lacks its padding".to_owned()),
    }
}

fn six_bits(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Encodes bytes, padded, on one line.
pub(in crate::yaml) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |position: usize| u32::from(chunk.get(position).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for position in 0..4 {
            let index = (bits >> (18 - 6 * position)) & 63;
            if position > chunk.len() {
                text.push('=');
            } else {
                text.push(char::from(ALPHABET[index as usize]));
            }
        }
    }
    text
}
