//! `[serve]`: what `kpi serve` listens on, and who may ask it.

use std::net::{IpAddr, Ipv4Addr};

use toml::de::DeValue;

use super::Secret;
use super::keys::Shape;
use super::reader::suggest::printable;
use super::reader::{Reader, Table, Text};
use super::variables::Variables;

/// Shorter ones can be guessed.
const SHORTEST_TOKEN: usize = 16;

/// `[serve]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serve {
    /// The address HTTP is answered on; beyond loopback only with a token.
    pub bind: IpAddr,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Each of these lets its bearer in; none lets everybody in who reaches the address.
    pub tokens: Vec<Secret>,
}

impl Default for Serve {
    fn default() -> Self {
        Self {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 3000,
            tokens: Vec::new(),
        }
    }
}

impl Reader<'_> {
    pub(super) fn serve(&mut self, table: &Table<'_>, into: &mut Serve) {
        if let Some(text) = self.text(table, "bind") {
            match text.value.trim().parse() {
                Ok(address) => into.bind = address,
                Err(_) => self.wrong_text(
                    &text,
                    &format!("`{}` is not an IP address", printable(&text.value)),
                    "`127.0.0.1` for this machine only, `0.0.0.0` or `::` for every network",
                ),
            }
        }
        let port = self.integer(table, "port");
        into.port = port
            .and_then(|port| u16::try_from(port).ok())
            .unwrap_or(into.port);
        into.tokens = self.tokens(table);
    }

    /// One token or several. The environment's win, and then the file's need not be there.
    fn tokens(&mut self, table: &Table<'_>) -> Vec<Secret> {
        let Some((shape, value)) = Self::value(table, "token") else {
            return Vec::new();
        };
        if self.variables.get("KPI_TOKEN").is_some() {
            return Vec::new();
        }
        let items: Vec<_> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            DeValue::String(_) => vec![value],
            _ => {
                self.wrong_type("token", shape, value);
                return Vec::new();
            }
        };
        let mut tokens = Vec::new();
        for item in items {
            let Some(Text { value, span, .. }) = self.expanded("token", Shape::Secret, item) else {
                continue;
            };
            let token = value.trim();
            if token.is_empty() {
                continue;
            }
            match unfit(token) {
                Some(why) => self.wrong(span, format!("a token {why}"), HOW),
                None => tokens.push(Secret(token.to_owned())),
            }
        }
        tokens
    }
}

const HOW: &str = "`openssl rand -hex 32` makes a good one";

/// Why this can be no token; never repeats it.
fn unfit(token: &str) -> Option<&'static str> {
    if token.len() < SHORTEST_TOKEN {
        Some("has at least 16 characters, and this one is shorter")
    } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some("has visible ASCII characters only")
    } else {
        None
    }
}

/// `PORT` and `KPI_TOKEN` (several with commas or blanks between them) over the file's; what is wrong with them.
pub(super) fn apply_environment(
    variables: &Variables,
    serve: &mut Serve,
    mut wrong: impl FnMut(&str, String),
) {
    if let Some(port) = variables.get("PORT") {
        match port.parse() {
            Ok(port) => serve.port = port,
            Err(_) => wrong("PORT", "must be a number from 0 to 65535".to_owned()),
        }
    }
    let Some(tokens) = variables.get("KPI_TOKEN") else {
        return;
    };
    serve.tokens.clear();
    let tokens = tokens.split(|c: char| c == ',' || c.is_whitespace());
    let tokens: Vec<&str> = tokens.filter(|token| !token.is_empty()).collect();
    for (index, token) in tokens.iter().enumerate() {
        let which = match tokens.len() {
            1 => String::new(),
            several => format!(" (number {} of its {several})", index + 1),
        };
        match unfit(token) {
            Some(why) => wrong(
                "KPI_TOKEN",
                format!("is refused{which}: a token {why}; {HOW}"),
            ),
            None => serve.tokens.push(Secret((*token).to_owned())),
        }
    }
}
