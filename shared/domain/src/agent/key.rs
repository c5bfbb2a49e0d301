//! The activation key: a secret for half an hour, good for one agent.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

/// How long DataSync takes a key that nobody used yet.
pub const KEY_LIFE: SignedDuration = SignedDuration::from_mins(30);

/// Groups of a key, and characters of each.
const GROUPS: usize = 5;
const GROUP_CHARS: usize = 5;

/// `[A-Z0-9]{5}(-[A-Z0-9]{5}){4}`. Whoever has it can take the agent into an account of theirs, so it prints nowhere,
/// is serialised by nothing, and is wiped when it goes.
#[derive(Debug, Clone)]
pub struct ActivationKey(SecretString);

impl ActivationKey {
    /// A key, if the text is one and nothing else.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let is_group = |group: &str| {
            group.len() == GROUP_CHARS && group.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        let fits = text.split('-').count() == GROUPS && text.split('-').all(is_group);
        fits.then(|| Self(SecretString::from(text)))
    }

    /// The key itself, for the one call that spends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

/// A key and when the agent gave it.
#[derive(Debug, Clone)]
pub struct FetchedKey {
    /// The key.
    pub key: ActivationKey,
    /// When it was asked for, which is not later than when it was made.
    pub asked_at: Timestamp,
}

impl FetchedKey {
    /// Whether DataSync still takes it.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.asked_at) < KEY_LIFE
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "UABCQ-0DEFB-LGHIL-AUJKV-JLMNN";

    #[test]
    fn only_a_whole_key_is_a_key() {
        assert_eq!(ActivationKey::read(KEY).unwrap().reveal(), KEY);
        for other in [
            "",
            "UABCQ",
            "UABCQ-0DEFB-LGHIL-AUJKV",
            "uabcq-0defb-lghil-aujkv-jlmnn",
            "UABCQ-0DEFB-LGHIL-AUJKV-JLMNN-AAAAA",
            "UABCQ-0DEFB-LGHIL-AUJKV-JLMNN\n",
            " UABCQ-0DEFB-LGHIL-AUJKV-JLMNN",
            "UABCQ0-DEFB-LGHIL-AUJKV-JLMNN",
            "ＵABCQ-0DEFB-LGHIL-AUJKV-JLMNN",
        ] {
            assert!(ActivationKey::read(other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn a_key_prints_nowhere() {
        let fetched = FetchedKey { key: ActivationKey::read(KEY).unwrap(), asked_at: Timestamp::UNIX_EPOCH };
        let shown = format!("{fetched:?} {:#?} {:?}", fetched.key, Some(&fetched.key));
        assert!(KEY.split('-').all(|group| !shown.contains(group)), "{shown}");
    }

    #[test]
    fn a_key_is_good_for_less_than_half_an_hour() {
        let asked_at = Timestamp::UNIX_EPOCH;
        let fetched = FetchedKey { key: ActivationKey::read(KEY).unwrap(), asked_at };
        let after = |secs| asked_at + SignedDuration::from_secs(secs);
        assert!(fetched.is_fresh(after(1799)));
        assert!(!fetched.is_fresh(after(1800)));
    }

    proptest! {
        #[test]
        fn what_is_taken_fits_the_services_pattern(text in "[A-Z0-9a-]{24,34}") {
            let chars: Vec<char> = text.chars().collect();
            let fits = chars.len() == 29
                && chars.iter().enumerate().all(|(at, c)| if at % 6 == 5 { *c == '-' } else { c.is_ascii_digit() || c.is_ascii_uppercase() });
            prop_assert_eq!(ActivationKey::read(&text).is_some(), fits);
        }
    }
}
