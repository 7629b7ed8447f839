//! Addresses: where a request goes, and what it asks for there.

use std::fmt;

/// Where connections go: they are kept and used again per origin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Whether over TLS.
    pub secure: bool,
    /// The host's name or address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Origin {
    /// What a `Host` header says: without the port where it is the usual one.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        match (self.secure, self.port) {
            (false, 80) | (true, 443) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(formatter, "{scheme}://{}", self.authority())
    }
}

/// An address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Where it goes.
    pub origin: Origin,
    /// What is asked for: the path and what follows `?`.
    pub target: String,
    /// What stood before the host: `user:password`.
    pub user: Option<String>,
}

impl Url {
    /// Reads `http://host:port/path?query`. What follows `#` is not sent.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("{text:?} {what}");
        if text.chars().any(char::is_control) {
            return Err(wrong("has a control character in it"));
        }
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| wrong("names no scheme"))?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(wrong("is neither http nor https")),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (user, authority) = match authority.rsplit_once('@') {
            Some((user, authority)) => (Some(user.to_owned()), authority),
            None => (None, authority),
        };
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let closed = rest
                    .split_once(']')
                    .ok_or_else(|| wrong("has a `[` without `]`"))?;
                (closed.0, closed.1.strip_prefix(':').unwrap_or(closed.1))
            }
            None => authority.split_once(':').unwrap_or((authority, "")),
        };
        let usual = if secure { 443 } else { 80 };
        let port = match port {
            "" => usual,
            port => port.parse().map_err(|_| wrong("has a port that is none"))?,
        };
        if host.is_empty() {
            return Err(wrong("names no host"));
        }
        if host.bytes().any(|byte| byte <= b' ' || byte == b'{') {
            return Err(wrong("has a host that is none"));
        }
        let target = match target.starts_with('/') {
            true => target.to_owned(),
            false => format!("/{target}"),
        };
        Ok(Self {
            origin: Origin {
                secure,
                host: host.to_ascii_lowercase(),
                port,
            },
            target,
            user,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn addresses_are_read() {
        let read = |text: &str| {
            let url = Url::parse(text).unwrap();
            format!("{} {} {:?}", url.origin, url.target, url.user)
        };
        insta::assert_snapshot!(read("http://Localhost:3000/a?b=c#d"), @"http://localhost:3000 /a?b=c None");
        insta::assert_snapshot!(read("https://h"), @"https://h / None");
        insta::assert_snapshot!(read("https://u:p@[::1]:8443?x"), @r#"https://[::1]:8443 /?x Some("u:p")"#);
        insta::assert_snapshot!(read("http://h:80/%20"), @"http://h /%20 None");
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "h",
            "ftp://h",
            "http://",
            "http://:1",
            "http://h:99999",
            "http://[::1",
            "http://h:x",
        ] {
            assert!(Url::parse(text).is_err(), "{text}");
        }
    }
}
