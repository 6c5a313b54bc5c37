//! Colours as a configuration names them; the palette decides what a terminal shows.

/// A named hue, or an exact colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Color {
    /// Good.
    Green,
    /// Watch it.
    Yellow,
    /// Worse.
    Orange,
    /// Bad.
    Red,
    /// Neutral.
    Blue,
    /// Neutral.
    Cyan,
    /// Neutral.
    Purple,
    /// No opinion.
    Gray,
    /// The terminal's own text colour.
    Text,
    /// `#rrggbb`.
    Rgb(u8, u8, u8),
}

/// What a colour says of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Opinion {
    /// Green.
    Good,
    /// Yellow or orange.
    Warning,
    /// Red.
    Bad,
}

impl Opinion {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

impl Color {
    /// The name in a configuration; none for an exact colour.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Orange => "orange",
            Self::Red => "red",
            Self::Blue => "blue",
            Self::Cyan => "cyan",
            Self::Purple => "purple",
            Self::Gray => "gray",
            Self::Text => "text",
            Self::Rgb(..) => return None,
        })
    }

    /// What it says of a number, if anything.
    pub fn opinion(self) -> Option<Opinion> {
        match self.family() {
            Self::Green => Some(Opinion::Good),
            Self::Yellow | Self::Orange => Some(Opinion::Warning),
            Self::Red => Some(Opinion::Bad),
            _ => None,
        }
    }

    /// The named colour an exact one looks like: by hue, because distance in RGB turns muted colours gray.
    #[must_use]
    pub fn family(self) -> Self {
        let Self::Rgb(r, g, b) = self else {
            return self;
        };
        let (red, green, blue) = (f64::from(r), f64::from(g), f64::from(b));
        let high = red.max(green).max(blue);
        let spread = high - red.min(green).min(blue);
        if high < 1.0 || spread / high < 0.15 {
            return if (64..=192).contains(&r) {
                Self::Gray
            } else {
                Self::Text
            };
        }
        let sixth = if high == red {
            (green - blue) / spread
        } else if high == green {
            2.0 + (blue - red) / spread
        } else {
            4.0 + (red - green) / spread
        };
        match (sixth * 60.0).rem_euclid(360.0) {
            hue if hue < 18.0 => Self::Red,
            hue if hue < 42.0 => Self::Orange,
            hue if hue < 68.0 => Self::Yellow,
            hue if hue < 165.0 => Self::Green,
            hue if hue < 200.0 => Self::Cyan,
            hue if hue < 255.0 => Self::Blue,
            hue if hue < 335.0 => Self::Purple,
            _ => Self::Red,
        }
    }
}
