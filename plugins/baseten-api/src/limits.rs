//! Limits of the platform, as its documentation and its official clients state them.

use std::ops::RangeInclusive;

/// How long a deployment may take, in minutes.
pub const DEPLOY_TIMEOUT_MINUTES: RangeInclusive<u32> = 10..=1440;

/// The largest `raw_config` that is sent, in bytes of UTF-8. Clients send `null` above it.
pub const RAW_CONFIG_MAX_BYTES: usize = 102_400;

/// How many log lines one request may ask for.
pub const LOG_LIMIT: RangeInclusive<u32> = 1..=1000;

/// How many log lines one request gets that asks for no number.
pub const LOG_LIMIT_DEFAULT: u32 = 500;

/// The longest span of time that one log request may cover, in milliseconds: seven days.
pub const LOG_WINDOW_MAX_MILLIS: i64 = 7 * 24 * 60 * 60 * 1000;

/// The longest text to search logs by, in characters.
pub const LOG_TEXT_MAX_CHARS: usize = 256;

/// How many texts a log request may require or forbid.
pub const LOG_TEXTS_MAX: usize = 8;

/// The range of `autoscaling_window`, in seconds.
pub const AUTOSCALING_WINDOW_SECONDS: RangeInclusive<u32> = 10..=3600;

/// The range of `scale_down_delay`, in seconds.
pub const SCALE_DOWN_DELAY_SECONDS: RangeInclusive<u32> = 0..=3600;

/// The range of `target_utilization_percentage`.
pub const TARGET_UTILIZATION_PERCENTAGE: RangeInclusive<u32> = 1..=100;

/// The range of `max_scale_down_rate`, in percent of the replicas.
pub const MAX_SCALE_DOWN_RATE: RangeInclusive<u32> = 1..=50;

/// The smallest `max_replica`.
pub const MAX_REPLICA_MIN: u32 = 1;

/// The smallest `concurrency_target`, in requests per replica.
pub const CONCURRENCY_TARGET_MIN: u32 = 1;

/// The smallest `target_in_flight_tokens`.
pub const TARGET_IN_FLIGHT_TOKENS_MIN: u64 = 1;

/// Whether a deployment may have this name: `^[0-9a-zA-Z_\-\.]*$`.
#[must_use]
pub fn is_deployment_name(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::is_deployment_name;

    #[test]
    fn deployment_names_are_letters_digits_and_three_signs() {
        assert!(is_deployment_name("v1.2_rc-3"));
        assert!(is_deployment_name(""));
        for bad in ["a b", "a/b", "é", "a\n"] {
            assert!(!is_deployment_name(bad), "{bad:?}");
        }
    }
}
