//! Who may ask.

use std::fmt;
use std::sync::Arc;

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use tokio::sync::watch;

use crate::config::Secret;
use crate::hub::Configs;

type Hash = [u8; 32];

/// The tokens that are accepted, as SHA-256: of the same length whatever they are, and not in memory.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tokens(Arc<[Hash]>);

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens({})", self.0.len())
    }
}

impl Tokens {
    /// These.
    pub fn of(secrets: &[Secret]) -> Self {
        Self(secrets.iter().map(|secret| hash(&secret.0)).collect())
    }

    /// True when nobody needs one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an `Authorization` header lets its sender in: `Bearer TOKEN`, or `Basic` with any name and the
    /// token as the password, which is how a browser can ask (RFC 6750 §2.1, RFC 7617). Takes the same time
    /// whichever token is nearly right.
    pub(super) fn accept(&self, header: Option<&HeaderValue>) -> bool {
        if self.is_empty() {
            return true;
        }
        let Some(presented) = header.and_then(|header| presented(header.to_str().ok()?)) else {
            return false;
        };
        let presented = hash(&presented);
        let found = self.0.iter().fold(Choice::from(0), |found, token| {
            found | token.ct_eq(&presented)
        });
        found.into()
    }
}

/// Goes on with the tokens of each new configuration: one that was taken out lets nobody in any more. Where other
/// machines can ask, the last ones stay when there are to be none.
pub(super) async fn follow(
    mut configs: watch::Receiver<Configs>,
    tokens: watch::Sender<Tokens>,
    only_local: bool,
) {
    while configs.changed().await.is_ok() {
        let read = Tokens::of(&configs.borrow_and_update().config.serve.tokens);
        if read == *tokens.borrow() {
            continue;
        }
        if read.is_empty() && !only_local {
            tracing::warn!("the configuration has no token any more: the last ones stay");
            continue;
        }
        tracing::info!(count = read.0.len(), "the tokens were read again");
        tokens.send_replace(read);
    }
}

fn hash(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

fn presented(header: &str) -> Option<String> {
    let (scheme, rest) = header.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let (_, password) = pair.split_once(':')?;
    Some(password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "one-0123456789abcdef";
    const TWO: &str = "two-0123456789abcdef";

    fn accepts(tokens: &Tokens, header: &str) -> bool {
        tokens.accept(Some(&HeaderValue::from_str(header).unwrap()))
    }

    #[test]
    fn any_of_several_tokens_lets_in_and_nothing_else_does() {
        let tokens = Tokens::of(&[Secret(ONE.to_owned()), Secret(TWO.to_owned())]);
        for right in [
            format!("Bearer {ONE}"),
            format!("bearer  {TWO}"),
            format!("Basic {}", STANDARD.encode(format!("anyone:{ONE}"))),
        ] {
            assert!(accepts(&tokens, &right), "{right}");
        }
        for wrong in [
            String::new(),
            "Bearer".to_owned(),
            "Bearer ".to_owned(),
            ONE.to_owned(),
            format!("Bearer {}", &ONE[..19]),
            format!("Bearer {ONE}x"),
            format!("Bearer {ONE} {TWO}"),
            format!("Digest {ONE}"),
            format!("Basic {ONE}"),
            format!("Basic {}", STANDARD.encode(ONE)),
            format!("Basic {}", STANDARD.encode(format!("{ONE}:"))),
        ] {
            assert!(!accepts(&tokens, &wrong), "{wrong}");
        }
        assert!(!tokens.accept(None));
        assert!(Tokens::default().accept(None));
    }

    #[test]
    fn debug_shows_no_token() {
        let shown = format!("{:?}", Tokens::of(&[Secret(ONE.to_owned())]));
        assert_eq!(shown, "Tokens(1)");
    }
}
