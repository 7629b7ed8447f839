//! ~/.trussrc: the remotes of the Truss command line.

use std::path::Path;

use configparser::ini::{Ini, IniDefault};
use secrecy::SecretString;

use super::Settings;
use super::remote::{Platform, Remote, Way};
use crate::error::{CliError, exit};

/// The section whose values hold where a remote has none.
const DEFAULTS: &str = "DEFAULT";

/// Reads the file. Remotes of another provider are passed over.
pub(crate) fn read(path: &Path) -> Result<Settings, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
    parse(&text, &path.display().to_string())
}

fn parse(text: &str, shown: &str) -> Result<Settings, CliError> {
    let mut defaults = IniDefault::default();
    // Python's configparser takes no comments behind a value: a key may hold a `#`.
    defaults.enable_inline_comments = false;
    // It keeps the case of section names, and knows keys in any case.
    defaults.case_sensitive = true;
    let mut ini = Ini::new_from_defaults(defaults);
    // The parser's own message repeats the line, which may hold a key.
    ini.read(text.to_owned())
        .map_err(|_| CliError::new(exit::INVALID, format!("{shown} is not a valid trussrc")))?;
    let mut settings = Settings::default();
    for name in ini.sections() {
        if name == DEFAULTS {
            continue;
        }
        let get = |key: &str| {
            let of = |section: &str| {
                let keys = ini.get_map_ref().get(section)?;
                let (_, value) = keys
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(key))?;
                value.clone().filter(|value| !value.is_empty())
            };
            of(&name).or_else(|| of(DEFAULTS))
        };
        if get("remote_provider").is_some_and(|provider| provider != "baseten") {
            continue;
        }
        let Some(url) = get("remote_url") else {
            continue;
        };
        let remote = Remote {
            way: Way::Platform(Platform {
                url: rest_url(&url),
                api_key: get("api_key").map(SecretString::from),
                api_key_env: None,
                team: get("team"),
                takes_common_key: true,
            }),
            origin: shown.to_owned(),
        };
        settings.remotes.insert(name, remote);
    }
    Ok(settings)
}

/// The REST address that belongs to an application's address (Truss 0.18.36 keeps such a table).
/// Another address is taken to serve both.
fn rest_url(remote_url: &str) -> String {
    match remote_url.trim_end_matches('/') {
        "https://app.baseten.co" => "https://api.baseten.co".to_owned(),
        "https://app.staging.baseten.co" => "https://api.staging.baseten.co".to_owned(),
        "https://app.dev.baseten.co" => "https://api.mc-dev.baseten.co".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Way, parse};
    use secrecy::ExposeSecret as _;

    #[test]
    fn remotes_are_read_as_the_truss_command_line_has_them() {
        let text = "[DEFAULT]\nteam = all\n\n[baseten]\nremote_provider = baseten\napi_key = a#b;c\n\
                    remote_url = https://app.baseten.co\n\n[other]\nremote_provider = elsewhere\n\
                    remote_url = x\n\n[Mine]\nremote_provider=baseten\nremote_url=http://localhost:8000\n\
                    team = ml\n";
        let settings = parse(text, ".trussrc").unwrap();
        let names: Vec<_> = settings.remotes.keys().map(String::as_str).collect();
        assert_eq!(names, ["Mine", "baseten"]);
        let platform = |name: &str| match &settings.remotes[name].way {
            Way::Platform(platform) => platform.clone(),
            plugin @ Way::Plugin { .. } => panic!("{plugin:?}"),
        };
        let baseten = platform("baseten");
        assert_eq!(baseten.url, "https://api.baseten.co");
        assert_eq!(baseten.api_key.as_ref().unwrap().expose_secret(), "a#b;c");
        assert_eq!(platform("Mine").team.as_deref(), Some("ml"));
    }
}
