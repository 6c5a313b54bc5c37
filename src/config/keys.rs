//! Every key a configuration may hold: name, shape, default and meaning, once. The reader finds
//! unknown keys with it, the JSON Schema is made of it, and the example is tested against it.

mod dashboard;
mod file;
mod panel;
mod words;

pub use dashboard::*;
pub use file::*;
pub use panel::*;
pub use words::*;

/// What a value must look like.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Text, not empty.
    Text,
    /// Text that is taken as it is: no `${VAR}` in it is replaced.
    Verbatim,
    /// Text that is never shown.
    Secret,
    /// A path, relative to the file it stands in.
    Path,
    /// One glob pattern or several.
    Patterns,
    /// A whole number of this range.
    Integer(i64, i64),
    /// Any finite number.
    Number,
    /// A number, `inf` and `-inf` included.
    Bound,
    /// `true` or `false`.
    Flag,
    /// A duration of at least this many milliseconds.
    Duration(u64),
    /// A time range.
    Range,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A colour's name, `#rgb` or `#rrggbb`.
    Color,
    /// Colours by name.
    Colors,
    /// `true`, `false`, or one of these words.
    FlagOr(&'static [&'static str]),
    /// A list of names.
    Names,
    /// A unit id.
    Unit,
    /// An IANA time zone.
    Zone,
    /// Sizes of rows or columns.
    Tracks,
    /// A JSON object, as text or as a table.
    Claims,
    /// PostgreSQL settings and their values.
    Settings,
    /// Units by column name.
    Units,
    /// Keys of the keyboard by action name.
    Keys,
    /// Texts by name, taken as they are.
    TextsByName,
    /// A text (short for the key named here), or the whole table.
    TextOr(&'static str, &'static Section),
    /// A text or a list of them.
    OneOrMore,
    /// A list of texts, or of tables.
    TextsOr(&'static Section),
    /// A table.
    Table(&'static Section),
    /// An array of tables.
    Tables(&'static Section),
    /// A table of tables; the names are the user's.
    Named(&'static Section),
}

impl Shape {
    /// What is expected, in words: `a whole number from 1 to 50`.
    pub fn describe(self) -> String {
        match self {
            Self::Text | Self::Verbatim | Self::Secret => "a text".to_owned(),
            Self::Path => "a path".to_owned(),
            Self::Patterns => "a glob pattern such as `dashboards/*.toml`".to_owned(),
            Self::Integer(least, most) => format!("a whole number from {least} to {most}"),
            Self::Number | Self::Bound => "a number".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Duration(_) => "a duration such as `500ms`, `5s` or `1h30m`".to_owned(),
            Self::Range => "a time range such as `15m`, `1h` or `7d`".to_owned(),
            Self::Choice(words) => format!("one of {}", list(words)),
            Self::Color => format!("a colour: {}, or `#rrggbb`", list(COLORS)),
            Self::Colors => "a table of colours such as `{ errors = \"red\" }`".to_owned(),
            Self::FlagOr(words) => format!("`true`, `false` or {}", list(words)),
            Self::Names => "a list of names such as `[\"conversion\"]`".to_owned(),
            Self::Unit => "a unit such as `short`, `percent` or `bytes`".to_owned(),
            Self::Zone => "a time zone such as `Europe/Berlin` or `UTC`".to_owned(),
            Self::Tracks => "a list of sizes such as `[\"5\", \"1fr\", \"2fr\"]`".to_owned(),
            Self::Claims => "a JSON object as text, or a table".to_owned(),
            Self::Settings => {
                "a table of PostgreSQL settings such as `{ jit = \"off\" }`".to_owned()
            }
            Self::Units => "a table of units such as `{ size = \"bytes\" }`".to_owned(),
            Self::Keys => "a table of keys such as `{ quit = [\"q\", \"Ctrl-C\"] }`".to_owned(),
            Self::TextsByName => {
                "a table of texts such as `{ region = \"${row.region}\" }`".to_owned()
            }
            Self::TextOr(..) => "a text or a table".to_owned(),
            Self::OneOrMore => "a text or a list of texts".to_owned(),
            Self::TextsOr(_) => "a list of texts such as `[\"a\", \"b\"]`".to_owned(),
            Self::Table(_) | Self::Named(_) => "a table".to_owned(),
            Self::Tables(_) => "a list of tables".to_owned(),
        }
    }
}

/// `words`, each in backticks, with commas.
pub(super) fn list<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<String> = words
        .iter()
        .map(|word| format!("`{}`", word.as_ref()))
        .collect();
    quoted.join(", ")
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As written.
    pub name: &'static str,
    /// What it takes.
    pub shape: Shape,
    /// The default in TOML; empty where there is none.
    pub default: &'static str,
    /// One sentence.
    pub doc: &'static str,
}

const fn key(name: &'static str, shape: Shape, default: &'static str, doc: &'static str) -> Key {
    Key {
        name,
        shape,
        default,
        doc,
    }
}

/// The keys of one table.
#[derive(Debug)]
pub struct Section {
    /// As messages call it: `[database]`.
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

impl Section {
    /// The key of this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// Every section.
pub static SECTIONS: &[&Section] = &[
    &FILE,
    &DATABASE,
    &REDIS,
    &SCREEN,
    &SERVE,
    &VIEWER,
    &LOG,
    &CHECK,
    &DASHBOARD,
    &VARIABLE,
    &CHOICE,
    &PANEL,
    &COLUMN,
    &LINK,
    &ANNOTATION,
    &THRESHOLD,
    &LIVE,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::kind::PanelKind;
    use crate::model::scheme::Scheme;
    use crate::model::theme::Theme;

    #[test]
    fn every_panel_kind_has_its_name_in_the_table() {
        let names: Vec<&str> = PanelKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(KINDS, names);
    }

    #[test]
    fn every_theme_has_its_name_in_the_table() {
        assert_eq!(THEMES, Theme::ALL.map(Theme::name));
    }

    #[test]
    fn every_scheme_has_its_name_in_the_table() {
        let names: Vec<&str> = Scheme::ALL.iter().map(|scheme| scheme.name()).collect();
        assert_eq!(SCHEMES, names);
    }

    #[test]
    fn no_section_has_a_key_twice() {
        for section in SECTIONS {
            let mut names: Vec<&str> = section.keys.iter().map(|key| key.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), section.keys.len(), "{}", section.name);
        }
    }
}
