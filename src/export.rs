//! Floor 3: a drawn screen or a panel's rows as bytes for a file or another program.
//!
//! [`text`](text::text), [`ansi`](ansi::ansi), [`svg`](svg::svg), [`html`](html::html) and [`png`](png::png) take
//! what [`view`](crate::view) has drawn into a `Buffer`, [`cast`](mod@cast) and [`animation`](mod@animation) what it
//! drew over a while; [`json`](json::json) and [`csv`](csv::csv) take the data itself, with every digit.

pub mod animation;
pub mod ansi;
pub mod cast;
pub mod csv;
pub mod file;
mod graphic;
pub mod html;
pub mod json;
pub mod paint;
pub mod pen;
pub mod png;
pub mod svg;
pub mod text;

/// How a snapshot is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// The screen's characters.
    Text,
    /// The screen with its colours, as escape sequences.
    Ansi,
    /// The screen as a vector picture.
    Svg,
    /// The screen as a web page of its own.
    Html,
    /// The screen as pixels.
    Png,
    /// Every panel's health and rows.
    Json,
    /// One panel's rows.
    Csv,
}

impl ExportFormat {
    /// Every format, in the order the documentation lists them.
    pub const ALL: [Self; 7] = [
        Self::Text,
        Self::Ansi,
        Self::Svg,
        Self::Html,
        Self::Png,
        Self::Json,
        Self::Csv,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Ansi => "ansi",
            Self::Svg => "svg",
            Self::Html => "html",
            Self::Png => "png",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// False for what this program was built without.
    pub fn is_built_in(self) -> bool {
        self != Self::Png || cfg!(feature = "png")
    }

    /// True for what is drawn first; the others write the data itself.
    pub fn is_drawn(self) -> bool {
        match self {
            Self::Text | Self::Ansi | Self::Svg | Self::Html | Self::Png => true,
            Self::Json | Self::Csv => false,
        }
    }
}
