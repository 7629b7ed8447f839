//! Streams of tokens: server-sent events as language models answer with.
//!
//! The format is that of the HTML standard, "Server-sent events": lines, of which `data:` has what is
//! said and an empty one ends an event. What OpenAI's interface streams is one event a token, or a few,
//! and at last `data: [DONE]`.

/// A longer line is cut: what it says is not kept anyway.
const LONGEST_LINE: usize = 1 << 20;

/// Times the tokens of one response.
#[derive(Debug, Default)]
pub(crate) struct TokenStream {
    line: Vec<u8>,
    /// When the first token came, on the run's clock.
    pub(crate) first: Option<u64>,
    last: u64,
    /// Time from each token's event to the next one's, in nanoseconds.
    pub(crate) gaps: Vec<u64>,
    events: u64,
    /// What the server says that it has generated.
    said: Option<u64>,
}

impl TokenStream {
    /// Tokens: what the server says, else one for each event that brought some.
    pub(crate) fn tokens(&self) -> u64 {
        self.said.unwrap_or(self.events)
    }

    /// More bytes have come.
    pub(crate) fn take(&mut self, mut bytes: &[u8], now: u64) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            if self.line.is_empty() {
                self.end_line(&bytes[..end], now);
            } else {
                let mut line = std::mem::take(&mut self.line);
                line.extend_from_slice(&bytes[..end]);
                self.end_line(&line, now);
                line.clear();
                self.line = line;
            }
            bytes = &bytes[end + 1..];
        }
        let room = LONGEST_LINE
            .saturating_sub(self.line.len())
            .min(bytes.len());
        self.line.extend_from_slice(&bytes[..room]);
    }

    fn end_line(&mut self, line: &[u8], now: u64) {
        let Some(data) = line.strip_prefix(b"data:") else {
            return;
        };
        let data = data.trim_ascii();
        if data.is_empty() || data == b"[DONE]" {
            return;
        }
        self.said = number_after(data, b"\"completion_tokens\":").or(self.said);
        if !brings_tokens(data) {
            return;
        }
        self.events += 1;
        match self.first {
            None => self.first = Some(now),
            Some(_) => self.gaps.push(now - self.last),
        }
        self.last = now;
    }
}

/// Whether an event brings tokens. One of OpenAI's form does where its text is not empty: the first one
/// may say a role alone, the last one why it has ended, or what was used.
fn brings_tokens(data: &[u8]) -> bool {
    if find(data, b"\"choices\"").is_none() {
        return true;
    }
    let keys: [&[u8]; 4] = [
        b"\"content\":",
        b"\"text\":",
        b"\"reasoning_content\":",
        b"\"arguments\":",
    ];
    keys.iter().any(|key| {
        find(data, key).is_some_and(|at| {
            let value = data[at + key.len()..].trim_ascii_start();
            value.len() > 1 && value[0] == b'"' && value[1] != b'"'
        })
    })
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn number_after(text: &[u8], key: &[u8]) -> Option<u64> {
    let rest = text[find(text, key)? + key.len()..].trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::TokenStream;

    #[test]
    fn tokens_are_timed_by_their_events() {
        let mut stream = TokenStream::default();
        stream.take(
            b"data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
            5,
        );
        assert_eq!((stream.first, stream.tokens()), (None, 0));
        stream.take(
            b": comment\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\n\r\nda",
            10,
        );
        stream.take(
            b"ta:{\"choices\":[{\"delta\":{\"content\": \"b\"}}]}\n\n",
            17,
        );
        stream.take(
            b"data: {\"choices\":[],\"usage\":{\"completion_tokens\": 12}}\n\ndata: [DONE]\n\n",
            20,
        );
        assert_eq!((stream.first, stream.last), (Some(10), 17));
        assert_eq!((stream.gaps.as_slice(), stream.tokens()), (&[7][..], 12));
    }

    #[test]
    fn events_of_another_form_are_a_token_each() {
        let mut stream = TokenStream::default();
        stream.take(b"event: token\ndata: {\"t\":1}\n\ndata: hello\n\n", 1);
        assert_eq!(stream.tokens(), 2);
    }
}
