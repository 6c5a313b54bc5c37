//! The names of themes and of a terminal's background; the palette decides what they look like.

/// Which colours stand for roles and names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// The terminal's own sixteen, or exact colours of middle brightness: readable on dark and light.
    #[default]
    Terminal,
    /// [`Theme::Terminal`] where the background is known to be dark.
    TerminalDark,
    /// [`Theme::Terminal`] where the background is known to be light.
    TerminalLight,
    /// Light text on its own dark background.
    Dark,
    /// Dark text on its own light background.
    Light,
    /// Every text at least 7:1 on black, nothing faint.
    HighContrast,
    /// The same on white, where the terminal's background is known to be light.
    HighContrastLight,
    /// Apart for every kind of colour vision, on its own dark background.
    ColourBlind,
    /// The same on white, where the terminal's background is known to be light.
    ColourBlindLight,
    /// Ethan Schoonover's Solarized, dark.
    Solarized,
    /// Solarized light, where the terminal's background is known to be light.
    SolarizedLight,
}

impl Theme {
    /// What can be chosen, in the order lists show it. The others follow from the terminal's background.
    pub const ALL: [Self; 6] = [
        Self::Terminal,
        Self::Dark,
        Self::Light,
        Self::HighContrast,
        Self::ColourBlind,
        Self::Solarized,
    ];

    /// The name in a configuration and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Terminal | Self::TerminalDark | Self::TerminalLight => "terminal",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast | Self::HighContrastLight => "high-contrast",
            Self::ColourBlind | Self::ColourBlindLight => "colour-blind",
            Self::Solarized | Self::SolarizedLight => "solarized",
        }
    }

    /// A few words for lists.
    pub fn words(self) -> &'static str {
        match self {
            Self::Terminal | Self::TerminalDark | Self::TerminalLight => "your terminal's colours",
            Self::Dark => "light on dark",
            Self::Light => "dark on light",
            Self::HighContrast | Self::HighContrastLight => "nothing faint",
            Self::ColourBlind | Self::ColourBlindLight => "safe for all eyes",
            Self::Solarized | Self::SolarizedLight => "muted, warm and cool",
        }
    }

    /// The theme of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// The theme as it is drawn on a terminal with this background: those that come dark and light
    /// follow it.
    #[must_use]
    pub fn on(self, background: Background) -> Self {
        match (self, background) {
            (Self::Terminal, Background::Dark) => Self::TerminalDark,
            (Self::Terminal, Background::Light) => Self::TerminalLight,
            (Self::HighContrast, Background::Light) => Self::HighContrastLight,
            (Self::ColourBlind, Background::Light) => Self::ColourBlindLight,
            (Self::Solarized, Background::Light) => Self::SolarizedLight,
            (theme, _) => theme,
        }
    }
}

/// What is behind the text on the viewer's terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Background {
    /// Nobody said: colours must do for both.
    #[default]
    Unknown,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

impl Background {
    /// Of a terminal that says its background is this red, green and blue.
    pub fn of(red: u8, green: u8, blue: u8) -> Self {
        // Perceived brightness (ITU-R BT.601), as editors decide it.
        let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
        if sum > 127_500 {
            Self::Light
        } else {
            Self::Dark
        }
    }

    /// What `COLORFGBG` says (rxvt, Konsole): `15;0` or `0;default;15`, the background last.
    pub fn from_colorfgbg(text: &str) -> Self {
        let last = text.rsplit(';').next().unwrap_or_default().trim();
        match last.parse::<u8>() {
            Ok(0..=6 | 8) => Self::Dark,
            Ok(7 | 9..=15) => Self::Light,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_found_by_its_name() {
        for theme in Theme::ALL {
            assert_eq!(Theme::from_name(theme.name()), Some(theme));
        }
        assert_eq!(Theme::from_name("pink"), None);
    }

    #[test]
    fn a_background_keeps_the_name_and_never_turns_an_explicit_dark_or_light() {
        for theme in Theme::ALL {
            for background in [Background::Unknown, Background::Dark, Background::Light] {
                assert_eq!(theme.on(background).name(), theme.name());
            }
            assert_eq!(theme.on(Background::Unknown), theme);
        }
        assert_eq!(Theme::Dark.on(Background::Light), Theme::Dark);
        assert_eq!(Theme::Light.on(Background::Dark), Theme::Light);
    }

    #[test]
    fn backgrounds_are_recognised() {
        assert_eq!(Background::of(0, 43, 54), Background::Dark);
        assert_eq!(Background::of(253, 246, 227), Background::Light);
        for (text, wanted) in [
            ("15;0", Background::Dark),
            ("0;default;15", Background::Light),
            ("12;8", Background::Dark),
            ("0;7", Background::Light),
            ("0;default", Background::Unknown),
            ("", Background::Unknown),
        ] {
            assert_eq!(Background::from_colorfgbg(text), wanted, "{text}");
        }
    }
}
